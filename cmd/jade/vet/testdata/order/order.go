package order

import (
	"context"
	"time"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/task"
)

const ms = time.Millisecond

func load(ctx context.Context, id string) (string, error) { return id, nil }

func pair(ctx context.Context, a, b string) (string, error) { return a + b, nil }

var (
	slots = guard.Slots(3)
	three = task.Retry{Attempts: 3}

	late     = task.New("late", load).Fallback("").Timeout(50 * ms)                         // want `Timeout is written after Fallback: a call that is late fails, and the value of Fallback does not replace that; write Fallback after Timeout`
	again    = task.New("again", load).Fallback("").Retry(three)                            // want `Retry is written after Fallback, which leaves nothing for it but cancellations; write Retry before Fallback`
	rejected = task.New("rejected", load).Fallback("").Gate(slots)                          // want `Gate is written after Fallback: a call that the gate rejects fails`
	silent   = task.New("silent", load).Fallback("").OnError(log)                           // want `OnError is written after Fallback`
	twice    = task.New("twice", load).Fallback("").Fallback("x")                           // want `Fallback is written after Fallback, .* write one of them`
	useless  = task.New("useless", load).Fallback("").Recover(spare)                        // want `Recover is written after Fallback`
	named    = task.New("named", load).Fallback("").Named("other").Discard(nil).Timeout(ms) // want `Timeout is written after Fallback`
	inner    = task.New("inner", load).Timeout(time.Second).Retry(three).Timeout(500 * ms)  // want `Timeout\(500ms\) is around Timeout\(1s\), which is not shorter and never acts; remove it`
	outer    = task.New("outer", load).Timeout(50 * ms).Fallback("").Timeout(time.Second)   // want `Timeout\(1s\) is right around Timeout\(50ms\), and never acts; remove it` `Timeout is written after Fallback`

	base    = task.New("base", load).Fallback("")
	derived = base.Timeout(50 * ms) // want `Timeout is written after Fallback`
)

func log(context.Context, string, error)                   {}
func spare(context.Context, string, error) (string, error) { return "", nil }

func statements(ctx context.Context) {
	t := task.New("t", load)
	t = t.Fallback("")
	t = t.Timeout(50 * ms) // want `Timeout is written after Fallback`
	_, _ = t.Do(ctx, "")
	_, _ = task.New("direct", load).Fallback("").Timeout(ms).Do(ctx, "") // want `Timeout is written after Fallback`
}

var right = []task.Task[string, string]{
	task.New("a", load).Timeout(50 * ms).Fallback(""),
	task.New("b", load).Timeout(50 * ms).Gate(slots).Retry(three).Fallback(""),
	task.New("c", load).Fallback("").Timeout(50 * ms).Fallback("late"),
	task.New("d", load).Fallback("").Timeout(50 * ms).Recover(spare),
	task.New("e", load).Timeout(50 * ms).Retry(three).Timeout(200 * ms),
	task.New("f", load).OnError(log).Fallback("").Gate(slots).OnError(log).Fallback(""),
	task.New("g", load).Recover(spare).Retry(three).OnError(log),
	task.New("h", load).Timeout(variable).Timeout(ms),
	task.New("i", load).Timeout(50 * ms).Gate(slots).Timeout(time.Second),
}

var variable = time.Second

func conditional(optional bool) task.Task[string, string] {
	t := task.New("t", load)
	if optional {
		t = t.Fallback("")
	}
	return t.Timeout(ms)
}

var (
	user   = task.New("user", load).Timeout(200 * ms)
	coins  = task.New("coins", load).Timeout(200 * ms)
	Shared = task.New("shared", load).Timeout(time.Second)
	slow   = task.New("slow", load).Timeout(time.Second)
)

var page = flow.New("page", func(id flow.Node[string]) flow.Node[string] { // want `flow page: user, coins may take 400ms one after the other by their limits, and the calls of the flow end after 300ms: the last one never has its time; shorten a limit`
	u := flow.Step(user, id)
	c := flow.Step(coins, flow.Map(u, func(s string) string { return s }))
	return flow.Map2(u, c, func(a, b string) string { return a + b })
}).Timeout(300 * ms)

var reserved = flow.New("reserved", build).Timeout(500 * ms).Reserve(150 * ms) // want `flow reserved: user, coins may take 400ms .* end after 350ms`

func build(id flow.Node[string]) flow.Node[string] {
	u := flow.Step(user, id)
	return flow.After(flow.Step(coins, id), u)
}

var single = flow.New("single", func(id flow.Node[string]) flow.Node[string] {
	a := flow.Step(slow, id)                                                        // want `flow single: the limit of slow is 1s, and never acts: the calls of the flow end after 300ms; shorten one of them`
	b := flow.Fallback(flow.Step(task.New("inline", load).Timeout(400*ms), id), "") // want `the limit of inline is 400ms, and never acts`
	c := flow.Step(Shared, id)
	return flow.Map3(a, b, c, func(a, b, c string) string { return a + b + c })
}).Timeout(300 * ms)

var optional = flow.New("optional", func(id flow.Node[string]) flow.Node[string] {
	u := flow.Step(user, id)
	c := flow.Fallback(flow.Step(coins, u), "")
	d := flow.Step(task.New("d", load).Timeout(200*ms).Fallback(""), u)
	e := flow.Step2(task.New2("pair", pair), u, u)
	return flow.Map4(u, c, d, e, func(a, b, c, d string) string { return a + b + c + d })
}).Timeout(300 * ms)

var nested = flow.New("nested", func(id flow.Node[string]) flow.Node[string] {
	return flow.Step(flow.New("part", func(id flow.Node[string]) flow.Node[string] { // want `flow nested: the limit of part is 2s, and never acts`
		return flow.Step(task.New("in", load), id)
	}).Timeout(2*time.Second).Task(), id)
}).Timeout(time.Second)
