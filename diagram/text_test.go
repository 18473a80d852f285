package diagram_test

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/diagram"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/flowtest"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
	"github.com/jade-go/jade/trace"
)

var takes = flowtest.Takes[string]

const ms = time.Millisecond

// chat is a flow with something of everything: a nested flow that must pass first, retries, a
// fallback, a failure that the result does without, many elements, and names from everywhere.
func chat() *flow.Flow[string, string] {
	busy := 0
	retried := task.New("members", func(ctx context.Context, in string) (string, error) {
		time.Sleep(4 * ms)
		if busy++; busy < 3 {
			return "", flowtest.Unavailable{}
		}
		return in, nil
	}).Retry(task.Retry{Attempts: 3, Delay: 2 * ms})
	stubborn := task.New("ads", func(_ context.Context, in string) (string, error) {
		time.Sleep(50 * ms) // whatever its ctx says
		return in, nil
	})
	rules := flow.New("rules", func(in flow.Node[string]) flow.Node[string] {
		return flow.Step(takes("muted?", 5*ms, nil), in)
	})
	return flow.New("chat", func(in flow.Node[string]) flow.Node[string] {
		passed := flow.Step(rules.Task(), in)
		members := flow.Step(retried, in)
		title := flow.Step(takes("标题 🎉", 7*ms, nil), in)
		gift := flow.Step(takes("gift", 3*ms, errors.New("none left\nsorry")), title)
		ads := flow.Step(stubborn.Timeout(10*ms).Fallback("none"), title)
		each := flow.Each(takes("avatars", 2*ms, nil), flow.Map(members, func(string) []string { return make([]string, 3) }), 1)
		return flow.After(flow.Map3(flow.Try(gift), ads, each,
			func(future.Result[string], string, []string) string { return "chat" }), passed)
	})
}

// ran returns a flow and the trace of one run of it, in virtual time.
func ran(t *testing.T, draw func(*flow.Flow[string, string], *trace.Trace)) {
	synctest.Test(t, func(t *testing.T) {
		f := chat()
		runs := trace.NewHistory(1)
		_, err := f.Do(observe.With(t.Context(), trace.NewRecorder(runs.Add)), "x")
		require.NoError(t, err)
		synctest.Wait()
		defer time.Sleep(time.Second) // until what was given up has returned
		draw(f, inOrder(runs.Recent()[0]))
	})
}

// inOrder is a trace in which what began at one moment is in the order of its names: which was
// first to begin is a matter of chance.
func inOrder(t *trace.Trace) *trace.Trace {
	order := make([]int, len(t.Spans))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		x, y := t.Spans[a], t.Spans[b]
		return cmp.Or(cmp.Compare(x.Start, y.Start), cmp.Compare(depth(t, a), depth(t, b)), strings.Compare(x.Label(), y.Label()))
	})
	sorted := *t
	sorted.Spans = make([]trace.Span, len(order))
	for id, was := range order {
		sorted.Spans[id] = t.Spans[was]
		sorted.Spans[id].ID = id
		if cause := t.Spans[was].Cause; cause > 0 {
			sorted.Spans[id].Cause = slices.Index(order, cause)
		}
		if around := t.Spans[was].Parent; around >= 0 {
			sorted.Spans[id].Parent = slices.Index(order, around)
		}
	}
	return &sorted
}

func depth(t *trace.Trace, i int) (n int) {
	for i = t.Spans[i].Parent; i >= 0; i = t.Spans[i].Parent {
		n++
	}
	return n
}

func textOf(t *testing.T, d *diagram.Diagram) string {
	var text strings.Builder
	require.NoError(t, d.WriteText(&text))
	return text.String()
}

