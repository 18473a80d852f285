package task_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/futuretest"
	"github.com/jade-go/jade/internal/notes"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// bin is where results go that nobody takes.
type bin = notes.List[int]

// slow returns its argument after d, whatever its ctx says.
func slow(d time.Duration) number {
	return does(func(_ context.Context, n int) (int, error) { time.Sleep(d); return n, nil })
}

// A result that nobody takes is discarded before the scope is closed, whichever way it got lost.
func TestDiscard_getsWhatNobodyTakes(t *testing.T) {
	left := func(tk number) func(context.Context) error {
		return func(ctx context.Context) error {
			ctx, cancel := context.WithTimeoutCause(ctx, 50*ms, errBoom)
			defer cancel()
			_, err := tk.Do(ctx, 7)
			return err
		}
	}
	do := func(tk number) func(context.Context) error {
		return func(ctx context.Context) error { _, err := tk.Do(ctx, 7); return err }
	}
	going := func(tk number) func(context.Context) error {
		return func(ctx context.Context) error { _, err := tk.Go(ctx, 7).Await(bg()); return err }
	}
	twice := task.Retry{Attempts: 2, If: always}
	recovered := fails(errBoom).Recover(func(_ context.Context, n int, _ error) (int, error) { time.Sleep(time.Second); return n, nil })
	for name, lose := range map[string]func(b *bin) func(context.Context) error{
		"Timeout, Do": func(b *bin) func(context.Context) error { return do(slow(time.Second).Timeout(50 * ms).Discard(b.Add)) },
		"Timeout, Go": func(b *bin) func(context.Context) error {
			return going(slow(time.Second).Timeout(50 * ms).Discard(b.Add))
		},
		"before Timeout": func(b *bin) func(context.Context) error { return do(slow(time.Second).Discard(b.Add).Timeout(50 * ms)) },
		"Timeout around Retry": func(b *bin) func(context.Context) error {
			return do(slow(time.Second).Retry(twice).Timeout(50 * ms).Discard(b.Add))
		},
		"Timeout around Timeout": func(b *bin) func(context.Context) error {
			return do(slow(time.Second).Timeout(time.Minute).Timeout(50 * ms).Discard(b.Add))
		},
		"Timeout around Recover": func(b *bin) func(context.Context) error { return do(recovered.Timeout(50 * ms).Discard(b.Add)) },
		"Timeout within Wrap": func(b *bin) func(context.Context) error {
			return do(slow(time.Second).Timeout(50 * ms).Discard(b.Add).Wrap(same))
		},
		"Timeout around Wrap": func(b *bin) func(context.Context) error {
			return do(slow(time.Second).Wrap(same).Timeout(50 * ms).Discard(b.Add))
		},
		"the caller left": func(b *bin) func(context.Context) error { return left(slow(time.Second).Discard(b.Add)) },
		"the caller left, Timeout": func(b *bin) func(context.Context) error {
			return left(slow(time.Second).Timeout(time.Minute).Discard(b.Add))
		},
		"the caller left, Retry": func(b *bin) func(context.Context) error { return left(slow(time.Second).Retry(twice).Discard(b.Add)) },
		"the caller left, both": func(b *bin) func(context.Context) error {
			return left(slow(time.Second).Timeout(time.Minute).Retry(twice).Discard(b.Add))
		},
		"the caller left, Recover": func(b *bin) func(context.Context) error { return left(recovered.Discard(b.Add)) },
		"cancelled": func(b *bin) func(context.Context) error {
			return func(ctx context.Context) error {
				f := slow(time.Second).Discard(b.Add).Go(ctx, 7)
				time.Sleep(50 * ms)
				f.Cancel(errBoom)
				_, err := f.Await(bg())
				return err
			}
		},
		"lost a Race": func(b *bin) func(context.Context) error {
			return func(ctx context.Context) error {
				_, err := combinators.Race(slow(time.Second).Discard(b.Add).Go(ctx, 7), takes(50*ms, errBoom).Go(ctx, 1)).Await(bg())
				return err
			}
		},
	} {
		for _, seen := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/%v", name, seen), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, scope := future.WithScope(bg())
					if seen {
						ctx = observe.With(ctx, new(recorder))
					}
					b, begun := new(bin), time.Now()
					require.Error(t, lose(b)(ctx))
					require.Contains(t, []time.Duration{50 * ms, 49500 * time.Microsecond}, time.Since(begun), "the latter if something stands in")
					require.Empty(t, b.All(), "it is not here yet")
					require.NoError(t, scope.Close())
					require.Equal(t, time.Second, time.Since(begun))
					require.Equal(t, []int{7}, b.All())
				})
			})
		}
	}
}

