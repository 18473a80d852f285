package forecast

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
)

// choices is a flow whose calls are alternatives, conditions, repeated, and taken as they are.
func (w *world) choices() *flow.Flow[string, string] {
	long := func(s string) bool { return len(s) > 4 }
	return flow.New("choices", func(in flow.Node[string]) flow.Node[string] {
		price := flow.Any(flow.Step(w.task("cache"), in), flow.Step(w.task("store"), in))
		kind := flow.Step(w.again("kind"), in)
		gift := flow.Either(flow.Map(kind, long), flow.Step(w.task("wrap"), price), flow.Step(w.task("card"), price))
		hint := flow.Map(flow.Try(flow.Step(w.task("hint"), kind)), func(r result) string { return r.Value })
		allowed := flow.Require(flow.Map(flow.Step(w.task("rights"), in), func(string) bool { return true }), context.Canceled)
		return flow.After(flow.Map2(flow.Fallback(gift, "?"), hint, join), allowed)
	})
}

// again is a task that is repeated within its limit.
func (w *world) again(name string) task.Task[string, string] {
	t := task.New(name, func(ctx context.Context, _ string) (string, error) { return w.call(ctx, name) }).
		Retry(task.Retry{Attempts: 2, Delay: 5 * time.Millisecond, If: func(error) bool { return true }})
	if limit := w.timeout[name]; limit > 0 {
		t = t.Timeout(limit)
	}
	return t
}

// A forecast is right, or it is not known.
func TestReplay_choices(t *testing.T) {
	const runs = 300
	ms := time.Millisecond
	for name, c := range map[string]struct {
		change Changes
		most   int
	}{
		"a winner":                {Changes{Timeout: map[string]time.Duration{"cache": 20 * ms}}, runs / 2},
		"a loser that is faster":  {Changes{Faster: map[string]time.Duration{"store": 20 * ms}}, runs / 2},
		"a condition":             {Changes{Timeout: map[string]time.Duration{"kind": 40 * ms}}, 0},
		"a branch":                {Changes{Timeout: map[string]time.Duration{"wrap": 40 * ms}}, 0},
		"a failure that is tried": {Changes{Timeout: map[string]time.Duration{"hint": 40 * ms}}, 0},
		"a check":                 {Changes{Timeout: map[string]time.Duration{"rights": 40 * ms}}, 0},
		"a faster check":          {Changes{Faster: map[string]time.Duration{"rights": 40 * ms}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			unknown, wrong := check(t, world{failing: 0.1}, c.change, runs, (*world).choices)
			assert.LessOrEqual(t, unknown, c.most)
			assert.Zero(t, wrong)
		})
	}
}
