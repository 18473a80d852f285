package task_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
	"github.com/jade-go/jade/internal/seam"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// crew counts who works for a toy engine.
type crew struct {
	mu     sync.Mutex
	here   int
	closed bool
	joined int
}

func (c *crew) Join() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return false
	}
	c.here++
	c.joined++
	return true
}

func (c *crew) Leave() { c.mu.Lock(); defer c.mu.Unlock(); c.here-- }

func (c *crew) counts() (here, joined int) { c.mu.Lock(); defer c.mu.Unlock(); return c.here, c.joined }

// host keeps the answers that it is told.
type host struct{ answers chan seam.Answer[int] }

func newHost() host { return host{make(chan seam.Answer[int], 10)} }

func (h host) Finish(ans seam.Answer[int]) { h.answers <- ans }

// start runs tk as an engine does, in a goroutine that may end, and says how.
func start(ctx context.Context, tk number, c *crew, h host) (ans seam.Answer[int], over, alive bool) {
	c.Join()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer c.Leave()
		ans, over = inside(tk).Start(ctx, 1, c, h)
		alive = true
	}()
	<-ended
	return ans, over, alive
}

func TestStart_answersOnTheSpotOrTellsTheHost(t *testing.T) {
	for what, c := range map[string]struct {
		tk    number
		want  seam.Answer[int]
		over  bool
		alive bool
	}{
		"a value":              {plus(), seam.Answer[int]{Value: 2}, true, true},
		"a failure":            {fails(errBoom), seam.Answer[int]{Err: errBoom}, true, true},
		"a stand-in":           {fails(errBoom).Fallback(7), seam.Answer[int]{Value: 7, Degraded: errBoom}, true, true},
		"a recovered one":      {fails(errBoom).Recover(func(context.Context, int, error) (int, error) { return 8, nil }), seam.Answer[int]{Value: 8, Degraded: errBoom}, true, true},
		"in time":              {plus().Timeout(time.Second), seam.Answer[int]{Value: 2}, true, true},
		"Goexit":               {does(func(context.Context, int) (int, error) { runtime.Goexit(); return 0, nil }), seam.Answer[int]{Err: future.ErrGoexit}, false, false},
		"Goexit, with a value": {does(func(context.Context, int) (int, error) { runtime.Goexit(); return 0, nil }).Fallback(7), seam.Answer[int]{Value: 7, Degraded: future.ErrGoexit}, false, false},
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				crew, host := new(crew), newHost()
				ans, over, alive := start(bg(), c.tk, crew, host)
				require.Equal(t, c.over, over)
				require.Equal(t, c.alive, alive)
				if !over {
					ans = <-host.answers
				}
				require.Equal(t, c.want, ans)
				synctest.Wait()
				here, _ := crew.counts()
				require.Zero(t, here, "all have left")
				require.Empty(t, host.answers, "told once")
			})
		})
	}
}

func TestStart_aPanicIsTakenOverByAnother(t *testing.T) {
	crew, host := new(crew), newHost()
	_, over, alive := start(bg(), does(explode), crew, host)
	require.False(t, over)
	require.True(t, alive, "the calling goroutine lives on")
	ans := <-host.answers
	require.ErrorIs(t, ans.Err, errBoom)
	_, joined := crew.counts()
	require.Equal(t, 2, joined, "it joined the crew")
}

func TestStart_aLateFunctionHasTheCallingGoroutine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		crew, host := new(crew), newHost()
		begun := time.Now()
		hold := make(chan struct{})
		back := make(chan bool, 1)
		go func() {
			_, over, _ := start(bg(), holds(hold).Timeout(time.Second).Fallback(7), crew, host)
			back <- over
		}()
		ans := <-host.answers
		require.Equal(t, time.Second, time.Since(begun))
		require.Equal(t, 7, ans.Value)
		futuretest.Late(t, ans.Degraded)
		synctest.Wait()
		require.Empty(t, back, "Start goes on as long as the function")
		here, _ := crew.counts()
		require.Equal(t, 1, here)
		close(hold)
		require.False(t, <-back, "the host has had the answer")
		require.Empty(t, host.answers)
	})
}

func TestStart_aTimerThatMayNotJoinDoesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		crew, host := new(crew), newHost()
		hold := make(chan struct{})
		back := make(chan seam.Answer[int], 1)
		go func() {
			ans, _, _ := start(bg(), holds(hold).Timeout(time.Second).OnError(func(context.Context, int, error) { t.Error("told") }), crew, host)
			back <- ans
		}()
		synctest.Wait()
		crew.mu.Lock()
		crew.closed = true
		crew.mu.Unlock()
		time.Sleep(time.Hour)
		close(hold)
		require.Equal(t, 1, (<-back).Value)
		require.Empty(t, host.answers)
	})
}

