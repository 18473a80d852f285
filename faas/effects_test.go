package faas_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// audited answers after 10 ms, and has an effect that takes its time.
func audited(takes time.Duration) *flow.Flow[int, int] {
	return flow.New("price", func(in flow.Node[int]) flow.Node[int] {
		return flow.Also(flow.Step(task.New("item", plusOne(10*ms)), in), flow.Step(task.New("audit", plusOne(takes)), in))
	})
}

// Effects have the time that Drain gives them, and never more than the platform.
func TestDrain_isTheTimeOfEffects(t *testing.T) {
	for name, c := range map[string]struct {
		takes, limit time.Duration // 0: no limit
		opts         []faas.Option
		want         time.Duration
		lost         bool
	}{
		"by default":                          {50 * ms, time.Second, nil, 50 * ms, false},
		"by default, too long":                {500 * ms, time.Second, nil, 110 * ms, true},
		"all that is left":                    {500 * ms, time.Second, []faas.Option{faas.Drain(faas.TimeLeft)}, 500 * ms, false},
		"all that is left, too long":          {time.Hour, time.Second, []faas.Option{faas.Drain(faas.TimeLeft)}, 900 * ms, true},
		"all that is left of no limit":        {time.Hour, 0, []faas.Option{faas.Drain(faas.TimeLeft)}, 110 * ms, true},
		"all that is left, less what Reserve": {time.Hour, time.Second, []faas.Option{faas.Drain(faas.TimeLeft), faas.Reserve(400 * ms)}, 600 * ms, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log logbook
				ctx := t.Context()
				if c.limit > 0 {
					limited, cancel := context.WithTimeout(ctx, c.limit)
					defer cancel()
					ctx = limited
				}
				begun := time.Now()
				v, err := faas.FromFlow(audited(c.takes), append(c.opts, log.option())...).Invoke(ctx, 1)
				require.NoError(t, err)
				require.Equal(t, 2, v)
				require.Equal(t, c.want, time.Since(begun))
				require.Equal(t, c.lost, strings.Contains(log.String(), "level=WARN msg=lost function=price kind=node flow=price task=audit"), log.String())
			})
		})
	}
}

// lossy is a flow that does without nodes of these names.
func lossy(names ...string) *flow.Flow[int, int] {
	return flow.New("page", func(in flow.Node[int]) flow.Node[int] {
		out := in
		for _, name := range names {
			fails := task.New(name, func(context.Context, int) (int, error) { return 0, errSoldOut })
			out = flow.Map2(out, flow.Fallback(flow.Step(fails, in), 0), func(a, b int) int { return a })
		}
		return out
	})
}

// answered is the answer of h to a request.
func answered(h http.Handler, input string) *httptest.ResponseRecorder {
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/", strings.NewReader(input))
	r.Header.Set("Content-Type", "application/json")
	h.ServeHTTP(w, r)
	return w
}

// The line of a run and, if asked for, the header of the answer name what that does without.
func TestHTTP_namesWhatAnAnswerLacks(t *testing.T) {
	var log logbook
	nested := flow.New("page", func(in flow.Node[int]) flow.Node[int] {
		return flow.Map2(flow.Step(lossy("muted").Task().Named("rules"), in), flow.Step(lossy("ads").Task().Named("ads"), in), func(a, b int) int { return a })
	})
	h := faas.FromFlow(nested, log.option())
	w := answered(faas.HTTP(h, faas.ServerTiming()), "1")
	require.Equal(t, http.StatusOK, w.Code)
	require.Equal(t, []string{`lost;desc="ads/ads", lost;desc="rules/muted"`}, w.Header().Values("Server-Timing"))
	require.Regexp(t, `level=INFO msg=run function=page flow=page status=degraded class=business .*degraded="\[ads/ads rules/muted\]"`, log.String())

	require.Empty(t, answered(faas.HTTP(h), "1").Header().Values("Server-Timing"), "only if it is asked for")
	whole := faas.HTTP(faas.New("price", plusOne(0), log.option()), faas.ServerTiming())
	require.Empty(t, answered(whole, "1").Header().Values("Server-Timing"))
	require.Equal(t, http.StatusBadRequest, answered(faas.HTTP(h, faas.ServerTiming()), "{").Code)
}

// A flow that a function calls is known too.
func TestHTTP_namesWhatAFlowLacksThatAFunctionCalls(t *testing.T) {
	var log logbook
	h := faas.New("page", lossy("ads").Do, log.option())
	require.Equal(t, `lost;desc="ads"`, answered(faas.HTTP(h, faas.ServerTiming()), "1").Header().Get("Server-Timing"))
}

// At the limit too, where the observer is told beside the answer, and not what an effect does without.
func TestHTTP_namesWhatAnAnswerLacksAtTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log logbook
		page := flow.New("page", func(in flow.Node[int]) flow.Node[int] {
			ads := flow.Step(task.New("ads", func(ctx context.Context, n int) (int, error) { time.Sleep(time.Second); return n, nil }), in)
			return flow.Also(flow.Fallback(ads, 0), flow.Step(lossy("copy").Task().Named("mail"), in))
		})
		h := faas.HTTP(faas.FromFlow(page, log.option()), faas.ServerTiming(), faas.Limit(100*ms))
		require.Equal(t, `lost;desc="ads"`, answered(h, "1").Header().Get("Server-Timing"))
		require.Regexp(t, `msg=run .*degraded=\[ads\]`, log.String())
		time.Sleep(time.Minute)
	})
}

// Whatever the names are, the header has no more entries than names, on one line of bounded length.
func TestHTTP_namesThatAreNoHeaders(t *testing.T) {
	var log logbook
	header := func(names ...string) string {
		return answered(faas.HTTP(faas.FromFlow(lossy(names...), log.option()), faas.ServerTiming()), "1").Header().Get("Server-Timing")
	}
	require.Equal(t, `lost;desc="a\", x;desc=\\", lost;desc="caf%C3%A9 100%25"`, header(`a", x;desc=\`, "café 100%"))
	hostile := faas.New("page", func(ctx context.Context, n int) (int, error) {
		_, end := observe.Begin(ctx, observe.Call{Kind: observe.KindRun, Flow: "page"})
		end(observe.Outcome{Losses: []observe.Loss{{Node: "ads\r\nSet-Cookie: a=b\x00"}}})
		return n, nil
	}, log.option())
	require.Equal(t, []string{`lost;desc="ads%0D%0ASet-Cookie: a=b%00"`}, answered(faas.HTTP(hostile, faas.ServerTiming()), "1").Header().Values("Server-Timing"))
	var many []string
	for i := range 60 { // more would be a log that is slower than the patience of the handler, on a busy machine
		many = append(many, strings.Repeat("n", i+1))
	}
	long := header(many...)
	require.Less(t, len(long), 1100)
	require.Regexp(t, `lost;desc="and \d+ more"$`, long)
	require.Equal(t, `lost;desc="and 1 more"`, header(strings.Repeat("é", 500)))
}
