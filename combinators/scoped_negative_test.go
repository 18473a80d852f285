package combinators_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// ms is a moment of the graph below.
func ms(n int) time.Duration { return time.Duration(n) * time.Millisecond }

// plainGraph is one in which little happens, and never two things at one instant.
func plainGraph() *scopedGraph {
	watched := func(on ...int) *wait { return &wait{how: byAwait, on: on, ctx: withBackground} }
	return &scopedGraph{
		ctxs: []scopedCtx{{kind: ctxScope, parent: -1}, {kind: ctxHooked, parent: -1}, {kind: ctxScope, parent: 1}},
		vertices: []scopedVertex{
			{kind: kGo, ctx: 0, work: work{takes: ms(100), ends: fails}, named: true}, // nobody looks
			{kind: kGo, ctx: 0, work: work{takes: ms(200), ends: fails}},              // somebody waits
			{kind: kGo, ctx: 1, work: work{takes: ms(300)}},
			{kind: kGo, ctx: 1, work: work{takes: ms(400), ends: fails}}, // loses
			{kind: kRace, in: []int{2, 3}},
			{kind: kMap, in: []int{2}},
			{kind: kGo, ctx: 2, work: work{takes: ms(150), ends: panics}}, // nobody looks; in a nested scope
			{kind: kPromise, ctx: -1},
			{kind: kFinally, ctx: 0, in: []int{7}}, // runs when ctx0 has closed
			{kind: kThen, ctx: 0, in: []int{7}},    // ends when ctx0 closes
		},
		ops: []scopedOp{
			{deed: doBuild, on: 0}, {deed: doBuild, on: 1}, {deed: doBuild, on: 2}, {deed: doBuild, on: 3}, {deed: doBuild, on: 4},
			{deed: doBuild, on: 5}, {deed: doBuild, on: 6}, {deed: doBuild, on: 7}, {deed: doBuild, on: 8}, {deed: doBuild, on: 9},
			{at: ms(50), deed: doWatch, on: 1, wait: watched(1)},
			{at: ms(1000), deed: doEnd, on: 0},
			{at: ms(1500), deed: doEnd, on: 1},
			{at: ms(2000), deed: doComplete, on: 7},
			{at: ms(3000), deed: doWatch, on: 5, wait: watched(5)},
		},
	}
}

