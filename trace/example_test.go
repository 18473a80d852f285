package trace_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
	"github.com/jade-go/jade/trace"
)

var (
	user = task.New("user", func(_ context.Context, id string) (string, error) { return "Ann", nil })
	cart = task.New("cart", func(_ context.Context, name string) (int, error) { return 3, nil })
	ads  = task.New("ads", func(context.Context, string) (int, error) { return 0, errors.New("no ads today") })

	page = flow.New("page", func(id flow.Node[string]) flow.Node[int] {
		name := flow.Step(user, id)
		items := flow.Step(cart, name)
		banners := flow.Step(ads.Fallback(1), name)
		return flow.Map2(items, banners, func(items, banners int) int { return items + banners })
	})
)

// recorded is the trace of a run in which the cart took longer than the ads.
func recorded() *trace.Trace {
	return &trace.Trace{Run: 1, Name: "page", Spans: []trace.Span{
		{ID: 0, Parent: -1, Kind: observe.KindRun, Flow: "page", Inputs: []string{"cart", "ads"}, End: 50 * ms},
		{ID: 1, Kind: observe.KindNode, Flow: "page", Node: "user", Task: "user", End: 20 * ms},
		{ID: 2, Kind: observe.KindNode, Flow: "page", Node: "cart", Task: "cart", Inputs: []string{"user"}, Start: 20 * ms, End: 50 * ms},
		{ID: 3, Kind: observe.KindNode, Flow: "page", Node: "ads", Task: "ads", Inputs: []string{"user"}, Start: 20 * ms, End: 40 * ms},
	}}
}

func Example() {
	runs := trace.NewHistory(20)
	ctx := observe.With(context.Background(), trace.NewRecorder(runs.Add))

	page.Do(ctx, "u1")

	for _, s := range runs.Recent()[0].Spans {
		fmt.Println(s.Kind, s.Label(), s.Status)
		if s.Label() == "user" {
			break // cart and ads begin in any order
		}
	}
	// Output:
	// run page degraded
	// node user ok
}

func ExampleRecorder() {
	recorder := trace.NewRecorder(func(t *trace.Trace) { fmt.Println(t.Name, t.Root().Status, t.Root().Class) })
	ctx := observe.With(context.Background(), recorder)
	ads.Do(ctx, "Ann")
	user.Do(ctx, "u1")
	// Output:
	// ads failed unknown
	// user ok none
}

func ExampleNewRecorder() {
	recorder := trace.NewRecorder(func(t *trace.Trace) { fmt.Println(t.Name, "has", len(t.Spans), "spans") })
	page.Do(observe.With(context.Background(), recorder), "u1")
	// Output: page has 4 spans
}

// What the recorder is told by an engine, it can be told by hand.
func ExampleRecorder_Begin() {
	recorder := trace.NewRecorder(func(t *trace.Trace) { fmt.Println(t.Name, t.Elapsed(), t.Root().Err) })
	_, end := recorder.Begin(context.Background(), observe.Call{Kind: observe.KindRun, Flow: "report", Start: time.Now()})
	end(observe.Outcome{Status: observe.StatusFailed, Err: errors.New("no paper"), Elapsed: time.Second})
	// Output: report 1s no paper
}

func ExampleMaxSpans() {
	recorder := trace.NewRecorder(func(t *trace.Trace) {
		fmt.Println(len(t.Spans), "spans,", t.Dropped, "dropped")
	}, trace.MaxSpans(2))
	page.Do(observe.With(context.Background(), recorder), "u1")
	// Output: 2 spans, 2 dropped
}

func ExampleOption() {
	opts := []trace.Option{trace.MaxSpans(1)}
	recorder := trace.NewRecorder(func(t *trace.Trace) { fmt.Println("only the run:", t.Root().Label()) }, opts...)
	page.Do(observe.With(context.Background(), recorder), "u1")
	// Output: only the run: page
}

