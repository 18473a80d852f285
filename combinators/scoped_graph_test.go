package combinators_test

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// scopedGraph is a random graph over several scopes, and what happens to it.
// The model of model_sim_test.go says what each future completes with; the
// checks of the scoped_check files say what must hold of scopes: what Close
// waits for, who is told of a failure, and which waits return.
type scopedGraph struct {
	ctxs     []scopedCtx
	vertices []scopedVertex
	ops      []scopedOp
}

type ctxKind int

const (
	ctxScope  ctxKind = iota
	ctxHooked         // a scope with Unobserved
	ctxValue
	ctxCancel
	ctxCause
	ctxTimeout
)

func (k ctxKind) String() string {
	return [...]string{"scope", "scope with Unobserved", "value", "cancel", "cause", "timeout"}[k]
}

// scopedCtx is a ctx of the graph.
type scopedCtx struct {
	kind   ctxKind
	parent int           // -1: context.Background
	limit  time.Duration // of a timeout
}

// scopedVertex is one future of the graph.
type scopedVertex struct {
	kind   kind
	ctx    int // -1: context.Background
	in     []int
	work   work
	works  []work        // Each: one an element
	n      int           // Quorum: how many; Each: the limit
	limit  time.Duration // Within, Partial
	target int           // RecoverIs, RecoverAs: what is asked for; FlatMap: what its function returns
	named  bool          // started with future.Named
}

// Further ways in which a function ends.
const (
	passes  ends = iota + 4 // returns the failure that it was given
	cancels                 // returns a cancellation, wrapped
)

// heed says what a function does when its ctx is done.
type heed int

const (
	heedsNothing   heed = iota
	returnsCause        // future.Cause
	returnsRaw          // context.Cause
	returnsWrapped      // ctx.Err, wrapped
)

// work is what a user's function does.
type work struct {
	takes  time.Duration
	pause  int // how often it yields before it ends
	heeds  heed
	ends   ends
	flavor int // the type of its error
	wait   *wait
}

// wait is a wait for futures: by Await, Await2 or AsCompleted.
type wait struct {
	how   int
	on    []int
	ctx   int // see waitsWith
	leave int // AsCompleted: how many are taken before the loop is left; 0 all
}

// Whose ctx a wait is made with, if it is none of the graph.
const (
	withBackground = -1
	withPatience   = -2 // a ctx of its own, that ends after a while
	withOwn        = -3 // that of the function which waits
	withStrange    = -4 // a strangeCtx, that ends after a while
)

// Further ways of watching a vertex.
const (
	byAwait2  = iota + 6
	byCollect // AsCompleted
	byReading // a Map behind a Settle
	scopedWays
)

// scopedOp is one thing that happens from outside, at a moment.
type scopedOp struct {
	at    time.Duration
	deed  deed
	on    int  // vertex or ctx
	how   int  // which cause, or which result
	alone bool // on a goroutine of its own
	pause int  // how often that yields first
	rank  int  // its place among what happens at the same instant
	wait  *wait
	crash bool // OnDone: its function panics
}

// scopeOf is the nearest scope around ctx i, -1 for none.
func (g *scopedGraph) scopeOf(i int) int {
	for i >= 0 && g.ctxs[i].kind > ctxHooked {
		i = g.ctxs[i].parent
	}
	return i
}

// ends is the nearest ctx around ctx i that somebody can cancel, be it a scope; -1 for none.
func (g *scopedGraph) ends(i int) int {
	for i >= 0 && g.ctxs[i].kind == ctxValue {
		i = g.ctxs[i].parent
	}
	return i
}

// within reports whether scope s is t or inside of it.
func (g *scopedGraph) within(s, t int) bool {
	for ; s >= 0; s = g.ctxs[s].parent {
		if s == t {
			return true
		}
	}
	return false
}

