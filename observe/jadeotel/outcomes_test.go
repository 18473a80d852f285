package jadeotel_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/codes"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe/jadeotel"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

func TestOutcomes_asSpans(t *testing.T) {
	throws := task.New("item", func(context.Context, string) (string, error) { panic(errSoldOut) })
	for what, c := range map[string]struct {
		run  func(ctx context.Context)
		want string
	}{
		"a failure that somebody has to act on, and what is skipped because of it": {
			func(ctx context.Context) {
				line("shop", takes("item", ms, unavailable{}), takes("price", ms, nil)).Do(ctx, "x")
			}, `
shop 0s-1ms failed dependency ERROR !skipped:1ms:price:dependency
  item 0s-1ms failed dependency ERROR`},
		"a failure that the author meant": {
			func(ctx context.Context) { line("shop", takes("item", ms, errSoldOut)).Do(ctx, "x") }, `
shop 0s-1ms failed business
  item 0s-1ms failed business`},
		"a failure that the flow makes up for": {
			func(ctx context.Context) {
				line("shop", takes("item", ms, unavailable{})).Catch(func(context.Context, string, error) (string, error) { return "?", nil }).Do(ctx, "x")
			}, `
shop 0s-1ms degraded dependency !degraded:1ms:dependency
  item 0s-1ms failed dependency !degraded:1ms:dependency`},
		"a failure in a run whose caller has left": {
			func(ctx context.Context) {
				ctx, cancel := context.WithCancel(ctx)
				time.AfterFunc(5*ms, cancel)
				flow.New("shop", func(in flow.Node[string]) flow.Node[string] {
					return flow.Any(flow.Step(takes("item", ms, unavailable{}), in), flow.Step(stubborn("old item", 10*ms, nil), in))
				}).Do(ctx, "x")
			}, `
shop 0s-5ms canceled canceled
  item 0s-1ms failed dependency !degraded:1ms:dependency
  old item 0s-5ms straggler canceled !straggler:5ms`},
		"a late node that only what is lost waits for": {
			func(ctx context.Context) {
				flow.New("shop", func(in flow.Node[string]) flow.Node[string] {
					return flow.Step(takes("page", ms, nil).Fallback("?"), flow.Step(stubborn("item", 30*ms, nil), in))
				}).Timeout(10*ms).Do(ctx, "x")
			}, `
shop 0s-10ms degraded timeout !skipped:10ms:page !degraded:10ms:timeout
  item 0s-10ms straggler timeout !degraded:10ms:timeout !straggler:10ms`},
		"a panic is an exception of the innermost span": {
			func(ctx context.Context) { line("shop", throws.Timeout(time.Second)).Do(ctx, "x") }, `
shop 0s-0s failed code ERROR
  item 0s-0s failed code ERROR
    item attempt 0s-0s failed code ERROR !exception:0s:*errors.errorString`},
		"also one that is made up for": {
			func(ctx context.Context) { line("shop", throws.Fallback("?")).Do(ctx, "x") }, `
shop 0s-0s degraded code !degraded:0s:code
  item 0s-0s degraded code !exception:0s:*errors.errorString !degraded:0s:code`},
		"the caller has left": {
			func(ctx context.Context) {
				ctx, cancel := context.WithTimeout(ctx, time.Hour)
				time.AfterFunc(5*ms, cancel)
				line("shop", stubborn("item", time.Second, nil), takes("price", ms, nil)).Do(ctx, "x")
			}, `
shop 0s-5ms canceled canceled !skipped:5ms:price:canceled
  item 0s-5ms straggler canceled !straggler:5ms`},
		"a lone task whose caller has left": {
			func(ctx context.Context) {
				ctx, cancel := context.WithCancel(ctx)
				time.AfterFunc(5*ms, cancel)
				takes("item", time.Second, nil).Do(ctx, "x")
			}, `
item 0s-5ms canceled canceled`},
		"a run that is late, and the one that it waits for": {
			func(ctx context.Context) { line("shop", stubborn("item", 30*ms, nil)).Timeout(10*ms).Do(ctx, "x") }, `
shop 0s-10ms failed timeout ERROR
  item 0s-10ms straggler timeout ERROR !straggler:10ms`},
		"a run that fails because another one in it is late": {
			func(ctx context.Context) {
				side("shop", stubborn("price", 30*ms, nil), stubborn("item", time.Second, nil).Timeout(10*ms)).Do(ctx, "x")
			}, `
shop 0s-10ms failed timeout ERROR
  item 0s-10ms failed timeout ERROR
    item attempt 0s-10ms straggler timeout ERROR !straggler:10ms
  price 0s-10ms straggler canceled !straggler:10ms`},
		"a loser": {
			func(ctx context.Context) {
				flow.New("shop", func(in flow.Node[string]) flow.Node[string] {
					first := flow.Any(flow.Step(takes("item", 10*ms, nil), in), flow.Step(stubborn("old item", 30*ms, nil), in))
					return flow.Step(takes("page", ms, nil), first)
				}).Do(ctx, "x")
			}, `
shop 0s-11ms ok
  item 0s-10ms ok
  old item 0s-11ms straggler !straggler:11ms
  page 10ms-11ms ok <input item`},
		"an attempt that returns while its task goes on": {
			func(ctx context.Context) {
				stubborn("item", 12*ms, unavailable{}).Timeout(10*ms).Retry(task.Retry{Attempts: 2, Delay: 5 * ms}).Do(ctx, "x")
			}, `
item 0s-25ms failed timeout ERROR !returned:12ms:item:1:failed:dependency !retry:15ms:2:timeout
  item attempt 0s-10ms straggler timeout ERROR !straggler:10ms
  item attempt 15ms-25ms straggler timeout ERROR !straggler:25ms`},
		"and panics then": {
			func(ctx context.Context) {
				late := task.New("item", func(context.Context, string) (string, error) { time.Sleep(12 * ms); panic(7) })
				line("shop", late.Timeout(10*ms).Fallback("?"), takes("price", 5*ms, nil)).Do(ctx, "x")
			}, `
shop 0s-15ms degraded timeout !returned:12ms:item:1:failed:code !exception:12ms:int !degraded:15ms:timeout
  item 0s-10ms degraded timeout !degraded:10ms:timeout
    item attempt 0s-10ms straggler timeout ERROR !straggler:10ms
  price 10ms-15ms ok <input item`},
		"a nested flow that fails": {
			func(ctx context.Context) {
				line("shop", line("items", takes("item", ms, unavailable{})).Task(), takes("price", ms, nil)).Do(ctx, "x")
			}, `
shop 0s-1ms failed dependency ERROR !skipped:1ms:price:dependency
  items 0s-1ms failed dependency ERROR
    items 0s-1ms failed dependency ERROR
      item 0s-1ms failed dependency ERROR`},
		"an element that fails": {
			func(ctx context.Context) {
				flow.New("shop", func(in flow.Node[string]) flow.Node[[]string] {
					return flow.Each(takes("item", ms, unavailable{}), flow.Map(in, func(string) []string { return make([]string, 2) }), 1)
				}).Do(ctx, "x")
			}, `
shop 0s-1ms failed dependency ERROR
  item 0s-1ms failed dependency ERROR
    item element 0s-1ms failed dependency ERROR`},
		"a task inside of a task": {
			func(ctx context.Context) {
				task.New("page", func(ctx context.Context, in string) (string, error) { return takes("item", ms, nil).Do(ctx, in) }).Do(ctx, "x")
			}, `
page 0s-1ms ok
  item 0s-1ms ok`},
	} {
		t.Run(what, func(t *testing.T) {
			all := traced(t, func(ctx context.Context) {
				c.run(ctx)
				time.Sleep(time.Minute)
			})
			require.Equal(t, strings.TrimSpace(c.want), strings.Join(all.tree(t), "\n"))
		})
	}
}

