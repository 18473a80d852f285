package observe

import (
	"strconv"
	"time"
)

// Kind says what a [Call] is a call of.
type Kind int

const (
	KindRun     Kind = iota // a whole flow
	KindNode                // a node of a flow, or a task that runs alone
	KindElement             // one element of a flow.Each or a flow.SettleEach
	KindAttempt             // one attempt of a task that has a Timeout or a Retry
)

var kinds = [...]string{"run", "node", "element", "attempt"}

func (k Kind) String() string { return nameOf(kinds[:], int(k), "Kind") }

// MarshalText returns the name, as String does.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads the name of a kind.
func (k *Kind) UnmarshalText(name []byte) error {
	i, err := constantOf(kinds[:], name, "Kind")
	if err == nil {
		*k = Kind(i)
	}
	return err
}

// Call says what begins.
type Call struct {
	Kind Kind
	Run  uint64   // the id of the outermost run, unique in this process
	Flow string   // the flow that the call is part of, or that runs; empty for a task that runs alone
	Node string   // the name of the node in the flow
	Task string   // the name of the task; empty for a node without one
	Path []string // the nodes around a nested flow, outermost first

	// Inputs names, for a node, the nodes whose data it takes, and for a run the nodes that its answer is made of. Maps
	// and the like are left out; their inputs stand in their place. A flow.Recover is in the list, although it is a call only if its function runs.
	Inputs []string
	After  []string // for a node: the nodes that it waits for without taking their data

	Effect   bool // the node runs for an effect of a flow.Also, and the answer does not need it
	Optional bool // a node with Effect may fail: a Fallback, Try or Recover of the flow, its task's Fallback or a flow.SettleEach takes the failure

	Attempt  int   // for an attempt: 1 for the first
	Element  int   // for an element: its index
	Place    Place // where the task, the node or the flow was made
	Start    time.Time
	Deadline time.Time // of the call's ctx; for a run, when it has to be answered, which is before the time that Flow.Reserve keeps. Zero if there is none
}

// Place is where in the source something was made: the last folder and the
// name of the file, as in "orderpage/tasks.go", and the line. It is the same on every machine.
type Place struct {
	File string `json:"file"`
	Line int    `json:"line"`
}

// String is file:line, or empty for the zero Place.
func (p Place) String() string {
	if p.File == "" {
		return ""
	}
	return p.File + ":" + strconv.Itoa(p.Line)
}
