package combinators_test

import (
	"fmt"
	"strings"
	"time"
)

// kind says what a vertex of a random graph is made by.
type kind int

const (
	kOf kind = iota
	kZero
	kPromise
	kGo
	kThen
	kThenN
	kMap
	kFlatMap
	kTap
	kFinally
	kRecover
	kRecoverIs
	kRecoverAs
	kFallback
	kOnError
	kWithin
	kAt
	kShield
	kAll
	kAllMap
	kZip
	kRace
	kAny
	kQuorum
	kSettle
	kPartial
	kEach
	kAwait
	kCollect // a function that ranges over AsCompleted
	kinds
)

var kindNames = [...]string{
	"Of", "Zero", "Promise", "Go", "Then", "ThenN", "Map", "FlatMap", "Tap", "Finally", "Recover", "RecoverIs", "RecoverAs", "Fallback",
	"OnError", "Within", "At", "Shield", "All", "AllMap", "Zip", "Race", "Any", "Quorum", "Settle", "Partial", "Each", "Await", "AsCompleted",
}

func (k kind) String() string { return kindNames[k] }

// ends says how a function of the graph ends.
type ends int

const (
	succeeds ends = iota
	fails
	panics
	exits
)

// call is what a user's function does.
type call struct {
	takes time.Duration
	heeds bool // returns the cause as soon as its ctx is done
	ends  ends
}

// vertex is one future of a graph.
type vertex struct {
	kind   kind
	ctx    int // 0 the scope around all; -1 none
	in     []int
	call   call
	calls  []call        // Each: one an element
	n      int           // Quorum: how many; Each: the limit
	limit  time.Duration // Within, At, Partial
	target int           // RecoverIs, RecoverAs: what is asked for; FlatMap: whose future its function returns
}

// What a FlatMap's function returns, if it is not an earlier vertex.
const (
	innerOwn   = -1 // Go with the ctx it was given
	innerScope = -2 // Go with the ctx around
	innerZero  = -3
)

// surround is a ctx: a scope, or one of the standard library's.
type surround struct {
	parent int
	scope  bool
	limit  time.Duration // more than 0: made with a timeout
}

type deed int

const (
	doBuild deed = iota
	doComplete
	doCancel
	doEnd   // of a ctx: Close of a scope, cancel of another
	doWatch // of a vertex: by Done, OnDone, Await or Peek
)

// op is one thing that happens from outside, at a moment.
type op struct {
	at    time.Duration
	deed  deed
	on    int // vertex or ctx
	how   int // which cause, which way of watching, which result
	cause *flaw
	err   error
}

// graph is a whole case: what there is, and what happens to it.
type graph struct {
	vertices  []vertex
	surrounds []surround
	ops       []op
}

func (g *graph) name(i int) string { return fmt.Sprintf("v%d", i) }

// quick reports whether the vertex's function runs inline.
func (k kind) quick() bool { return k == kMap || k == kTap || k == kOnError }

func (g *graph) String() string {
	var b strings.Builder
	for i, s := range g.surrounds {
		fmt.Fprintf(&b, "ctx%d of ctx%d scope=%v limit=%v\n", i, s.parent, s.scope, s.limit)
	}
	for i, v := range g.vertices {
		fmt.Fprintf(&b, "v%d = %v%v ctx%d %+v calls=%+v n=%d limit=%v target=%d\n", i, v.kind, v.in, v.ctx, v.call, v.calls, v.n, v.limit, v.target)
	}
	for _, o := range g.ops {
		fmt.Fprintf(&b, "%v: %s %d how=%d cause=%v\n", o.at, [...]string{"build", "complete", "cancel", "end ctx", "watch"}[o.deed], o.on, o.how, o.cause)
	}
	return b.String()
}