func TestStatus_ofAFailureSaysWhat(t *testing.T) {
	all := traced(t, func(ctx context.Context) {
		takes("item", ms, fmt.Errorf("reading: %w", unavailable{})).Do(ctx, "x")
		takes("price", ms, errSoldOut).Do(ctx, "x")
		takes("ads", ms, errSoldOut).Fallback("?").Do(ctx, "x")
	})
	item, price, ads := all.named(t, "item"), all.named(t, "price"), all.named(t, "ads")
	require.Equal(t, "reading: busy", item.Status().Description)
	require.Equal(t, "dependency", text(item, "error.type"))
	require.Empty(t, text(item, jadeotel.KeyError))

	require.Equal(t, codes.Unset, price.Status().Code)
	require.Empty(t, text(price, "error.type"))
	require.Equal(t, "sold out", text(price, jadeotel.KeyError))

	require.Empty(t, text(ads, jadeotel.KeyError), "it has a result")
	require.Contains(t, fmt.Sprint(ads.Events()[0].Attributes), "sold out")
}

func TestException_hasTheStackOfThePanic(t *testing.T) {
	all := traced(t, func(ctx context.Context) {
		line("shop", task.New("item", func(context.Context, string) (string, error) { return explode(nil), nil })).Do(ctx, "x")
	})
	events := all.named(t, "item").Events()
	require.Len(t, events, 1)
	require.Equal(t, "exception", events[0].Name)
	attributes := map[string]string{}
	for _, a := range events[0].Attributes {
		attributes[string(a.Key)] = a.Value.AsString()
	}
	require.Len(t, attributes, 3)
	require.Equal(t, "runtime.boundsError", attributes["exception.type"])
	require.Equal(t, "runtime error: index out of range [3] with length 0", attributes["exception.message"])
	require.Contains(t, attributes["exception.stacktrace"], "jadeotel_test.explode")
}