func TestDirect_isTheFunctionWhereNothingActsBeforeItFails(t *testing.T) {
	for what, c := range map[string]struct {
		tk           number
		direct, mend bool
	}{
		"plain": {plus(), true, false}, "fallback": {plus().Fallback(7), true, true}, "limit": {plus().Timeout(1), false, false},
		"retry": {plus().Retry(task.Retry{Attempts: 1}), false, false}, "wrap": {plus().Wrap(same), true, false},
		"wrap around a limit": {plus().Timeout(time.Hour).Wrap(same), true, false}, "told": {plus().OnError(func(context.Context, int, error) {}), true, true},
		"recover": {plus().Recover(func(context.Context, int, error) (int, error) { return 0, nil }), true, true},
		"zero":    {number{}, false, false}, "an engine's": {inside(number{}).From("x", observe.Place{}, echo{}), false, false},
	} {
		fn, mends := inside(c.tk).Direct()
		require.Equal(t, c.direct, fn != nil, what)
		require.Equal(t, c.mend, mends, what)
		if fn != nil {
			v, err := fn(bg(), 1)
			require.NoError(t, err)
			require.Equal(t, 2, v)
		}
	}
}

func TestMend_carriesAFailureThroughThePolicies(t *testing.T) {
	crew, host := new(crew), newHost()
	crew.Join()
	failed := seam.Answer[int]{Value: 3, Err: errBoom}
	ans, over := inside(fails(errBoom).Fallback(7)).Mend(bg(), 1, failed, crew, host)
	require.True(t, over)
	require.Equal(t, seam.Answer[int]{Value: 7, Degraded: errBoom}, ans)

	ans, over = inside(fails(errBoom)).Mend(bg(), 1, failed, crew, host)
	require.True(t, over)
	require.Equal(t, failed, ans)

	ended, cancel := context.WithCancel(bg())
	cancel()
	ans, over = inside(fails(errBoom).Fallback(7)).Mend(ended, 1, failed, crew, host)
	require.True(t, over)
	require.Equal(t, failed, ans, "nothing acts once ctx has ended")

	_, over = inside(fails(errBoom).OnError(func(context.Context, int, error) { panic("oh") }).Fallback(7)).Mend(bg(), 1, failed, crew, host)
	require.False(t, over)
	ans = <-host.answers
	require.Equal(t, 7, ans.Value)
	require.ErrorIs(t, ans.Degraded, errBoom)
	_, isPanic := errors.AsType[*future.PanicError](ans.Degraded)
	require.True(t, isPanic)
}

// echo is work of an engine's: it answers from a goroutine of its own.
type echo struct {
	after    time.Duration
	degraded error
	err      error
}

func (e echo) Start(ctx context.Context, in int, host seam.Host[int]) {
	go func() {
		time.Sleep(e.after)
		host.Finish(seam.Answer[int]{Value: in + 1, Err: e.err, Degraded: e.degraded})
	}()
}

func TestFrom_runsWhatAnEngineRuns(t *testing.T) {
	at := observe.Place{File: "shop/engine.go", Line: 3}
	of := func(e echo) number { return inside(number{}).From("item", at, e) }
	require.Equal(t, at, of(echo{}).Place())
	require.Equal(t, echo{after: 1}, inside(of(echo{after: 1})).Origin().Engine)
	synctest.Test(t, func(t *testing.T) {
		for what, c := range map[string]struct {
			tk       number
			v        int
			err      error
			degraded error
		}{
			"on its own":           {of(echo{}), 2, nil, nil},
			"a failure":            {of(echo{err: errBoom}), 2, errBoom, nil},
			"with a fallback":      {of(echo{err: errBoom}).Fallback(7), 7, nil, errBoom},
			"in time":              {of(echo{after: ms}).Timeout(time.Second), 2, nil, nil},
			"tried again":          {of(echo{err: errDown}).Retry(task.Retry{Attempts: 3, Delay: ms}), 2, errDown, nil},
			"inside a Wrap":        {of(echo{}).Wrap(same), 2, nil, nil},
			"degraded":             {of(echo{degraded: errBoom}), 2, nil, errBoom},
			"degraded, in a limit": {of(echo{degraded: errBoom}).Timeout(time.Second), 2, nil, errBoom},
		} {
			r := new(recorder)
			ctx, scope := future.WithScope(observe.With(bg(), r))
			v, err := c.tk.Do(ctx, 1)
			require.Equal(t, c.v, v, what)
			require.Equal(t, c.err, err, what)
			require.NoError(t, scope.Close())
			if c.degraded != nil {
				o := final(r.ended())
				require.Equal(t, observe.StatusDegraded, o.Status, what)
				require.Same(t, c.degraded, o.Err)
			}
		}
		d := newDiary()
		f := of(echo{after: time.Minute}).Timeout(time.Second).OnError(func(_ context.Context, _ int, err error) { d.Note("%s", futuretest.Late(t, err).Name) }).Fallback(7).Go(bg(), 1)
		require.Equal(t, 7, futuretest.AwaitVirtual(t, f).Value, "what comes late goes nowhere")
		time.Sleep(time.Hour)
		require.Equal(t, []string{"1s item"}, d.Read())
	})
}

func final(os []observe.Outcome) observe.Outcome { return os[len(os)-1] }
