package flow_test

import (
	"context"
	"log/slog"
	"io"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

// hostile is an error that has one method that does not return; join is one that wraps several.
type hostile struct {
	bad string
	do  func()
}

func (h *hostile) called(method string) {
	if method == h.bad {
		h.do()
	}
}

func (h *hostile) Error() string              { h.called("Error"); return "hostile" }
func (h *hostile) Is(error) bool              { h.called("Is"); return false }
func (h *hostile) As(any) bool                { h.called("As"); return false }
func (h *hostile) Unwrap() error              { h.called("Unwrap"); return nil }
func (h *hostile) Timeout() bool              { h.called("Timeout"); return false }
func (h *hostile) StatusCode() int            { h.called("StatusCode"); return 0 }
func (h *hostile) GRPCStatus() *hostile       { h.called("GRPCStatus"); return h }
func (h *hostile) Code() uint32               { h.called("Code"); return 5 }

// several is one that wraps more than one.
type several struct{ hostile }

func (s *several) Unwrap() []error { s.called("Unwrap"); return []error{errNoRoute} }

type wrapper struct{ error }

func (w *wrapper) Error() string { return "wrapper" }
func (w *wrapper) Unwrap() error { return w.error }

// classed says itself of what class it is.
type classed struct{ hostile }

func (c *classed) Class() recovery.Class { c.called("Class"); return recovery.Dependency }

// places are where an error of a task is looked at.
func lookers(err error) map[string]func(ctx context.Context) future.Future[int] {
	type run = func(ctx context.Context) future.Future[int]
	bad := failing("bad", err)
	always := task.Retry{Attempts: 3}
	policies := map[string]task.Task[int, int]{
		"plain":          bad,
		"retry":          bad.Retry(always),
		"fallback":       bad.Fallback(7),
		"recover":        bad.Recover(func(context.Context, int, error) (int, error) { return 7, nil }),
		"recover badly":  failing("worse", errNoRoute).Recover(func(context.Context, int, error) (int, error) { return 7, err }).Fallback(7),
		"on error":       bad.OnError(func(context.Context, int, error) {}),
		"timeout":        bad.Timeout(time.Second),
		"late":           named("late", func(ctx context.Context, _ int) (int, error) { <-ctx.Done(); return 0, err }).Timeout(time.Second),
		"all":            bad.Timeout(time.Second).Retry(always).Recover(func(context.Context, int, error) (int, error) { return 7, err }).Timeout(time.Minute).Fallback(7),
		"panic":          panicking("bad", err).Fallback(7),
		"timed panic":    panicking("bad", err).Timeout(time.Second).Retry(always).Fallback(7),
		"wrap":           bad.Retry(always).Wrap(func(fn task.Func[int, int]) task.Func[int, int] { return fn }).Fallback(7),
	}
	shapes := map[string]func(in, n number) number{
		"output":  func(in, n number) number { return n },
		"map":     func(in, n number) number { return flow.Map2(n, in, sum2) },
		"recover": func(in, n number) number { return flow.Recover(n, func(context.Context, error) (int, error) { return 7, err }) },
		"any":     func(in, n number) number { return flow.Any(n, n, flow.Map(n, func(n int) int { return n })) },
		"try":     func(in, n number) number { return flow.Map(flow.Try(n), func(r future.Result[int]) int { return r.Value }) },
		"after":   func(in, n number) number { return flow.After(flow.Step(plus("later", 1), in), n) },
		"require": func(in, n number) number { return flow.After(n, flow.Require(flow.Map(in, even), err)) },
		"also":    func(in, n number) number { return flow.Also(flow.Map(in, func(n int) int { return n }), n) },
		"either":  func(in, n number) number { return flow.Either(flow.Map(n, even), in, in) },
	}
	runs := map[string]run{}
	for policy, t := range policies {
		runs["task "+policy] = func(ctx context.Context) future.Future[int] { return t.Go(ctx, 1) }
		runs["task do "+policy] = func(ctx context.Context) future.Future[int] {
			return future.Go(ctx, func(ctx context.Context) (int, error) { ctx, cancel := context.WithTimeout(ctx, 500*ms); defer cancel(); return t.Do(ctx, 1) })
		}
		for shape, make := range shapes {
			f := of(func(in number) number { return make(in, flow.Step(t, in)) })
			inner := f
			nested := flow.New("nested", func(in number) number { return flow.Step(inner.Task().Retry(always), in) })
			each := flow.New("each", func(in number) number {
				return flow.Map(flow.Each(t, flow.Map(in, func(n int) []int { return []int{n, n} }), 2), func(l []int) int { return 0 })
			})
			for name, f := range map[string]*flow.Flow[int, int]{shape: f, "nested " + shape: nested, "each": each} {
				name += " " + policy
				runs[name] = func(ctx context.Context) future.Future[int] { return f.Go(ctx, 1) }
				runs["do "+name] = func(ctx context.Context) future.Future[int] {
					return future.Go(ctx, func(ctx context.Context) (int, error) { ctx, cancel := context.WithTimeout(ctx, 500*ms); defer cancel(); return f.Do(ctx, 1) })
				}
				g := f.Timeout(700 * ms).OnError(func(context.Context, int, error) {}).Catch(func(context.Context, int, error) (int, error) { return 0, err })
				runs["caught "+name] = func(ctx context.Context) future.Future[int] { return g.Go(ctx, 1) }
			}
		}
	}
	bare := func(ctx context.Context) future.Future[int] { return bad.Go(ctx, 1) }
	runs["future.Go"] = func(ctx context.Context) future.Future[int] { return future.Go(ctx, func(context.Context) (int, error) { return 0, err }) }
	runs["Recover"] = func(ctx context.Context) future.Future[int] { return recovery.Recover(ctx, bare(ctx), func(context.Context, error) (int, error) { return 0, err }) }
	runs["RecoverIs"] = func(ctx context.Context) future.Future[int] { return recovery.RecoverIs(ctx, bare(ctx), errNoRoute, func(context.Context, error) (int, error) { return 0, err }) }
	runs["RecoverAs"] = func(ctx context.Context) future.Future[int] { return recovery.RecoverAs(ctx, bare(ctx), func(context.Context, *several) (int, error) { return 0, err }) }
	runs["Fallback"] = func(ctx context.Context) future.Future[int] { return recovery.Fallback(bare(ctx), 7) }
	runs["OnError"] = func(ctx context.Context) future.Future[int] { return recovery.OnError(bare(ctx), func(error) {}) }
	runs["Within"] = func(ctx context.Context) future.Future[int] { return deadline.Within(bare(ctx), time.Second) }
	runs["deadline.Run"] = func(ctx context.Context) future.Future[int] { return future.Go(ctx, func(ctx context.Context) (int, error) { return deadline.Run(ctx, time.Second, func(ctx context.Context) (int, error) { return 0, err }) }) }
	runs["Any"] = func(ctx context.Context) future.Future[int] { return combinators.Any(bare(ctx), bare(ctx)) }
	runs["canceled"] = func(ctx context.Context) future.Future[int] {
		f := obedient("x").Go(ctx, 1)
		f.Cancel(err)
		return f
	}
	runs["canceled run"] = func(ctx context.Context) future.Future[int] {
		f := of(func(in number) number { return flow.Step(obedient("x"), in) }).Go(ctx, 1)
		f.Cancel(err)
		return f
	}
	cause := func(ctx context.Context) context.Context {
		ctx, cancel := context.WithCancelCause(ctx)
		go cancel(err)
		return ctx
	}
	runs["cause"] = func(ctx context.Context) future.Future[int] { return obedient("x").Timeout(time.Second).Retry(always).Fallback(7).Go(cause(ctx), 1) }
	runs["cause of a run"] = func(ctx context.Context) future.Future[int] {
		return of(func(in number) number { return flow.Also(flow.Step(obedient("x"), in), flow.Step(obedient("y"), in)) }).Go(cause(ctx), 1)
	}
	runs["cause of a do"] = func(ctx context.Context) future.Future[int] {
		return future.Go(ctx, func(ctx context.Context) (int, error) { return of(func(in number) number { return flow.Also(flow.Step(obedient("x"), in), flow.Step(obedient("y"), in)) }).Do(cause(ctx), 1) })
	}
	return runs
}

func TestHostile_explore(t *testing.T) {
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	for how, do := range map[string]func(){"Goexit": runtime.Goexit, "panic": func() { panic("oh") }} {
		for _, method := range []string{"Error", "Is", "As", "Unwrap", "Unwraps", "Class", "Timeout", "StatusCode", "GRPCStatus", "Code"} {
			var err error = &hostile{method, do}
			switch method {
			case "Unwraps":
				err = &several{hostile{"Unwrap", do}}
			case "Class":
				err = &classed{hostile{method, do}}
			}
			for wrapped, err := range map[string]error{"": err, "wrapped ": &wrapper{err}, "joined ": errors.Join(errNoRoute, err)} {
				for watched := range 2 {
				for name, run := range lookers(err) {
					t.Run("x", func(t *testing.T) { synctest.Test(t, func(t *testing.T) {
						ctx, scope := future.WithScope(context.Background())
						if watched == 1 {
							ctx = task.Observe(ctx, telling(func(task.Call, task.Outcome) {}))
						}
						var f future.Future[int]
						started := make(chan bool)
						go func() { defer close(started); f = run(ctx) ; started <- true}()
						if !<-started {
							t.Errorf("EXIT %s %s%s %d: %s", how, wrapped, method, watched, name)
							return
						}
						time.Sleep(time.Hour)
						if _, done := f.Peek(); !done {
							t.Errorf("HANG %s %s%s %d: %s", how, wrapped, method, watched, name)
							return
						}
						closed := make(chan bool)
						go func() { defer close(closed); scope.Close(); }()
						time.Sleep(time.Hour)
						select { case <-closed: default: 
							t.Errorf("CLOSE %s %s%s %d: %s", how, wrapped, method, watched, name)
						}
					}) })
				}
				}
			}
		}
	}
	require.NotNil(t, t)
}