func TestDiscard_getsTheResultOfAnAttemptThatWasGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var made atomic.Int32
		b := new(bin)
		tk := does(func(context.Context, int) (int, error) {
			n := int(made.Add(1))
			time.Sleep(time.Second / time.Duration(n*n*n))
			return n, nil
		}).Timeout(50 * ms).Retry(task.Retry{Attempts: 5}).Discard(b.Add)
		ctx, scope := future.WithScope(bg())
		v, err := tk.Do(ctx, 1)
		require.NoError(t, err)
		require.Equal(t, 3, v)
		require.NoError(t, scope.Close())
		require.Equal(t, []int{2, 1}, b.All())
	})
}

func TestDiscard_getsNothingElse(t *testing.T) {
	for name, how := range map[string]func(ctx context.Context, tk number){
		"Do":          func(ctx context.Context, tk number) { _, _ = tk.Do(ctx, 7) },
		"Go":          func(ctx context.Context, tk number) { _, _ = tk.Go(ctx, 7).Await(bg()) },
		"nobody asks": func(ctx context.Context, tk number) { tk.Go(ctx, 7).OnDone(func(future.Result[int]) {}) },
		"cancelled later": func(ctx context.Context, tk number) {
			f := tk.Go(ctx, 7)
			_, _ = f.Await(bg())
			f.Cancel(errBoom)
		},
	} {
		for result, err := range map[string]error{"value": nil, "failure": errBoom} {
			for policy := range policied(nothing) {
				t.Run(name+"/"+result+"/"+policy, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						ctx, scope := future.WithScope(bg())
						b := new(bin)
						for _, ctx := range []context.Context{ctx, observe.With(ctx, new(recorder))} {
							how(ctx, policied(func(context.Context, int) (int, error) { time.Sleep(ms); return 7, err })[policy].Discard(b.Add))
						}
						synctest.Wait()
						time.Sleep(time.Minute)
						require.NoError(t, scope.Close())
						require.Empty(t, b.All())
					})
				})
			}
		}
	}
	t.Run("a late failure", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, scope := future.WithScope(bg())
			b := new(bin)
			_, err := does(func(context.Context, int) (int, error) { time.Sleep(time.Second); return 7, errBoom }).Timeout(ms).Discard(b.Add).Do(ctx, 7)
			futuretest.Late(t, err)
			require.NoError(t, scope.Close())
			require.Empty(t, b.All())
		})
	})
}

