package jadetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe"
)

// NoLeaks fails t if the test leaves goroutines behind. It is called first in a test, and looks when
// all else that the test gave to [testing.T.Cleanup] has run. What is left is named by the function
// that a reader will look for - the first on the stack that is neither Jade's nor the standard library's - with
// its file and line.
//
// The ctx that it returns has a scope around it, which NoLeaks closes when it has looked. With that it can name the tasks, and
// the work under [future.Named], that were started with the ctx and still run; and it can say what
// ended only then: that was waiting for a scope to be closed which nobody has closed. So that this is seen, the ctx does not end
// before, unlike that of [testing.T.Context].
//
// In a bubble of [testing/synctest], call it with the bubble's t: it looks at the goroutines of the bubble alone, when all
// others are blocked. One that sleeps is left too, as time stops when the test returns. If one is not blocked for a
// second, as it waits for something outside of the bubble or computes for ever, the bubble would not end: NoLeaks
// panics with what is left.
//
// Outside of one, goroutines that are older than the call are ignored, others have half a second to end, and it is not
// for parallel tests, whose goroutines it cannot tell apart. With GOEXPERIMENT=goroutineleakprofile it
// also names older ones of which the garbage collector finds meanwhile that nothing can end them.
//
// It does not see a scope that is open and in which nothing runs, nor a promise that nobody completes and nobody awaits.
func NoLeaks(t testing.TB) context.Context {
	t.Helper()
	l := &leaks{calls: newOpenCalls()}
	var grace time.Duration
	if inBubble() {
		l.look = lookInBubble // the grace ends when all are blocked: nothing that sleeps wakes up meanwhile
	} else {
		l.look, grace = lookOutside(), 100*time.Millisecond
	}
	var ctx context.Context
	ctx, l.scope = future.WithScope(context.Background(), future.Grace(grace), future.Unobserved(func(error) {}))
	t.Cleanup(func() {
		t.Helper()
		l.report(t)
	})
	return observe.With(ctx, l.calls)
}

// leaks finds out what a test has left.
type leaks struct {
	calls *openCalls
	scope *future.Scope
	look  func() (left []living, settled bool) // settled: a bubble with them would end
}

func (l *leaks) report(t testing.TB) {
	t.Helper()
	left, settled := l.look()
	running := l.calls.running()
	if !settled {
		panic("jadetest.NoLeaks: " + summary(left, running) + below(left, left))
	}
	closing := l.scope.Close()
	if len(left) == 0 {
		return
	}
	text := summary(left, running)
	if late, ok := errors.AsType[*future.StragglerError](closing); ok {
		text += "; running whatever their ctx says: " + strings.Join(distinct(late.Names), ", ")
	}
	still, _ := l.look()
	t.Errorf("jadetest.NoLeaks: %s", text+below(left, still))
}

// summary says what is left, in one line.
func summary(left []living, running []string) string {
	text := counted(len(left), "goroutine") + " left"
	if len(running) > 0 {
		text += "; tasks running: " + strings.Join(running, ", ")
	}
	return text
}

// below has a line for each goroutine that is left, of which some still are when the ctx has ended.
func below(left, still []living) string {
	var text strings.Builder
	for _, g := range left {
		fmt.Fprintf(&text, "\n\t%v", g)
		if !slices.ContainsFunc(still, func(s living) bool { return s.id == g.id }) {
			text.WriteString("; ended when its scope was closed")
		}
	}
	return text.String()
}
