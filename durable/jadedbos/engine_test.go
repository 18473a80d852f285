package jadedbos_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dbos-inc/dbos-transact-golang/dbos"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/durable/jadedbos"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

// gated is a task that tells when it begins, and returns its input when it is let go or its ctx ends.
type gated struct {
	task  task.Task[int, int]
	began chan string // keys
	let   chan struct{}
	ended atomic.Int32 // ctx that have ended
}

func newGated(name string) *gated {
	g := &gated{began: make(chan string, 100), let: make(chan struct{})}
	g.task = named(name, func(ctx context.Context, n int) (int, error) {
		key, _ := task.Key(ctx)
		g.began <- key
		select {
		case <-g.let:
			return n, nil
		case <-ctx.Done():
			g.ended.Add(1)
			return 0, context.Cause(ctx)
		}
	})
	return g
}

func engine(t testing.TB, c jadedbos.Config, f *flow.Flow[int, int]) (*jadedbos.Engine, *jadedbos.Flow[int, int]) {
	t.Helper()
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.Poll = 20 * time.Millisecond
	e, err := jadedbos.Open(context.Background(), c)
	require.NoError(t, err)
	t.Cleanup(func() { closed(t, e) })
	shop, err := jadedbos.Register(e, f)
	require.NoError(t, err)
	require.NoError(t, e.Launch())
	return e, shop
}

func TestRun_goesOnWhenItsCallerLeaves(t *testing.T) {
	g := newGated("slow")
	_, shop := opened(t, file(t), of(func(in number) number { return flow.Step(g.task, in) }))
	ctx, leave := context.WithCancel(context.Background())
	go func() { <-g.began; leave() }()
	_, err := shop.Run(ctx, "order", 3)
	require.ErrorIs(t, err, context.Canceled)
	close(g.let)
	out, err := shop.Result(limited(t), "order")
	require.NoError(t, err)
	require.Equal(t, 3, out)
	require.Zero(t, g.ended.Load())
}

func TestRun_sameIDTwiceAtOnce(t *testing.T) {
	var calls atomic.Int32
	_, shop := opened(t, file(t), of(func(in number) number {
		return flow.Step(named("once", func(_ context.Context, n int) (int, error) { calls.Add(1); return n, nil }), in)
	}))
	var wait sync.WaitGroup
	for i := range 20 {
		wait.Go(func() {
			out, err := shop.Run(limited(t), fmt.Sprint("order", i%4), i%4)
			if err != nil || out != i%4 {
				t.Errorf("%d, %v", out, err)
			}
		})
	}
	wait.Wait()
	require.EqualValues(t, 4, calls.Load())
	_, err := shop.Run(limited(t), "order1", 2)
	require.ErrorContains(t, err, "a different input")
}

func TestResult_ofNoRun(t *testing.T) {
	e, shop := opened(t, file(t), of(func(in number) number { return in }))
	_, err := shop.Result(limited(t), "none")
	require.ErrorContains(t, err, "there is no such run")
	require.ErrorContains(t, shop.Cancel(limited(t), "none", nil), "there is no such run")
	require.ErrorContains(t, shop.Start(limited(t), "", 1), "the id of the run is empty")
	_ = e
}

func TestRegister_refuses(t *testing.T) {
	e, _ := opened(t, file(t), of(func(in number) number { return in }))
	_, err := jadedbos.Register(e, of(func(in number) number { return in }))
	require.ErrorContains(t, err, "a flow with that name is registered already")
	_, err = jadedbos.Register(e, flow.New("other", func(in number) number { return in }))
	require.ErrorContains(t, err, "after DBOS has launched")
	_, err = jadedbos.Register(e, flow.New("lossy", func(in flow.Node[struct{ hidden int }]) flow.Node[struct{ hidden int }] { return in }))
	require.ErrorContains(t, err, "an unexported field is lost in JSON")
}