func TestWriteText_run(t *testing.T) {
	ran(t, func(f *flow.Flow[string, string], run *trace.Trace) {
		text := textOf(t, diagram.Overlay(f.Graph(), run))
		require.Equal(t, `
  call                                                     start     took
  chat                   ██████████████████████████████     0 ms    29 ms  degraded: timeout
*   rules                █████                              0 ms     5 ms  saves 5 ms
*     muted?             █████                              0 ms     5 ms  saves 5 ms
*   members                   ██████████████████            5 ms    18 ms  3 attempts, saves 7 ms
*     attempt 1               ████                          5 ms     4 ms  failed: dependency
*     attempt 2                     ████                   11 ms     4 ms  failed: dependency
*     attempt 3                             ████           19 ms     4 ms
    标题 🎉                   ───────                       5 ms     7 ms  7 ms to spare
    ads                              ─────────>            12 ms    10 ms  degraded: timeout
    gift                             ───                   12 ms     3 ms  failed: unknown
*   avatars                                     ███████    23 ms     6 ms  saves 6 ms
*     [0]                                       ██         23 ms     2 ms
*     [1]                                         ██       25 ms     2 ms
*     [2]                                           ███    27 ms     2 ms

chat took 29 ms, degraded: ads (timeout) was replaced by its fallback; gift (unknown) failed, and the answer does without it.
Slowest on the critical path: members, 18 ms; without it the answer would have come 7 ms sooner.
ads (timeout) degraded: ads: deadline exceeded: limit 10ms, elapsed 10ms
gift (unknown) failed: none left↵sorry
`, "\n"+text)
		for line := range strings.Lines(text) {
			require.Equal(t, strings.TrimRight(line, " \n")+"\n", line)
		}
		require.Equal(t, text, textOf(t, diagram.Run(run)), "the rows are those of the trace")
	})
}

// A run that failed says of what, and of each call that did not go well how that ended.
func TestWriteText_failedRun(t *testing.T) {
	run := &trace.Trace{Name: "shop", Spans: []trace.Span{
		{Parent: -1, Kind: observe.KindRun, Flow: "shop", Inputs: []string{"page"}, End: 20 * ms, Deadline: 50 * ms, Status: observe.StatusFailed, Class: recovery.ClassSystem, Err: "shop: stock: no connection",
			FailedNode: "stock", FailedOf: []string{"stock"}, Cause: 4},
		{ID: 1, Kind: observe.KindNode, Node: "item", End: 8 * ms},
		{ID: 2, Kind: observe.KindNode, Node: "ads", End: 20 * ms, Status: observe.StatusCanceled, Class: recovery.ClassCanceled, Err: "canceled"},
		{ID: 3, Kind: observe.KindNode, Node: "price", End: 20 * ms, Returned: 90 * ms, Status: observe.StatusStraggler, Class: recovery.ClassSystem, Err: "given up"},
		{ID: 4, Kind: observe.KindNode, Node: "stock", Inputs: []string{"item"}, Start: 8 * ms, End: 20 * ms, Status: observe.StatusFailed, Class: recovery.ClassSystem, Err: "no connection"},
		{ID: 5, Kind: observe.KindNode, Node: "page", Inputs: []string{"stock", "ads", "price"}, Start: 20 * ms, End: 20 * ms, Status: observe.StatusSkipped},
	}}
	require.Equal(t, `
  call                                                     start     took
  shop                   ██████████████████████████████     0 ms    20 ms  failed: system
    ads                  ──────────────────────────────     0 ms    20 ms  canceled
*   item                 ████████████                       0 ms     8 ms  saves 8 ms
    price                ─────────────────────────────>     0 ms    20 ms  given up: system
*   stock                            ██████████████████     8 ms    12 ms  failed: system
    page                                                                   did not start

shop failed after 20 ms: stock (system) failed.
Slowest on the critical path: stock, 12 ms; without it the answer would have come 12 ms sooner.
Its deadline was at 50 ms: 30 ms were left.
price (system) given up: given up
stock (system) failed: no connection
`, "\n"+textOf(t, diagram.Run(run)))
	run.Spans[0].Deadline = 20 * ms
	require.Contains(t, textOf(t, diagram.Run(run)), "\nIts deadline was at 20 ms.\n")
}

