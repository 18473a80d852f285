package jadetest_test

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/jadetest"
	"github.com/jade-go/jade/task"
)

// A leak leaves something behind, until release is called. Gone is closed when nothing is left.
type leak func(ctx context.Context) (release func(), gone <-chan struct{})

func leakPlain(context.Context) (func(), <-chan struct{}) {
	hold, gone := make(chan struct{}), make(chan struct{})
	go func() { <-hold; close(gone) }()
	return func() { close(hold) }, gone
}

func leakSleep(context.Context) (func(), <-chan struct{}) {
	gone := make(chan struct{})
	go func() { time.Sleep(time.Millisecond); close(gone) }()
	return func() {}, gone
}

func leakFuture(context.Context) (func(), <-chan struct{}) {
	hold := make(chan struct{})
	left := future.Go(context.Background(), func(context.Context) (int, error) { <-hold; return 0, nil })
	return func() { close(hold) }, left.Done()
}

func leakAwait(context.Context) (func(), <-chan struct{}) {
	gone := make(chan struct{})
	p := future.NewPromise[int](context.Background())
	go func() { _, _ = p.Future().Await(context.Background()); close(gone) }()
	return func() { p.Complete(1, nil) }, gone
}

func untilDone(ctx context.Context, _ int) (int, error) { <-ctx.Done(); return 0, nil }

func leakScope(ctx context.Context) (func(), <-chan struct{}) {
	ctx, _ = future.WithScope(ctx)
	return func() {}, future.Call(ctx, untilDone, 1).Done()
}

func leakScopeWithTask(ctx context.Context) (func(), <-chan struct{}) {
	ctx, _ = future.WithScope(ctx)
	return func() {}, task.New("freight", untilDone).Go(ctx, 1).Done()
}

func leakNamed(ctx context.Context) (func(), <-chan struct{}) {
	hold := make(chan struct{})
	left := future.Go(future.Named(ctx, "poller"), func(context.Context) (int, error) { <-hold; return 0, nil })
	return func() { close(hold) }, left.Done()
}

func leakFlow(ctx context.Context) (func(), <-chan struct{}) {
	hold, begun, gone := make(chan struct{}), make(chan struct{}), make(chan struct{})
	slow := task.New("slow", func(context.Context, int) (int, error) {
		defer close(gone)
		close(begun)
		<-hold
		return 0, nil
	})
	ctx, cancel := context.WithCancel(ctx)
	go func() { <-begun; cancel() }()
	page := flow.New("page", func(in flow.Node[int]) flow.Node[int] { return flow.Step(slow, in) })
	_, _ = page.Do(ctx, 1)
	return func() { close(hold) }, gone
}

// stubborn is a task that runs until hold is closed, whatever its ctx says.
func stubborn(hold chan struct{}, all *sync.WaitGroup) task.Task[int, int] {
	return task.New("slow", func(context.Context, int) (int, error) {
		defer all.Done()
		<-hold
		return 0, nil
	})
}

// leakOf runs a flow that gives n calls of a stubborn task up.
func leakOf(n int, f func(task.Task[int, int]) *flow.Flow[int, int]) leak {
	return func(ctx context.Context) (func(), <-chan struct{}) {
		hold, gone := make(chan struct{}), make(chan struct{})
		var all sync.WaitGroup
		all.Add(n)
		_, _ = f(stubborn(hold, &all)).Do(ctx, 1)
		return func() { close(hold); all.Wait(); close(gone) }, gone
	}
}

func timedOut(t task.Task[int, int]) *flow.Flow[int, int] { return one(t.Timeout(ms).Fallback(0)) }

func nestedTimedOut(t task.Task[int, int]) *flow.Flow[int, int] {
	return flow.New("page", func(in number) number { return flow.Step(timedOut(t).Task(), in) })
}

func limited(t task.Task[int, int]) *flow.Flow[int, int] { return one(t).Timeout(ms) }

func timedOutEach(t task.Task[int, int]) *flow.Flow[int, int] {
	return flow.New("page", func(in number) number {
		each := flow.Each(t.Timeout(ms).Fallback(0), flow.Map(in, func(n int) []int { return []int{n, n} }), 2)
		return flow.Map(each, func(all []int) int { return len(all) })
	})
}

func limitedEach(t task.Task[int, int]) *flow.Flow[int, int] {
	return flow.New("page", func(in number) number {
		each := flow.Each(t, flow.Map(in, func(n int) []int { return []int{n, n} }), 2)
		return flow.Map(each, func(all []int) int { return len(all) })
	}).Timeout(ms)
}