// depth is how many scopes are around scope s.
func (g *scopedGraph) depth(s int) (n int) {
	for s = g.scopeOf(g.ctxs[s].parent); s >= 0; s = g.scopeOf(g.ctxs[s].parent) {
		n++
	}
	return n
}

// takesCtx reports whether the kind is started with a ctx.
func (k kind) takesCtx() bool { return k.startsWork() || k == kFinally }

// several reports whether the kind watches several inputs.
func (k kind) several() bool {
	switch k {
	case kAll, kZip, kRace, kAny, kQuorum, kSettle, kPartial:
		return true
	}
	return false
}

// decided reports whether v is complete from the start, without any work.
func (v *scopedVertex) decided() bool {
	return v.kind == kOf || v.kind.several() && len(v.in) == 0 ||
		v.kind == kQuorum && v.n > len(v.in) || v.kind == kEach && len(v.works) == 0
}

// homes are the scopes that vertex i may belong to: one, or none, or several
// if it has inputs in scopes of which none is the outermost that is open.
func (g *scopedGraph) homes(i int) (homes []int) {
	v := &g.vertices[i]
	switch {
	case v.decided():
		return nil
	case v.kind.takesCtx():
		if s := g.scopeOf(v.ctx); s >= 0 {
			homes = append(homes, s)
		}
		return homes
	}
	var scopes []int
	for _, in := range v.in {
		for _, s := range g.homes(in) {
			if !has(scopes, s) {
				scopes = append(scopes, s)
			}
		}
	}
	for _, s := range scopes {
		if !slices.ContainsFunc(scopes, func(t int) bool { return g.depth(t) < g.depth(s) && !g.mayBeOver(t, i) }) {
			homes = append(homes, s)
		}
	}
	return homes
}

// mayBeOver reports whether scope s may have closed when vertex i was built.
func (g *scopedGraph) mayBeOver(s, i int) bool {
	built := slices.IndexFunc(g.ops, func(o scopedOp) bool { return o.deed == doBuild && o.on == i })
	return slices.ContainsFunc(g.ops, func(o scopedOp) bool {
		return o.deed == doEnd && g.within(s, o.on) && (built < 0 || o.at <= g.ops[built].at)
	})
}

func has(list []int, x int) bool {
	for _, y := range list {
		if x == y {
			return true
		}
	}
	return false
}

func (g *scopedGraph) String() string {
	var b strings.Builder
	for i, c := range g.ctxs {
		fmt.Fprintf(&b, "ctx%d: %v of ctx%d, limit %v\n", i, c.kind, c.parent, c.limit)
	}
	for i, v := range g.vertices {
		fmt.Fprintf(&b, "v%d = %v%v ctx%d homes=%v %v n=%d limit=%v target=%d works=%v\n", i, v.kind, v.in, v.ctx, g.homes(i), v.work, v.n, v.limit, v.target, v.works)
	}
	for _, o := range g.ops {
		fmt.Fprintf(&b, "%v: %v\n", o.at, o)
	}
	return b.String()
}

func (w work) String() string {
	ends := [...]string{"succeeds", "fails", "panics", "exits", "passes", "cancels"}[w.ends]
	return fmt.Sprintf("{%v heeds=%d %s flavor=%d wait=%v}", w.takes, w.heeds, ends, w.flavor, w.wait)
}

func (w *wait) String() string {
	if w == nil {
		return "-"
	}
	way := [...]string{"Done", "OnDone", "Await", "-", "Peek", "stopped OnDone", "Await2", "AsCompleted", "reading"}[w.how]
	return fmt.Sprintf("%s%v ctx%d leave=%d", way, w.on, w.ctx, w.leave)
}

func (o scopedOp) String() string {
	deed := [...]string{"build", "complete", "cancel", "end ctx", "watch"}[o.deed]
	return fmt.Sprintf("%s %d how=%d alone=%v crash=%v %v", deed, o.on, o.how, o.alone, o.crash, o.wait)
}
