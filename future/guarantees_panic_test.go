package future_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
)

type places map[string]func(ctx context.Context, crash func()) future.Future[int]

// userCode has every place of this package where a user's function makes a future.
var userCode = places{
	"Go": func(ctx context.Context, crash func()) future.Future[int] {
		return future.Go(ctx, func(context.Context) (int, error) { crash(); return 1, nil })
	},
	"Call": func(ctx context.Context, crash func()) future.Future[int] {
		return future.Call(ctx, func(context.Context, int) (int, error) { crash(); return 1, nil }, 1)
	},
	"body behind a complete input": func(ctx context.Context, crash func()) future.Future[int] {
		return follow(ctx, future.Of(1, nil), func(context.Context, future.Result[int]) (int, error) { crash(); return 1, nil })
	},
	"body behind a promise": func(ctx context.Context, crash func()) future.Future[int] {
		p := future.NewPromise[int](ctx)
		f := follow(ctx, p.Future(), func(context.Context, future.Result[int]) (int, error) { crash(); return 1, nil })
		p.Complete(1, nil)
		return f
	},
	"body behind running work": func(ctx context.Context, crash func()) future.Future[int] {
		g := make(chan struct{})
		in := future.Go(ctx, func(context.Context) (int, error) { <-g; return 1, nil })
		f := follow(ctx, in, func(context.Context, future.Result[int]) (int, error) { crash(); return 1, nil })
		close(g)
		return f
	},
	"quick function behind a promise": func(ctx context.Context, crash func()) future.Future[int] {
		p := future.NewPromise[int](ctx)
		f := quickly(p.Future(), func(future.Result[int]) (int, error) { crash(); return 1, nil })
		p.Complete(1, nil)
		return f
	},
	"quick function behind running work": func(ctx context.Context, crash func()) future.Future[int] {
		g := make(chan struct{})
		in := future.Go(ctx, func(context.Context) (int, error) { <-g; return 1, nil })
		f := quickly(in, func(future.Result[int]) (int, error) { crash(); return 1, nil })
		close(g)
		return f
	},
	"body that names another future": func(ctx context.Context, crash func()) future.Future[int] {
		return future.Follow(ctx, future.Of(1, nil), 0, hop[int, int](func(ctx context.Context, _ future.Result[int]) future.Future[int] {
			crash()
			return future.Of(1, nil)
		}))
	},
}

func crashingFunction() { panic(fs.ErrExist) }

func TestG05_panicBecomesPanicError(t *testing.T) {
	for name, start := range userCode {
		t.Run(name, func(t *testing.T) {
			r := futuretest.Await(t, start(bg(), crashingFunction))
			p, ok := errors.AsType[*future.PanicError](r.Err)
			require.True(t, ok, "%v", r.Err)
			require.Zero(t, r.Value)
			require.Same(t, fs.ErrExist, p.Value)
			require.ErrorIs(t, r.Err, fs.ErrExist)
			require.Same(t, fs.ErrExist, errors.Unwrap(p))
			require.Equal(t, "panic: file already exists", p.Error())
			first, _, _ := strings.Cut(p.Stack(), "\n")
			require.NotContains(t, first, "jade/future.", "the library's own frames are not the innermost")
			require.Contains(t, p.Stack(), "crashingFunction")
			require.Contains(t, p.Stack(), "guarantees_panic_test.go:")
			require.Equal(t, p.Stack(), p.Stack())
		})
	}
	t.Run("Run's own body", func(t *testing.T) {
		_, err := future.Run(bg(), func(context.Context) (int, error) { crashingFunction(); return 1, nil })
		p, ok := errors.AsType[*future.PanicError](err)
		require.True(t, ok)
		require.Same(t, fs.ErrExist, p.Value)
		require.Contains(t, p.Stack(), "crashingFunction")
	})
	t.Run("a collector of Watch", func(t *testing.T) {
		for _, in := range []future.Future[int]{future.Of(1, nil), future.Go(bg(), func(context.Context) (int, error) { return 1, nil })} {
			f := watchAll([]future.Future[int]{in}, future.Rule{Total: 1}, func(future.Tally) (int, error) { crashingFunction(); return 1, nil })
			require.ErrorIs(t, futuretest.Await(t, f).Err, fs.ErrExist)
		}
	})
	t.Run("runtime errors", func(t *testing.T) {
		for name, crash := range map[string]func(){
			"nil dereference": func() { var p *int; *p = 1 },
			"index":           func() { var s []int; i := 3; s[i]++ },
			"nil map":         func() { var m map[int]int; m[1] = 1 },
			"conversion":      func() { var v any = "x"; _ = v.(int) },
			"divide":          func() { zero := 0; _ = 1 / zero },
			"closed channel":  func() { c := make(chan int); close(c); close(c) },
		} {
			t.Run(name, func(t *testing.T) {
				r := futuretest.Await(t, userCode["Go"](bg(), crash))
				_, ok := errors.AsType[runtime.Error](r.Err)
				require.True(t, ok, "%v", r.Err)
				require.NotContains(t, r.Err.Error(), "\n")
			})
		}
	})
}