func TestStart_beforeLaunch(t *testing.T) {
	e, err := jadedbos.Open(context.Background(), jadedbos.Config{Database: file(t), Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	defer closed(t, e)
	shop, err := jadedbos.Register(e, of(func(in number) number { return in }))
	require.NoError(t, err)
	require.ErrorContains(t, shop.Start(limited(t), "order", 1), "Launch")
}

func TestOpen_refuses(t *testing.T) {
	_, err := jadedbos.Open(context.Background(), jadedbos.Config{})
	require.ErrorContains(t, err, "neither a Database nor a Context")
}

func TestCancel(t *testing.T) {
	g := newGated("slow")
	var told atomic.Value
	_, shop := opened(t, file(t), of(func(in number) number { return flow.Step(g.task, in) }).OnError(func(_ context.Context, _ int, err error) { told.Store(err.Error()) }))
	require.NoError(t, shop.Start(limited(t), "order", 3))
	<-g.began
	require.NoError(t, shop.Cancel(limited(t), "order", errSoldOut))
	_, err := shop.Result(limited(t), "order")
	require.EqualError(t, err, "canceled: sold out")
	require.True(t, future.IsCanceled(err))
	require.Eventually(t, func() bool { return g.ended.Load() == 1 && told.Load() == "canceled: sold out" }, 10*time.Second, time.Millisecond)
	require.Eventually(t, func() bool {
		return shop.Cancel(limited(t), "order", nil) != nil
	}, 10*time.Second, 10*time.Millisecond, "the run is over")
}

func TestCancel_ofARunOfAnotherProcess(t *testing.T) {
	g, path := newGated("slow"), file(t)
	f := of(func(in number) number { return flow.Step(g.task, in) })
	_, a := engine(t, jadedbos.Config{Database: path, Executor: "a"}, f)
	_, b := engine(t, jadedbos.Config{Database: path, Executor: "b"}, f)
	require.NoError(t, a.Start(limited(t), "order", 3))
	<-g.began
	require.NoError(t, b.Cancel(limited(t), "order", errSoldOut))
	_, err := b.Result(limited(t), "order")
	require.EqualError(t, err, "canceled: sold out")
	_, err = a.Result(limited(t), "order")
	require.EqualError(t, err, "canceled: sold out")
}

func TestCancel_byTheMeansOfDBOS(t *testing.T) {
	g := newGated("slow")
	path := file(t)
	root, err := dbos.NewContext(context.Background(), dbos.Config{AppName: "theirs", DatabaseURL: "sqlite:" + path, Logger: slog.New(slog.DiscardHandler), ApplicationVersion: "1"})
	require.NoError(t, err)
	e, err := jadedbos.Open(context.Background(), jadedbos.Config{Context: root, Log: slog.New(slog.DiscardHandler), Poll: 10 * time.Millisecond})
	require.NoError(t, err)
	shop, err := jadedbos.Register(e, of(func(in number) number { return flow.Step(g.task, in) }))
	require.NoError(t, err)
	require.NoError(t, e.Launch())
	require.NoError(t, shop.Start(limited(t), "order", 3))
	<-g.began
	require.NoError(t, dbos.CancelWorkflow(root, "order"))
	_, err = shop.Result(limited(t), "order")
	require.ErrorContains(t, err, "DBOS has it as CANCELLED")
	require.True(t, future.IsCanceled(err))
	require.Eventually(t, func() bool { return g.ended.Load() == 1 }, 10*time.Second, time.Millisecond)

	_, err = dbos.ResumeWorkflow[string](root, "order")
	require.NoError(t, err)
	require.Equal(t, "order/shop/slow", <-g.began)
	close(g.let)
	require.Eventually(t, func() bool {
		out, err := shop.Result(limited(t), "order")
		return out == 3 && err == nil
	}, 10*time.Second, 10*time.Millisecond)
	require.NoError(t, dbos.Shutdown(root, 10*time.Second))
	closed(t, e)
}

func TestEffect_goesOnAfterTheAnswer(t *testing.T) {
	g, path := newGated("audit"), file(t)
	f := of(func(in number) number { return flow.Also(flow.Step(plus("one", 1), in), flow.Step(g.task, in)) })
	_, a := engine(t, jadedbos.Config{Database: path, Executor: "a"}, f)
	_, b := engine(t, jadedbos.Config{Database: path, Executor: "b"}, f)
	out, err := a.Run(limited(t), "order", 3)
	require.NoError(t, err)
	require.Equal(t, 4, out)
	out, err = b.Result(limited(t), "order")
	require.NoError(t, err)
	require.Equal(t, 4, out)
	<-g.began
	require.Zero(t, g.ended.Load())
	close(g.let)
	require.Eventually(t, func() bool { return len(recorded(t, path, "order")) == 2 }, 10*time.Second, 10*time.Millisecond)
}

func TestSignal(t *testing.T) {
	path := file(t)
	f := of(func(in number) number {
		n := flow.Step(plus("one", 1), in)
		return flow.Map2(flow.Signal[int]("approval", n), flow.Signal[string]("note", n), func(a int, s string) int { return 10*a + len(s) })
	})
	_, a := engine(t, jadedbos.Config{Database: path, Executor: "a"}, f)
	eb, b := engine(t, jadedbos.Config{Database: path, Executor: "b"}, f)
	require.NoError(t, a.Start(limited(t), "order", 3))
	require.ErrorContains(t, a.Signal(limited(t), "order", "approval", "yes"), "json")
	require.ErrorContains(t, a.Signal(limited(t), "order", "other", 1), "the flow has no such signal")
	require.ErrorContains(t, a.Signal(limited(t), "none", "approval", 1), "there is no such run")
	require.NoError(t, b.Signal(limited(t), "order", "note", "fine\x00\u00e9"))
	require.NoError(t, a.Signal(limited(t), "order", "approval", 5))
	out, err := b.Result(limited(t), "order")
	require.NoError(t, err)
	require.Equal(t, 50+len("fine\x00\u00e9"), out)
	_ = eb
}

// A signal that comes before the run asks for it, and before a process ends, is there in the next.
func TestSignal_isKept(t *testing.T) {
	path, g := file(t), newGated("slow")
	f := of(func(in number) number { return flow.Signal[int]("approval", flow.Step(g.task, in)) })
	e, shop := engine(t, jadedbos.Config{Database: path}, f)
	require.NoError(t, shop.Start(limited(t), "order", 3))
	<-g.began
	require.NoError(t, shop.Signal(limited(t), "order", "approval", 7))
	closed(t, e)
	close(g.let)
	_, shop = engine(t, jadedbos.Config{Database: path}, f)
	out, err := shop.Result(limited(t), "order")
	require.NoError(t, err)
	require.Equal(t, 7, out)
}

func TestClose_leavesRunsForTheNext(t *testing.T) {
	path, g := file(t), newGated("slow")
	f := of(func(in number) number {
		return flow.Step(plus("two", 1), flow.Step(g.task, flow.Step(plus("one", 1), in)))
	})
	e, shop := engine(t, jadedbos.Config{Database: path}, f)
	require.NoError(t, shop.Start(limited(t), "order", 3))
	<-g.began
	closed(t, e)
	_, err := shop.Result(limited(t), "order")
	require.Error(t, err)
	require.EqualValues(t, 1, g.ended.Load())
	require.Equal(t, []string{"one"}, recorded(t, path, "order"))
	close(g.let)
	_, shop = engine(t, jadedbos.Config{Database: path}, f)
	out, err := shop.Result(limited(t), "order")
	require.NoError(t, err)
	require.Equal(t, 5, out)
	require.Equal(t, []string{"one", "slow", "two"}, recorded(t, path, "order"))
}

func TestValue_thatDoesNotEncode(t *testing.T) {
	e, err := jadedbos.Open(context.Background(), jadedbos.Config{Database: file(t), Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	defer closed(t, e)
	nan := task.New("nan", func(context.Context, float64) (float64, error) { return math.NaN(), nil })
	f, err := jadedbos.Register(e, flow.New("shop", func(in flow.Node[float64]) flow.Node[float64] { return flow.Fallback(flow.Step(nan, in), 1) }))
	require.NoError(t, err)
	huge := task.New("huge", func(_ context.Context, n int) (string, error) { return strings.Repeat("x", n<<20), nil })
	big, err := jadedbos.Register(e, flow.New("big", func(in number) flow.Node[int] {
		return flow.Map(flow.Step(huge, in), func(s string) int { return len(s) })
	}))
	require.NoError(t, err)
	require.NoError(t, e.Launch())
	out, err := f.Run(limited(t), "order", 2)
	require.NoError(t, err)
	require.EqualValues(t, 1, out)
	_, err = f.Run(limited(t), "nan", math.NaN())
	require.ErrorContains(t, err, "JSON has no number NaN")

	length, err := big.Run(limited(t), "fits", 20)
	require.NoError(t, err)
	require.Equal(t, 20<<20, length)
	_, err = big.Run(limited(t), "huge", 65)
	require.ErrorContains(t, err, "jadedbos: huge: the value has 68157442 bytes of JSON, and may have 67108864")
}

// Two processes with one name fight for the runs: DBOS lets one of them write, and both give the same answer.
func TestExecutor_ofTwoProcesses(t *testing.T) {
	path, g := file(t), newGated("slow")
	f := of(func(in number) number { return flow.Step(plus("two", 1), flow.Step(g.task, in)) })
	_, a := engine(t, jadedbos.Config{Database: path}, f)
	require.NoError(t, a.Start(limited(t), "order", 3))
	<-g.began
	_, b := engine(t, jadedbos.Config{Database: path}, f)
	<-g.began
	close(g.let)
	for _, shop := range []*jadedbos.Flow[int, int]{a, b} {
		out, err := shop.Result(limited(t), "order")
		require.NoError(t, err)
		require.Equal(t, 4, out)
	}
	require.Equal(t, []string{"slow", "two"}, recorded(t, path, "order"))
}

// A deploy changes a flow while runs of it are in flight.
func TestVersion_ofARunInFlight(t *testing.T) {
	for _, on := range databases(t) {
		t.Run(on.name, func(t *testing.T) { deploys(t, on.url(t)) })
	}
}

func deploys(t *testing.T, path string) {
	g := newGated("slow")
	before := of(func(in number) number { return flow.Step(plus("old", 1), flow.Step(g.task, in)) })
	after := of(func(in number) number { return flow.Step(plus("new", 100), flow.Step(g.task, in)) })
	e, shop := engine(t, jadedbos.Config{Database: path}, before)
	require.NoError(t, shop.Start(limited(t), "order", 3))
	<-g.began
	closed(t, e)

	var log lockedBuffer
	_, next := engine(t, jadedbos.Config{Database: path, Log: slog.New(slog.NewTextHandler(&log, nil))}, after)
	ctx, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
	defer cancel()
	_, err := next.Result(ctx, "order")
	require.ErrorIs(t, err, context.DeadlineExceeded)
	want := fmt.Sprintf("it was started with version %s", before.Graph().Hash())
	require.ErrorContains(t, err, want)
	require.Equal(t, 1, strings.Count(log.String(), want), log.String())
	require.Empty(t, g.began, "no code of the wrong version runs")

	close(g.let)
	out, err := next.Run(limited(t), "another", 3)
	require.NoError(t, err)
	require.Equal(t, 103, out)

	_, old := engine(t, jadedbos.Config{Database: path, Executor: "old"}, before) // it takes what waits for it
	for _, shop := range []*jadedbos.Flow[int, int]{old, next} {
		out, err = shop.Result(limited(t), "order")
		require.NoError(t, err)
		require.Equal(t, 4, out)
	}
}

// A process that has registered the older version too goes on with it.
func TestVersion_older(t *testing.T) {
	path, g := file(t), newGated("slow")
	before := of(func(in number) number { return flow.Step(plus("old", 1), flow.Step(g.task, in)) })
	after := of(func(in number) number { return flow.Step(plus("new", 100), flow.Step(g.task, in)) })
	e, shop := engine(t, jadedbos.Config{Database: path}, before)
	require.NoError(t, shop.Start(limited(t), "order", 3))
	<-g.began
	closed(t, e)
	close(g.let)
	e, err := jadedbos.Open(context.Background(), jadedbos.Config{Database: path, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	defer closed(t, e)
	shop, err = jadedbos.Register(e, after, before)
	require.NoError(t, err)
	require.NoError(t, e.Launch())
	out, err := shop.Result(limited(t), "order")
	require.NoError(t, err)
	require.Equal(t, 4, out)
	out, err = shop.Run(limited(t), "another", 3)
	require.NoError(t, err)
	require.Equal(t, 103, out)
}

// What the answer does not use is undone, also if a crash comes between.
func TestUndo(t *testing.T) {
	path := file(t)
	undone := make(chan string, 10)
	g := newGated("slow")
	charge := plus("charge", 1).Undo(func(ctx context.Context, in, out int) error {
		key, _ := task.Key(ctx)
		undone <- fmt.Sprint(key, " ", in, " ", out)
		return nil
	})
	f := of(func(in number) number {
		n := flow.Step(g.task, flow.Step(charge, in))
		return flow.Map2(n, flow.Step(failing("bad", errSoldOut), n), func(a, b int) int { return a + b })
	})
	e, shop := engine(t, jadedbos.Config{Database: path}, f)
	require.NoError(t, shop.Start(limited(t), "order", 3))
	<-g.began
	closed(t, e)
	close(g.let)
	_, shop = engine(t, jadedbos.Config{Database: path}, f)
	_, err := shop.Result(limited(t), "order")
	require.ErrorContains(t, err, "sold out")
	require.Equal(t, "order/shop/charge/undo 3 4", <-undone)
}

// Limits may change while runs are in flight: a run keeps those of its start.
func TestVersion_newLimit(t *testing.T) {
	path, g := file(t), newGated("slow")
	f := of(func(in number) number { return flow.Step(plus("two", 1), flow.Step(g.task, in)) })
	e, shop := engine(t, jadedbos.Config{Database: path}, f)
	require.NoError(t, shop.Start(limited(t), "order", 3))
	<-g.began
	closed(t, e)
	close(g.let)
	_, shop = engine(t, jadedbos.Config{Database: path}, f.Timeout(time.Millisecond))
	out, err := shop.Result(limited(t), "order")
	require.NoError(t, err)
	require.Equal(t, 4, out)
}

// A context of DBOS may have a serializer of its own.
func TestOpen_withAContextOfDBOS(t *testing.T) {
	path, g := file(t), newGated("slow")
	f := of(func(in number) number {
		return flow.Step(plus("two", 1), flow.Step(g.task, flow.Step(plus("one", 1), in)))
	})
	for life := range 2 {
		root, err := dbos.NewContext(context.Background(), dbos.Config{
			AppName: "theirs", DatabaseURL: "sqlite:" + path, Logger: slog.New(slog.DiscardHandler), ApplicationVersion: "1", Serializer: dbos.NewGobSerializer(),
		})
		require.NoError(t, err)
		e, err := jadedbos.Open(context.Background(), jadedbos.Config{Context: root, Log: slog.New(slog.DiscardHandler)})
		require.NoError(t, err)
		shop, err := jadedbos.Register(e, f)
		require.NoError(t, err)
		require.NoError(t, dbos.Launch(root))
		require.NoError(t, shop.Start(limited(t), "order", 3))
		<-g.began
		if life == 1 {
			close(g.let)
			out, err := shop.Result(limited(t), "order")
			require.NoError(t, err)
			require.Equal(t, 5, out)
			require.ErrorContains(t, shop.Start(limited(t), "order", 4), "a different input")
		}
		require.NoError(t, dbos.Shutdown(root, 10*time.Second))
		closed(t, e)
		require.Error(t, shop.Start(limited(t), "another", 4))
	}
	require.Equal(t, []string{"one", "slow", "two"}, recorded(t, path, "order"))
}

func TestStart_withTheIDOfAnotherFlow(t *testing.T) {
	e, err := jadedbos.Open(context.Background(), jadedbos.Config{Database: file(t), Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	defer closed(t, e)
	one, err := jadedbos.Register(e, flow.New("one", func(in number) number { return in }))
	require.NoError(t, err)
	two, err := jadedbos.Register(e, flow.New("two", func(in number) number { return in }))
	require.NoError(t, err)
	require.NoError(t, e.Launch())
	_, err = one.Run(limited(t), "order", 1)
	require.NoError(t, err)
	require.ErrorContains(t, two.Start(limited(t), "order", 1), "another flow, one")
	_, err = two.Result(limited(t), "order")
	require.ErrorContains(t, err, "another flow, one")
}

// A function that is inline and depends on more than its arguments makes a replay differ: the run waits, and runs nothing wrong.
func TestReplay_thatDiffers(t *testing.T) {
	path, g := file(t), newGated("slow")
	var other atomic.Bool
	f := of(func(in number) number {
		return flow.Step(g.task, flow.Either(flow.Map(in, func(int) bool { return other.Load() }), flow.Step(plus("right", 1), in), flow.Step(plus("left", 1), in)))
	})
	e, shop := engine(t, jadedbos.Config{Database: path}, f)
	require.NoError(t, shop.Start(limited(t), "order", 3))
	<-g.began
	closed(t, e)
	other.Store(true)
	_, shop = engine(t, jadedbos.Config{Database: path}, f)
	ctx, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
	defer cancel()
	_, err := shop.Result(ctx, "order")
	require.ErrorContains(t, err, `step 0 was "left", and is "right" now`)
	require.Empty(t, g.began)
}

func TestDatabase_goesAwayForAMoment(t *testing.T) {
	s := newServer(t)
	g := newGated("slow")
	_, shop := engine(t, jadedbos.Config{Database: s.url("postgres")}, of(func(in number) number {
		return flow.Step(plus("two", 1), flow.Step(g.task, flow.Step(plus("one", 1), in)))
	}))
	require.NoError(t, shop.Start(limited(t), "order", 3))
	<-g.began
	s.stop()
	close(g.let)
	started := make(chan error, 1)
	go func() { started <- shop.Start(limited(t), "another", 4) }()
	time.Sleep(300 * time.Millisecond)
	s.start(t)
	out, err := shop.Result(limited(t), "order")
	require.NoError(t, err)
	require.Equal(t, 5, out)
	require.NoError(t, <-started)
	out, err = shop.Result(limited(t), "another")
	require.NoError(t, err)
	require.Equal(t, 6, out)
	require.Equal(t, []string{"one", "slow", "two"}, recorded(t, s.url("postgres"), "order"))
	require.Len(t, g.began, 1, "of the other run: what was done is not done again")
}

func TestDatabase_isLockedForAMoment(t *testing.T) {
	path := file(t)
	_, shop := opened(t, path, of(func(in number) number { return flow.Step(plus("two", 1), flow.Step(plus("one", 1), in)) }))
	unlock := lock(t, path)
	time.AfterFunc(700*time.Millisecond, unlock)
	out, err := shop.Run(limited(t), "order", 3)
	require.NoError(t, err)
	require.Equal(t, 5, out)
}

func TestPolicies_areInsideOfAStep(t *testing.T) {
	path := file(t)
	var attempts atomic.Int32
	keys := make(chan string, 10)
	flaky := named("flaky", func(ctx context.Context, n int) (int, error) {
		key, _ := task.Key(ctx)
		keys <- key
		if attempts.Add(1) < 3 {
			return 0, recovery.Mark(recovery.ClassDependency, errNoRoute)
		}
		return n, nil
	}).Retry(task.Retry{Attempts: 5}).Timeout(10 * time.Second)
	_, shop := opened(t, path, of(func(in number) number { return flow.Step(flaky, in) }))
	out, err := shop.Run(limited(t), "order", 3)
	require.NoError(t, err)
	require.Equal(t, 3, out)
	require.EqualValues(t, 3, attempts.Load())
	require.Equal(t, []string{"flaky"}, recorded(t, path, "order"))
	for range 3 {
		require.Equal(t, "order/shop/flaky", <-keys)
	}
}

// The values of the ctx that an engine is opened with are in the ctx of calls; its end does not matter.
func TestOpen_ctx(t *testing.T) {
	type key struct{}
	ctx, cancel := context.WithCancel(context.WithValue(context.Background(), key{}, 7))
	e, err := jadedbos.Open(ctx, jadedbos.Config{Database: file(t), Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	defer closed(t, e)
	shop, err := jadedbos.Register(e, of(func(in number) number {
		return flow.Step(named("value", func(ctx context.Context, n int) (int, error) { v, _ := ctx.Value(key{}).(int); return n + v, nil }), in)
	}))
	require.NoError(t, err)
	require.NoError(t, e.Launch())
	cancel()
	out, err := shop.Run(limited(t), "order", 1)
	require.NoError(t, err)
	require.Equal(t, 8, out)
}

func TestErrors_keepWhatTheyAre(t *testing.T) {
	_, shop := opened(t, file(t), of(func(in number) number {
		return flow.Step(failing("late", fmt.Errorf("shop: %w", context.DeadlineExceeded)), in)
	}))
	_, err := shop.Run(limited(t), "order", 1)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	failure, ok := errors.AsType[*flow.Error](err)
	require.True(t, ok)
	require.Equal(t, "late", failure.Node)
}

// lockedBuffer is a buffer for several goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
