package main

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	recovery "github.com/jade-go/jade/recover"
)

// A call that is late ends the page at the limit of that call. The log says which it was.
func TestPages_aCallHasALimit(t *testing.T) {
	onEach(t, func(t *testing.T, w *world, p *page) {
		w.takes["profile"] = time.Hour
		answer, took, err := w.ask(t, p, tea)
		require.NoError(t, err)
		assert.Equal(t, Answer{p.Name() + ": not shown, try again later", recovery.ClassTimeout}, answer)
		assert.Equal(t, callLimit, took)
		assert.Contains(t, w.log.String(), "profile: deadline exceeded: limit 100ms, elapsed 100ms\n")
	})
}

// Rules and calls that each keep to their limits are late together: the limit of the page acts.
func TestPages_haveALimit(t *testing.T) {
	onEach(t, func(t *testing.T, w *world, p *page) {
		w.takes["muted"], w.takes["profile"] = ruleLimit-ms, callLimit-ms
		answer, took, err := w.ask(t, p, tea)
		require.NoError(t, err)
		assert.Equal(t, Answer{p.Name() + ": not shown, try again later", recovery.ClassTimeout}, answer)
		assert.Equal(t, pageLimit, took)
		assert.Equal(t, "rules: no "+p.Name()+", class timeout: "+p.Name()+": profile (rules/pages.go:37): "+
			p.Name()+": profile: deadline exceeded: limit 120ms, elapsed 120ms\n", w.log.String())
	})
}

// The messages degrade; without a profile there is no page, but there is an answer.
func TestPages_failAndDegrade(t *testing.T) {
	onEach(t, func(t *testing.T, w *world, p *page) {
		w.fails["messages"] = errors.New("broken")
		answer, _, err := w.ask(t, p, tea)
		require.NoError(t, err)
		assert.Equal(t, recovery.ClassNone, answer.Class)
		if p.Name() == "group-chat" {
			assert.Equal(t, `group-chat: user mei reads ["(no messages now)"]`, answer.Text)
		}
		assert.Empty(t, w.log.String())

		w.fails["profile"] = errors.New("broken")
		answer, _, err = w.ask(t, p, tea)
		require.NoError(t, err)
		assert.Equal(t, p.Name()+": not shown, try again later", answer.Text)
		assert.Regexp(t, `^rules: no `+p.Name()+`, class unknown: .*: broken\n$`, w.log.String())
	})
}

// When the one who asked has left, there is no one to answer.
func TestPages_doNotAnswerWhoHasLeft(t *testing.T) {
	onEach(t, func(t *testing.T, w *world, p *page) {
		w.takes["muted"] = 20 * ms
		w.asked, w.begun = map[string]time.Duration{}, time.Now()
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(10*ms, cancel)
		_, err := p.Do(ctx, tea)
		require.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, 10*ms, time.Since(w.begun))
	})
}

// A deadline of the one who asks is a limit, not a leaving: there is an answer a moment before it.
func TestPages_answerBeforeADeadline(t *testing.T) {
	onEach(t, func(t *testing.T, w *world, p *page) {
		w.takes["muted"] = 20 * ms
		w.asked, w.begun = map[string]time.Duration{}, time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 10*ms)
		defer cancel()
		answer, err := p.Do(ctx, tea)
		require.NoError(t, err)
		assert.Equal(t, Answer{p.Name() + ": not shown, try again later", recovery.ClassTimeout}, answer)
		assert.Equal(t, 10*ms-10*ms/100, time.Since(w.begun))
		synctest.Wait() // the log is told beside the answer
		assert.Regexp(t, `^rules: no `+p.Name()+`, class timeout: .*elapsed 9\.9ms, inherited from the caller's ctx\n$`, w.log.String())
	})
}