type (
	panickyString struct{}
	panickyError  struct{ _ bool }
	lines         struct{}
	mute          struct{ s []int } // cannot be compared
)

func (panickyString) String() string { panic("in String") }
func (*panickyError) Error() string  { panic("in Error") }
func (*panickyError) Is(error) bool  { panic("in Is") }
func (*panickyError) As(any) bool    { panic("in As") }
func (lines) String() string         { return "one\ntwo\r\nthree" }
func (mute) Error() string           { return "mute" }
func (m mute) Is(target error) bool  { return false }

func TestG05_anyPanicValue(t *testing.T) {
	for name, v := range map[string]any{
		"string": "text", "int": 7, "struct": struct{ A int }{1}, "lines": lines{}, "panicking String": panickyString{},
		"panicking Error": &panickyError{}, "nil pointer": (*panickyError)(nil), "nil Stringer": (*strings.Builder)(nil), "func": func() {},
		"slice": []int{1}, "uncomparable error": mute{[]int{1}}, "another PanicError": &future.PanicError{Value: "x"},
		"cancellation": context.Canceled, "joined": errors.Join(errBoom, fs.ErrExist), "nil CanceledError": (*future.CanceledError)(nil),
	} {
		t.Run(name, func(t *testing.T) {
			for place, start := range userCode {
				r := futuretest.Await(t, start(bg(), func() { panic(v) }))
				p, ok := r.Err.(*future.PanicError)
				require.True(t, ok, "%s: %T", place, r.Err)
				require.IsType(t, v, p.Value)
				text := p.Error()
				require.True(t, strings.HasPrefix(text, "panic: "))
				require.NotContains(t, text, "\n")
				require.NotContains(t, text, "\r")
				require.Less(t, len(text), 500)
				err, isErr := v.(error)
				if isErr {
					require.Equal(t, fmt.Sprintf("%T", err), fmt.Sprintf("%T", errors.Unwrap(p)))
				} else {
					require.NoError(t, errors.Unwrap(p))
				}
			}
		})
	}
	t.Run("what panicked only because of its depth keeps its innermost frames", func(t *testing.T) {
		var down func(n int)
		down = func(n int) {
			if n == 0 {
				crashingFunction()
			}
			down(n - 1)
		}
		p := futuretest.Await(t, userCode["Go"](bg(), func() { down(500) })).Err.(*future.PanicError)
		require.Contains(t, p.Stack(), "crashingFunction")
	})
}