// Each value that a function returns is either delivered or discarded, whatever happens at the same instant.
func TestDiscard_everyResultHasOneOwner(t *testing.T) {
	twice := task.Retry{Attempts: 2, If: always}
	shapes := map[string]func(number) number{
		"plain":                  func(tk number) number { return tk },
		"Timeout":                func(tk number) number { return tk.Timeout(10 * ms) },
		"Retry":                  func(tk number) number { return tk.Retry(twice) },
		"Timeout, Retry":         func(tk number) number { return tk.Timeout(10 * ms).Retry(twice) },
		"Retry, Timeout":         func(tk number) number { return tk.Retry(twice).Timeout(10 * ms) },
		"Timeout, Timeout":       func(tk number) number { return tk.Timeout(10 * ms).Timeout(10 * ms) },
		"Timeout, Fallback":      func(tk number) number { return tk.Timeout(10 * ms).Fallback(-1) },
		"Timeout, OnError":       func(tk number) number { return tk.Timeout(10 * ms).OnError(func(context.Context, int, error) {}) },
		"Timeout, Wrap, Timeout": func(tk number) number { return tk.Timeout(10 * ms).Wrap(same).Timeout(10 * ms) },
		"Recover within Timeout": func(tk number) number {
			return tk.Recover(func(_ context.Context, n int, err error) (int, error) { return n, err }).Timeout(10 * ms)
		},
	}
	const runs = 1000
	for name, shape := range shapes {
		for _, how := range []string{"Do", "Go"} {
			for _, around := range []string{"nothing", "observer", "a ctx that ends then", "a scope that closes then"} {
				t.Run(name+"/"+how+"/"+around, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						b := new(bin)
						var made [3 * runs]atomic.Int32
						tk := shape(does(func(_ context.Context, n int) (int, error) {
							time.Sleep(time.Duration(9+n%3) * ms)
							made[n].Add(1)
							if n%7 == 0 {
								return n, errBoom
							}
							return n, nil
						}).Discard(b.Add))
						ctx, scope := future.WithScope(bg(), future.Unobserved(func(error) {}))
						switch around {
						case "observer":
							ctx = observe.With(ctx, new(recorder))
						case "a ctx that ends then":
							c, cancel := context.WithTimeout(ctx, 10*ms)
							defer cancel()
							ctx = c
						case "a scope that closes then":
							time.AfterFunc(10*ms, func() { scope.Close() })
						}
						var delivered bin
						var all sync.WaitGroup
						for n := range runs {
							all.Go(func() {
								var v int
								var err error
								if how == "Do" {
									v, err = tk.Do(ctx, n)
								} else {
									f := tk.Go(ctx, n)
									if n%2 == 0 {
										time.AfterFunc(10*ms, func() { f.Cancel(errBoom) })
									}
									v, err = f.Await(bg())
								}
								if err == nil {
									delivered.Add(v)
								}
							})
						}
						all.Wait()
						scope.Close()
						owners := make([]int32, runs)
						for _, n := range append(delivered.All(), b.All()...) {
							if n >= 0 { // not that of the Fallback
								owners[n]++
							}
						}
						for n := range runs {
							want := made[n].Load()
							if n%7 == 0 {
								want = 0
							}
							if owners[n] != want {
								t.Fatalf("value %d was made %d times and has %d owners", n, want, owners[n])
							}
						}
					})
				})
			}
		}
	}
}

func TestDiscard_aFunctionThatDoesNotReturnIsAFailureOfTheScope(t *testing.T) {
	for name, do := range map[string]struct {
		fn   func(int)
		want string
	}{
		"panic":  {func(int) { panic(errBoom) }, "unobserved failure of item: panic: boom"},
		"Goexit": {func(int) { runtime.Goexit() }, "unobserved failure of item: function called runtime.Goexit"},
	} {
		for shape, tk := range map[string]number{
			"Timeout": slow(time.Second).Timeout(ms),
			"both":    slow(time.Second).Timeout(ms).Fallback(1),
		} {
			t.Run(name+"/"+shape, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, scope := future.WithScope(bg())
					_, _ = tk.Discard(do.fn).Do(ctx, 1)
					require.EqualError(t, scope.Close(), do.want)
				})
			})
		}
	}
}

func TestDiscard_aFunctionThatHangsIsAStraggler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, scope := future.WithScope(bg(), future.Grace(10*time.Second))
		_, err := slow(time.Second).Timeout(ms).Discard(func(int) { time.Sleep(time.Minute) }).Do(ctx, 1)
		futuretest.Late(t, err)
		require.EqualError(t, scope.Close(), "future.Scope.Close: still running after 10s: item")
		time.Sleep(time.Hour)
	})
}

func TestDiscard_theLastOneCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, last := new(bin), new(bin)
		ctx, scope := future.WithScope(bg())
		tk := slow(time.Second).Discard(first.Add).Timeout(ms)
		_, err := tk.Discard(last.Add).Named("other").Do(ctx, 1)
		futuretest.Late(t, err)
		require.NoError(t, scope.Close())
		require.Empty(t, first.All())
		require.Equal(t, []int{1}, last.All())
		require.Equal(t, tk.Policies(), tk.Discard(last.Add).Policies(), "it is no policy that is told of")
	})
}

func TestDiscard_misuse(t *testing.T) {
	require.PanicsWithValue(t, "task.Task.Discard: nil function", func() { plus().Discard(nil) })
	require.PanicsWithValue(t, "task.Task.Discard: zero Task", func() { number{}.Discard(func(int) {}) })
	require.Nil(t, inside(number{}).Discarder())
	require.Nil(t, inside(plus()).Discarder())
}