// leaks are what NoLeaks has to find, with what it has to say of it.
var leaks = map[string]struct {
	leak leak
	says string // a regular expression
}{
	"a task that was given up":                   {leakOf(1, timedOut), `^jadetest.NoLeaks: 1 goroutine left; tasks running: slow \(jadetest/leaks_test.go:\d+\)`},
	"a task that was given up, in a flow within": {leakOf(1, nestedTimedOut), `^jadetest.NoLeaks: 1 goroutine left; tasks running: one/slow \(jadetest/leaks_test.go:\d+\)`},
	"a task of a flow that is over":              {leakOf(1, limited), `^jadetest.NoLeaks: 1 goroutine left; tasks running: slow \(jadetest/leaks_test.go:\d+\)`},
	"elements that were given up":                {leakOf(2, timedOutEach), `^jadetest.NoLeaks: 2 goroutines left; tasks running: slow \(jadetest/leaks_test.go:\d+\)(;|\n)`},
	"elements of a flow that is over":            {leakOf(2, limitedEach), `^jadetest.NoLeaks: 2 goroutines left; tasks running: slow \(jadetest/leaks_test.go:\d+\)(;|\n)`},
	"a plain goroutine": {leakPlain, `^jadetest.NoLeaks: 1 goroutine left
	jadetest_test.leakPlain.func1 \(jadetest/leaks_test.go:\d+\), chan receive, started by jadetest_test.leakPlain \(jadetest/leaks_test.go:\d+\)$`},
	"a future outside of any scope": {leakFuture, `^jadetest.NoLeaks: 1 goroutine left
	jadetest_test.leakFuture.func1 \(jadetest/leaks_test.go:\d+\) of a future, chan receive$`},
	"a wait for what never comes": {leakAwait, `^jadetest.NoLeaks: 1 goroutine left
	jadetest_test.leakAwait.func1 \(jadetest/leaks_test.go:\d+\), sync.WaitGroup.Wait, started by jadetest_test.leakAwait \(jadetest/leaks_test.go:\d+\)$`},
	"a scope that nobody closes": {leakScope, `^jadetest.NoLeaks: 1 goroutine left
	jadetest_test.untilDone \(jadetest/leaks_test.go:\d+\) of a future, chan receive; ended when its scope was closed$`},
	"a scope with a task": {leakScopeWithTask, `^jadetest.NoLeaks: 1 goroutine left; tasks running: freight \(jadetest/leaks_test.go:\d+\)
	jadetest_test.untilDone \(jadetest/leaks_test.go:\d+\) of a task, chan receive; ended when its scope was closed$`},
	"work with a name": {leakNamed, `^jadetest.NoLeaks: 1 goroutine left; running whatever their ctx says: poller
	jadetest_test.leakNamed.func1 \(jadetest/leaks_test.go:\d+\) of a future, chan receive$`},
	"what a flow has not waited for": {leakFlow, `^jadetest.NoLeaks: 1 goroutine left; tasks running: slow \(jadetest/leaks_test.go:\d+\); running whatever their ctx says: page: slow
	jadetest_test.leakFlow.func1 \(jadetest/leaks_test.go:\d+\) of a flow, chan receive$`},
}

// found plants a leak in a test of its own, and takes it away.
func found(t *testing.T, plant leak) (errors []string) {
	j := &judged{TB: t}
	release, gone := plant(jadetest.NoLeaks(j))
	j.end()
	release()
	<-gone
	return j.errors
}

func TestNoLeaks_findsPlantedLeaks(t *testing.T) {
	for name, c := range leaks {
		t.Run(name, func(t *testing.T) {
			errors := found(t, c.leak)
			require.Len(t, errors, 1)
			require.Regexp(t, c.says, errors[0])
		})
		t.Run(name+", in a bubble", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				errors := found(t, c.leak)
				require.Len(t, errors, 1)
				require.Regexp(t, c.says, errors[0])
			})
		})
	}
}

// Outside of a bubble one that sleeps for so short a time would be waited for.
func TestNoLeaks_ofASleepInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		errors := found(t, leakSleep)
		require.Len(t, errors, 1)
		require.Regexp(t, `^jadetest.NoLeaks: 1 goroutine left
	jadetest_test.leakSleep.func1 \(jadetest/leaks_test.go:\d+\), sleep, started by jadetest_test.leakSleep \(jadetest/leaks_test.go:\d+\)$`, errors[0])
	})
}

// clean uses a scope as it should be used, and a goroutine that ends by itself.
func clean(t *testing.T) {
	j := &judged{TB: t}
	ctx := jadetest.NoLeaks(j)
	_, err := future.Run(ctx, func(ctx context.Context) (int, error) {
		task.New("freight", untilDone).Go(ctx, 1)
		return 1, nil
	})
	require.NoError(t, err)
	go runtime.Gosched()
	j.end()
	require.Empty(t, j.errors)
}