//go:noinline
func explode(in []string) string { return in[3] }

// spiteful is an error whose text cannot be had.
type spiteful struct{}

func (spiteful) Error() string   { panic("no text for you") }
func (spiteful) StatusCode() int { return 503 }

func TestErrors_thatPanicAndThatAreLong(t *testing.T) {
	all := traced(t, func(ctx context.Context) {
		takes("item", ms, spiteful{}).Do(ctx, "x")
		takes("price", ms, recovery.Mark(recovery.ClassBusiness, errors.New("\xff"+strings.Repeat("é", 1<<20)))).Do(ctx, "x")
	})
	require.Equal(t, "its Error method panicked", all.named(t, "item").Status().Description)
	long := text(all.named(t, "price"), jadeotel.KeyError)
	require.Less(t, len(long), 4200)
	require.True(t, strings.HasPrefix(long, "\uFFFDé") && strings.HasSuffix(long, "é…"))
}

// A failure that the flow makes up for is no alarm. That of another node is one, and so is a bug.
func TestStatus_ofWhatSomethingStandsInFor(t *testing.T) {
	item := takes("item", ms, unavailable{})
	nested := flow.New("rules", func(in flow.Node[string]) flow.Node[string] {
		return flow.Step(takes("muted", ms, unavailable{}), in)
	}).Task()
	for what, c := range map[string]struct {
		of   func(in flow.Node[string]) flow.Node[string]
		want string
	}{
		"Fallback": {func(in flow.Node[string]) flow.Node[string] { return flow.Fallback(flow.Step(item, in), "?") }, `
shop 0s-5ms degraded dependency !degraded:5ms:dependency
  item 0s-1ms failed dependency !degraded:1ms:dependency
  page 1ms-5ms ok <input item`},
		"Try": {func(in flow.Node[string]) flow.Node[string] {
			return flow.Map(flow.Try(flow.Step(item, in)), func(r future.Result[string]) string { return r.Value })
		}, `
shop 0s-5ms degraded dependency !degraded:5ms:dependency
  item 0s-1ms failed dependency !degraded:1ms:dependency
  page 1ms-5ms ok <input item`},
		"Any": {func(in flow.Node[string]) flow.Node[string] {
			return flow.Any(flow.Step(item, in), flow.Step(takes("old item", 2*ms, nil), in))
		}, `
shop 0s-6ms degraded dependency !degraded:6ms:dependency
  item 0s-1ms failed dependency !degraded:1ms:dependency
  old item 0s-2ms ok
  page 2ms-6ms ok <input item <input old item`},
		"a Try around a flow": {func(in flow.Node[string]) flow.Node[string] {
			return flow.Map(flow.Try(flow.Step(nested, in)), func(r future.Result[string]) string { return r.Value })
		}, `
shop 0s-5ms degraded dependency !degraded:5ms:dependency
  rules 0s-1ms failed dependency !degraded:1ms:dependency
    rules 0s-1ms failed dependency !degraded:1ms:dependency
      muted 0s-1ms failed dependency !degraded:1ms:dependency
  page 1ms-5ms ok <input rules`},
		"an Each": {func(in flow.Node[string]) flow.Node[string] {
			each := flow.Each(item, flow.Map(in, func(string) []string { return make([]string, 1) }), 1)
			return flow.Map(flow.Fallback(each, nil), func([]string) string { return "" })
		}, `
shop 0s-5ms degraded dependency !degraded:5ms:dependency
  item 0s-1ms failed dependency !degraded:1ms:dependency
    item element 0s-1ms failed dependency !degraded:1ms:dependency
  page 1ms-5ms ok <input item`},
		"a bug": {func(in flow.Node[string]) flow.Node[string] {
			return flow.Fallback(flow.Step(task.New("item", func(context.Context, string) (string, error) { panic(7) }), in), "?")
		}, `
shop 0s-4ms degraded code !degraded:4ms:code
  item 0s-0s failed code ERROR !exception:0s:int
  page 0s-4ms ok <input item`},
		"nothing, as the run fails": {func(in flow.Node[string]) flow.Node[string] {
			return flow.Map2(flow.Fallback(flow.Step(item, in), "?"), flow.Step(takes("price", 2*ms, unavailable{}), in), func(a, b string) string { return a + b })
		}, `
shop 0s-2ms failed dependency ERROR !skipped:2ms:page:dependency
  item 0s-1ms failed dependency ERROR
  price 0s-2ms failed dependency ERROR`},
	} {
		t.Run(what, func(t *testing.T) {
			all := traced(t, func(ctx context.Context) {
				flow.New("shop", func(in flow.Node[string]) flow.Node[string] { return flow.Step(takes("page", 4*ms, nil), c.of(in)) }).Do(ctx, "x")
			})
			require.Equal(t, strings.TrimSpace(c.want), strings.Join(all.tree(t), "\n"))
		})
	}
}