func ExampleTrace() {
	t := recorded()
	for _, s := range t.Spans {
		fmt.Println(s.ID, "in", s.Parent, s.Label(), s.Start, s.End)
	}
	// Output:
	// 0 in -1 page 0s 50ms
	// 1 in 0 user 0s 20ms
	// 2 in 0 cart 20ms 50ms
	// 3 in 0 ads 20ms 40ms
}

func ExampleTrace_Root() {
	fmt.Println(recorded().Root().Label())
	// Output: page
}

func ExampleTrace_Elapsed() {
	fmt.Println(recorded().Elapsed())
	// Output: 50ms
}

func ExampleTrace_CriticalPath() {
	t := recorded()
	for _, i := range t.CriticalPath().Spans {
		fmt.Println(t.Spans[i].Label(), t.Spans[i].Elapsed())
	}
	// Output:
	// user 20ms
	// cart 30ms
}

// The cart took 30ms, but without it the answer would only have come 10ms sooner: the ads took 20ms.
func ExampleCriticalPath() {
	t := recorded()
	path := t.CriticalPath()
	for i, s := range t.Spans[1:] {
		fmt.Println(s.Label(), "slack", path.Slack[i+1], "saving", path.Saving[i+1])
	}
	// Output:
	// user slack 0s saving 20ms
	// cart slack 0s saving 10ms
	// ads slack 10ms saving 0s
}

func ExampleCriticalPath_Has() {
	path := recorded().CriticalPath()
	fmt.Println(path.Has(2), path.Has(3))
	// Output: true false
}

func ExampleTrace_Edges() {
	t := recorded()
	for _, e := range t.Edges() {
		fmt.Println(t.Spans[e.From].Label(), "->", t.Spans[e.To].Label())
	}
	// Output:
	// user -> cart
	// user -> ads
	// cart -> page
	// ads -> page
}

func ExampleEdge() {
	t := recorded()
	t.Spans[3].After = []string{"cart"} // cart began earlier
	for _, e := range t.Edges() {
		if e.Order {
			fmt.Println(t.Spans[e.To].Label(), "waited for", t.Spans[e.From].Label(), "without its data")
		}
	}
	// Output: ads waited for cart without its data
}

func ExampleTrace_UnmarshalJSON() {
	text, _ := json.Marshal(recorded())
	var t trace.Trace
	fmt.Println(json.Unmarshal(text, &t), t.Name, len(t.Spans))
	fmt.Println(json.Unmarshal([]byte(`{"name":"page","spans":[]}`), &t))
	// Output:
	// <nil> page 4
	// trace.Trace: "page" has no spans
}

func ExampleSpan() {
	s := recorded().Spans[2]
	fmt.Println(s.Kind, s.Label(), "takes the data of", s.Inputs)
	// Output: node cart takes the data of [user]
}

func ExampleSpan_Elapsed() {
	fmt.Println(recorded().Spans[2].Elapsed())
	// Output: 30ms
}

func ExampleSpan_Label() {
	fmt.Println(trace.Span{Kind: observe.KindRun, Flow: "page"}.Label())
	fmt.Println(trace.Span{Kind: observe.KindNode, Flow: "page", Node: "cart#2", Task: "cart"}.Label())
	fmt.Println(trace.Span{Kind: observe.KindElement, Node: "cart#2", Element: 7}.Label())
	fmt.Println(trace.Span{Kind: observe.KindAttempt, Node: "cart#2", Attempt: 2}.Label())
	// Output:
	// page
	// cart#2
	// [7]
	// attempt 2
}

func ExampleTrace_Origin() {
	var run *trace.Trace
	ctx := observe.With(context.Background(), trace.NewRecorder(func(t *trace.Trace) { run = t }))
	checkout := flow.New("checkout", func(id flow.Node[string]) flow.Node[int] { return flow.Step(ads, flow.Step(user, id)) })
	_, _ = flow.New("page", func(id flow.Node[string]) flow.Node[int] { return flow.Step(checkout.Task(), id) }).Do(ctx, "7")
	origin := run.Spans[run.Origin(0)] // of the failure of the run itself
	fmt.Println(origin.Flow, origin.Node, origin.Err)
	// Output: checkout ads no ads today
}
