package task

import recovery "github.com/jade-go/jade/recover"

// Loss is a failure that something has taken: the answer of a flow does without the value of that node.
type Loss struct {
	Node  string         // its name; in a nested flow, after the names of the nodes around it: "rules/muted"
	Task  string         // its task; empty for a node without one
	Class recovery.Class // of Err
	Err   error
	Place Place // where the task was made, or else the node
	Count int   // how many elements of an Each or a SettleEach have failed; 1 for any other node
}
