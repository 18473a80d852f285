package main

import (
	"context"
	"io"
	"log"
	"testing"

	"github.com/jade-go/jade/jadetest"
)

// What befalls the calls, alone and two at a time: the messages degrade, the rest is needed, and
// whoever asked has an answer in time.
func TestFaults(t *testing.T) {
	s := &services{func(context.Context, string) error { return nil }}
	for _, p := range newPages(s, log.New(io.Discard, "", 0)) {
		t.Run(p.Name(), func(t *testing.T) {
			say := []jadetest.Option{jadetest.MayFail("muted", "banned", "profile", "stock"), jadetest.AnswerWithin(callLimit), jadetest.Pairs()}
			if p.Name() == "group-chat" {
				say[0] = jadetest.MayFail("muted", "banned", "profile")
				say = append(say, jadetest.MustDegrade("messages"))
			}
			jadetest.Faults(t, p, tea, say...).Golden(t, "testdata/faults-"+p.Name()+".md")
		})
	}
}