// Each of these logs is wrong in one place, and the check must say so.
func TestScoped_catchesAWrongLog(t *testing.T) {
	tell := func(l *scopedLog, scope, vertex int) *tale {
		t := tale{scope: scope, name: "v0", outcome: l.finals[vertex], when: span{moment{l.seq + 1, ms(5000)}, moment{l.seq + 2, ms(5000)}}}
		l.seq += 2
		l.told = append(l.told, t)
		return &l.told[len(l.told)-1]
	}
	closed := func(l *scopedLog, scope int) *closeLog {
		for _, c := range l.closes {
			if c.scope == scope {
				return c
			}
		}
		panic("nobody has closed it")
	}
	untell := func(l *scopedLog, vertex int) {
		for i, t := range l.told {
			if t.outcome.record == l.finals[vertex].record {
				l.told = append(l.told[:i:i], l.told[i+1:]...)
				return
			}
		}
		panic("nobody was told")
	}
	for name, c := range map[string]struct {
		want  string
		spoil func(*scopedLog)
	}{
		"a failure is lost":                   {"lost: nobody was told of fault v0", func(l *scopedLog) { untell(l, 0) }},
		"a failure of a nested scope is lost": {"lost: nobody was told of panic(fault v6)", func(l *scopedLog) { untell(l, 6) }},
		"told by a later Close than the first": {"lost: Close of ctx0 did not tell", func(l *scopedLog) {
			untell(l, 0)
			tell(l, 0, 0)
		}},
		"told twice":                  {"was told of 2 times", func(l *scopedLog) { tell(l, 0, 0) }},
		"told by another scope":       {"none of its futures has", func(l *scopedLog) { tell(l, 1, 0) }},
		"told though seen":            {"somebody had looked at", func(l *scopedLog) { tell(l, 0, 1) }},
		"told though the look waited": {"somebody had looked at", func(l *scopedLog) { tell(l, 0, 1).when = span{moment{0, ms(200)}, moment{l.seq, ms(200)}} }},
		"told of a loser":             {"nobody owed", func(l *scopedLog) { tell(l, 1, 3) }},
		"told of a cancellation":      {"told of a cancellation", func(l *scopedLog) { tell(l, 0, 9) }},
		"told of the scope's own end": {"its own end", func(l *scopedLog) { tell(l, 0, 0).repeats = true }},
		"told by a wrong name":        {`by the name of "someone"`, func(l *scopedLog) { untell(l, 0); tell(l, 0, 0).name = "someone" }},
		"a body begins after Close": {"after Close of ctx0: a body of v0", func(l *scopedLog) {
			bodyOf(l, 0).span = span{l.told[len(l.told)-1].when.ended, moment{l.seq + 1, ms(4000)}}
		}},
		"a body runs on after Close":    {"runs on", func(l *scopedLog) { bodyOf(l, 0).ended = moment{l.seq + 1, ms(4000)} }},
		"a body never ends":             {"runs on", func(l *scopedLog) { bodyOf(l, 0).ended = moment{} }},
		"a nested body outlives":        {"after Close of ctx1: a body of v6", func(l *scopedLog) { bodyOf(l, 6).ended = moment{l.seq + 1, ms(4000)} }},
		"a quick function outlives":     {"a quick of v5", func(l *scopedLog) { bodyOf(l, 5).ended = moment{l.seq + 1, ms(4000)} }},
		"a future is pending":           {"after Close of ctx0: v9 (Then) is not complete", func(l *scopedLog) { closed(l, 0).pending = []int{9} }},
		"a future of a nested scope is": {"after Close of ctx1: v6", func(l *scopedLog) { closed(l, 1).pending = []int{6} }},
		"Close returns something else":  {"returned boom", func(l *scopedLog) { closed(l, 0).other = "boom" }},
		"Close never returns":           {"hangs: Close of ctx0", func(l *scopedLog) { closed(l, 0).returned = false }},
		"a future never completes":      {"hangs: v2", func(l *scopedLog) { l.open[2] = true }},
		"a wait never returns":          {"hangs: a wait", func(l *scopedLog) { l.waits[0].returned = false }},
		"a wait is late":                {"but the result was there", func(l *scopedLog) { l.waits[0].ended.at++ }},
		"two see different results":     {"result: somebody saw", func(l *scopedLog) { l.sights[0].outcome.value = "" }},
		"no error and no result":        {"result: somebody saw", func(l *scopedLog) { l.sights[0].outcome = outcomeOf("", nil) }},
		"a failed input, and success":   {"succeeded, but its input", func(l *scopedLog) { l.finals[2] = l.finals[3] }},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := plainGraph()
				r := newScopedRun(g)
				r.play()
				require.Empty(t, g.verify(r.log), "the log is right as it is")
				c.spoil(r.log)
				require.Contains(t, strings.Join(g.verify(r.log), "\n"), c.want)
			})
		})
	}
}

func bodyOf(l *scopedLog, vertex int) *callLog {
	for _, c := range l.calls {
		if c.vertex == vertex {
			return c
		}
	}
	panic("it was never called")
}

// What may outlive a scope is a Finally behind an input that is none of its work, and what is behind that.
func TestScoped_allowsAFinallyToOutliveItsScope(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := plainGraph()
		r := newScopedRun(g)
		r.play()
		end, cleanup := r.log.closes[0], bodyOf(r.log, 8)
		require.Zero(t, end.scope)
		require.Contains(t, end.pending, 8)
		require.Greater(t, cleanup.began.at, end.ended.at)
		require.Empty(t, g.verify(r.log))
	})
}