func TestNoLeaks_ofACleanTest(t *testing.T) {
	clean(t)
	synctest.Test(t, clean)
}

func TestNoLeaks_ignoresWhatIsOlder(t *testing.T) {
	release, gone := leakPlain(t.Context())
	clean(t)
	synctest.Test(t, clean)
	release()
	<-gone
}

// A goroutine that waits for something outside of its bubble is none that synctest.Wait would get past.
func TestNoLeaks_ofABubbleThatCannotEnd(t *testing.T) {
	var mu sync.Mutex
	outside := make(chan struct{})
	var enough atomic.Bool
	for state, hold := range map[string]struct{ wait, release func() }{
		"sync.Mutex.Lock": {func() { mu.Lock(); mu.Unlock() }, mu.Unlock},
		"chan receive":    {func() { <-outside }, func() { close(outside) }},
		`run\w+`: {func() {
			for !enough.Load() {
			}
		}, func() { enough.Store(true) }},
	} {
		mu.TryLock()
		synctest.Test(t, func(t *testing.T) {
			j := &judged{TB: t}
			jadetest.NoLeaks(j)
			go hold.wait()
			defer hold.release()
			text := ""
			func() {
				defer func() { text, _ = recover().(string) }()
				j.end()
			}()
			require.Regexp(t, `^jadetest.NoLeaks: 1 goroutine left
	jadetest_test.TestNoLeaks_ofABubbleThatCannotEnd.func\d \(jadetest/leaks_test.go:\d+\), `+state+`, started by `, text)
		})
	}
}

const leakyVariable = "JADETEST_LEAKY"

// TestLeaky leaks what a parent process wants it to: see its callers.
func TestLeaky(t *testing.T) {
	switch os.Getenv(leakyVariable) {
	case "":
		t.Skip("for a process of its own")
	case "outside":
		leakPlain(jadetest.NoLeaks(t))
	case "bubble":
		synctest.Test(t, func(t *testing.T) { leakPlain(jadetest.NoLeaks(t)) })
	case "scope":
		synctest.Test(t, func(t *testing.T) { leakScope(jadetest.NoLeaks(t)) })
	case "stuck":
		var mu sync.Mutex
		mu.Lock()
		synctest.Test(t, func(t *testing.T) {
			jadetest.NoLeaks(t)
			go mu.Lock()
		})
	}
}

// What the reader of a test's output gets to see, whatever else the bubble makes of it.
func TestNoLeaks_failsARealTest(t *testing.T) {
	for mode, wanted := range map[string][]string{
		"outside": {"--- FAIL: TestLeaky", "jadetest.NoLeaks: 1 goroutine left", "leakPlain.func1 (jadetest/leaks_test.go:"},
		"bubble":  {"--- FAIL: TestLeaky", "jadetest.NoLeaks: 1 goroutine left", "leakPlain.func1 (jadetest/leaks_test.go:", "panic: deadlock"},
		"scope":   {"--- FAIL: TestLeaky", "jadetest.NoLeaks: 1 goroutine left", "untilDone (jadetest/leaks_test.go:", "ended when its scope was closed"},
		"stuck":   {"panic: jadetest.NoLeaks: 1 goroutine left", "sync.Mutex.Lock, started by jadetest_test.TestLeaky"},
	} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestLeaky$", "-test.timeout=1m")
		cmd.Env = append(os.Environ(), leakyVariable+"="+mode)
		out, err := cmd.CombinedOutput()
		require.Error(t, err, mode)
		require.NotContains(t, string(out), "timed out")
		for _, text := range wanted {
			require.Contains(t, string(out), text, mode)
		}
		require.Equal(t, mode == "bubble", strings.Contains(string(out), "deadlock"), "what heeds its ctx ends, and spares the other tests")
	}
}

// Only the garbage collector can tell that a goroutine which is older than the test cannot end.
func TestNoLeaks_whatTheCollectorFinds(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles the standard library")
	}
	const experiment = "GOEXPERIMENT=goroutineleakprofile"
	goTest := func(env string) (string, error) { // without paths in it, files of the standard library look like others
		cmd := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-vet=off", "-trimpath", "./testdata/lost")
		cmd.Env = append(os.Environ(), env)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	out, err := goTest("GOEXPERIMENT=")
	require.NoError(t, err, out)
	out, err = goTest(experiment)
	if strings.Contains(out, "unknown GOEXPERIMENT") {
		t.Skip("this Go does not have " + experiment)
	}
	require.Error(t, err)
	require.Regexp(t, `--- FAIL: TestLost .*
.* jadetest.NoLeaks: 1 goroutine left
\s*lost_test.older \(lost/lost_test.go:\d+\), chan receive, which nothing can end, started by lost_test.TestLost`, out)
	require.NotContains(t, out, "FAIL: TestNext")
}