// An effect that is cut off is counted as lost, and what it goes on without is no alarm. One that fails by itself is.
func TestEffects_asSpans(t *testing.T) {
	rules := line("rules", stubborn("mute", 30*ms, nil)).Task()
	page := func(in flow.Node[string]) flow.Node[string] { return flow.Step(takes("page", 2*ms, nil), in) }
	for what, c := range map[string]struct {
		of   func(in flow.Node[string]) flow.Node[string]
		want string
	}{
		"one that is cut off": {func(in flow.Node[string]) flow.Node[string] {
			return flow.Also(page(in), flow.Step(takes("audit", time.Hour, nil), in))
		}, `
shop 0s-2ms ok
  audit 0s-10ms failed timeout
  page 0s-2ms ok`},
		"a flow that is cut off": {func(in flow.Node[string]) flow.Node[string] {
			return flow.Also(page(in), flow.Step(rules, in))
		}, `
shop 0s-2ms ok
  page 0s-2ms ok
  rules 0s-10ms failed timeout
    rules 0s-10ms failed timeout
      mute 0s-10ms straggler timeout !straggler:10ms`},
		"what it goes on without": {func(in flow.Node[string]) flow.Node[string] {
			return flow.Also(page(in), flow.Step(takes("audit", 4*ms, nil), flow.Fallback(flow.Step(takes("user", ms, unavailable{}), in), "?")))
		}, `
shop 0s-2ms ok
  page 0s-2ms ok
  user 0s-1ms failed dependency !degraded:1ms:dependency
  audit 1ms-5ms ok <input user`},
		"a flow that it goes on without": {func(in flow.Node[string]) flow.Node[string] {
			return flow.Also(page(in), flow.Fallback(flow.Step(line("users", takes("user", ms, unavailable{})).Task(), in), "?"))
		}, `
shop 0s-2ms ok
  page 0s-2ms ok
  users 0s-1ms failed dependency !degraded:1ms:dependency
    users 0s-1ms failed dependency !degraded:1ms:dependency
      user 0s-1ms failed dependency !degraded:1ms:dependency`},
		"a failure of its own": {func(in flow.Node[string]) flow.Node[string] {
			return flow.Also(page(in), flow.Step(line("users", takes("user", 4*ms, unavailable{})).Task(), in))
		}, `
shop 0s-2ms ok
  page 0s-2ms ok
  users 0s-4ms failed dependency ERROR
    users 0s-4ms failed dependency ERROR
      user 0s-4ms failed dependency ERROR`},
		"a bug": {func(in flow.Node[string]) flow.Node[string] {
			return flow.Also(page(in), flow.Fallback(flow.Step(task.New("user", func(context.Context, string) (string, error) { panic(7) }), in), "?"))
		}, `
shop 0s-2ms ok
  page 0s-2ms ok
  user 0s-0s failed code ERROR !exception:0s:int`},
	} {
		t.Run(what, func(t *testing.T) {
			all := traced(t, func(ctx context.Context) {
				_, err := flow.New("shop", c.of).Timeout(10*ms).Do(ctx, "x")
				require.NoError(t, err)
				time.Sleep(time.Minute)
			})
			require.Equal(t, strings.TrimSpace(c.want), strings.Join(all.tree(t), "\n"))
		})
	}
}

// What an answer does without is told by name.
func TestLosses_areNamed(t *testing.T) {
	rules := flow.New("rules", func(in flow.Node[string]) flow.Node[string] {
		return flow.Fallback(flow.Step(takes("muted", ms, unavailable{}), in), "?")
	})
	of := side("shop", takes("item", ms, nil), rules.Task(), takes("ads", ms, errSoldOut).Fallback("?"))
	all := traced(t, func(ctx context.Context) {
		_, err := of.Do(ctx, "x")
		require.NoError(t, err)
	})
	for _, a := range all.named(t, "shop").Attributes() {
		if a.Key == jadeotel.KeyLosses {
			require.Equal(t, []string{"rules/muted", "ads"}, a.Value.AsStringSlice())
			return
		}
	}
	t.Fatal("no losses")
}