func TestG07_goexitAndPanicNil(t *testing.T) {
	for name, start := range userCode {
		t.Run(name, func(t *testing.T) {
			require.ErrorIs(t, futuretest.Await(t, start(bg(), runtime.Goexit)).Err, future.ErrGoexit)

			r := futuretest.Await(t, start(bg(), func() { panic(nil) })) //nolint:govet // the point
			_, ok := errors.AsType[*future.PanicError](r.Err)
			require.True(t, ok, "%v", r.Err)

			// A Goexit that overtakes a panic.
			r = futuretest.Await(t, start(bg(), func() { defer runtime.Goexit(); panic("overtaken") }))
			require.Error(t, r.Err)
		})
		t.Run(name+": a panic while Goexit runs the deferred functions", func(t *testing.T) {
			r := futuretest.Await(t, start(bg(), func() { defer func() { panic(errBoom) }(); runtime.Goexit() }))
			require.Error(t, r.Err)
		})
		t.Run(name+": the scope closes", func(t *testing.T) {
			for how, crash := range map[string]func(){
				"Goexit": runtime.Goexit, "panic": func() { panic(errBoom) },
				"both": func() { defer func() { panic(errBoom) }(); runtime.Goexit() },
			} {
				synctest.Test(t, func(t *testing.T) {
					ctx, scope := future.WithScope(bg(), future.Grace(1))
					defer scope.Close() // if the test fails
					f := start(ctx, crash)
					sibling := future.Go(ctx, func(ctx context.Context) (int, error) { <-ctx.Done(); return 1, nil })
					synctest.Wait()
					_, done := f.Peek()
					require.True(t, done, how)
					require.NoError(t, scope.Close(), how)
					require.Equal(t, 1, futuretest.Await(t, sibling).Value)
				})
			}
		})
	}
	t.Run("behind the dead goroutine everything else goes on", func(t *testing.T) {
		// All of these hang on one input, so one goroutine starts with them all.
		p := future.NewPromise[int](bg())
		var fs []future.Future[int]
		for i := range 40 {
			crash := []func(){func() {}, runtime.Goexit, func() { panic(1) }, func() {}}[i%4]
			if i%3 == 0 {
				fs = append(fs, quickly(p.Future(), func(future.Result[int]) (int, error) { crash(); return i, nil }))
			} else {
				fs = append(fs, follow(bg(), p.Future(), func(context.Context, future.Result[int]) (int, error) { crash(); return i, nil }))
			}
			fs = append(fs, quickly(fs[len(fs)-1], func(r future.Result[int]) (int, error) { return r.Get() }))
		}
		p.Complete(1, nil)
		for i, f := range fs {
			r := futuretest.Await(t, f)
			switch i / 2 % 4 {
			case 1:
				require.ErrorIs(t, r.Err, future.ErrGoexit)
			case 2:
				_, ok := errors.AsType[*future.PanicError](r.Err)
				require.True(t, ok)
			default:
				require.Equal(t, i/2, r.Value)
			}
		}
	})
	t.Run("Run: Goexit closes the scope and ends the caller", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ended := false
			returned := false
			go func() {
				_, _ = future.Run(bg(), func(ctx context.Context) (int, error) {
					started := make(chan struct{})
					future.Go(ctx, func(ctx context.Context) (int, error) { close(started); <-ctx.Done(); ended = true; return 0, nil })
					<-started
					runtime.Goexit()
					return 0, nil
				})
				returned = true
			}()
			synctest.Wait()
			require.True(t, ended)
			require.False(t, returned)
		})
	})
	t.Run("a quick function behind a complete future is an ordinary call", func(t *testing.T) {
		returned := false
		done := make(chan struct{})
		go func() {
			defer close(done)
			quickly(future.Of(1, nil), func(future.Result[int]) (int, error) { runtime.Goexit(); return 0, nil })
			returned = true
		}()
		<-done
		require.False(t, returned)
		r := futuretest.Await(t, quickly(future.Of(1, nil), func(future.Result[int]) (int, error) { panic(errBoom) }))
		require.ErrorIs(t, r.Err, errBoom)
	})
}