// What was given up at the limit is lost, as what failed before.
func TestWriteText_lostAtTheLimit(t *testing.T) {
	run := &trace.Trace{Name: "shop", Spans: []trace.Span{
		{Parent: -1, Kind: observe.KindRun, Flow: "shop", End: 50 * ms, Status: observe.StatusDegraded, Class: recovery.ClassTimeout, Losses: []string{"ads", "rules/muted"}},
		{ID: 1, Kind: observe.KindNode, Node: "ads", End: 50 * ms, Status: observe.StatusStraggler, Class: recovery.ClassTimeout, Err: "late"},
		{ID: 2, Kind: observe.KindNode, Node: "rules", End: 50 * ms},
		{ID: 3, Parent: 2, Kind: observe.KindRun, Flow: "rules", End: 50 * ms},
		{ID: 4, Parent: 3, Kind: observe.KindNode, Node: "muted", End: 50 * ms, Status: observe.StatusStraggler, Class: recovery.ClassTimeout, Err: "late"},
		{ID: 5, Kind: observe.KindNode, Node: "mirror", End: 50 * ms, Status: observe.StatusStraggler},
	}}
	require.Contains(t, textOf(t, diagram.Run(run)),
		"shop took 50 ms, degraded: ads (timeout) and muted (timeout) failed, and the answer does without them. mirror was given up.\n")
}

func TestWriteText_flow(t *testing.T) {
	require.Equal(t, `
chat
  in
  rules ← in
    rules
      in
      muted? ← in (the result)
  members ← in [3 attempts]
  标题 🎉 ← in
  gift ← 标题 🎉
  ads ← 标题 🎉 [timeout 10ms, fallback]
  map ← members
  avatars ← map [1 at a time]
  try ← gift
  map#2 ← try, ads, avatars
  after ← map#2, after rules (the result)
`, "\n"+textOf(t, diagram.Flow(chat().Graph())))
}

// Many elements are a few rows: those that failed, those that the answer waited for, and the slowest.
func TestWriteText_manyElements(t *testing.T) {
	run := &trace.Trace{Name: "many", Spans: []trace.Span{
		{Parent: -1, Kind: observe.KindRun, Flow: "many", End: 2000 * ms},
		{ID: 1, Kind: observe.KindNode, Node: "each", End: 2000 * ms},
	}}
	for i := range 1000 {
		s := trace.Span{ID: i + 2, Parent: 1, Kind: observe.KindElement, Element: i, End: time.Duration(1000+i) * ms}
		if i == 7 {
			s.Status = observe.StatusFailed
		}
		run.Spans = append(run.Spans, s)
	}
	text := textOf(t, diagram.Run(run))
	require.Contains(t, text, "\n      980 more elements\n")
	require.Contains(t, text, "[7] ")
	require.Contains(t, text, "*     [999] ")
	require.NotContains(t, text, "[900] ")
}

// A name ends no line, moves no cursor and makes no line longer.
func TestWriteText_hostileNames(t *testing.T) {
	for _, name := range []string{"a\nb", "a\tb", "\x1b[31mred\x1b[0m", "\x00", strings.Repeat("长", 300), "👩‍👩‍👧", "\u202eright to left", "\xff\xfe", "\u0085\u2028"} {
		run := &trace.Trace{Name: name, Spans: []trace.Span{
			{Parent: -1, Kind: observe.KindRun, Flow: name, End: 2 * ms},
			{ID: 1, Kind: observe.KindNode, Node: name, End: 2 * ms, Status: observe.StatusFailed, Err: name},
		}}
		text := textOf(t, diagram.Run(run))
		rows, _, _ := strings.Cut(text, "\n\n")
		for row := range strings.Lines(rows) {
			wide := strings.Count(row, "长") + strings.Count(row, "👩") + strings.Count(row, "👧")
			require.LessOrEqual(t, len([]rune(strings.ReplaceAll(row, "\u200d", "")))+wide, 101, "%q has the row %q", name, row)
		}
		require.True(t, utf8.ValidString(text), "%q", name)
		require.Equal(t, 7, strings.Count(text, "\n"), "%q in %q", name, text)
		for _, r := range text {
			require.True(t, r == '\n' || !unicode.IsControl(r), "%q has %U", name, r)
			require.False(t, unicode.In(r, unicode.Zl, unicode.Zp, unicode.Bidi_Control), "%q has %U", name, r)
		}
	}
}

func TestWriteText_saysWhatTheWriterSays(t *testing.T) {
	require.ErrorIs(t, diagram.Flow(chat().Graph()).WriteText(full{}), errFull)
}

var errFull = errors.New("no space left")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }
