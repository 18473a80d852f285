// Package hostile has <script>alert(1)</script> names | and comments.
//
// # A heading
//
// | a | b |
// |---|---|
package hostile

import (
	"context"
	"strings"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
)

// Names are those of the flows.
var names = []string{
	"a|b", "<script>alert(1)", "<img src=x onerror=alert(1)>", "`code`", "(link)(evil.example)", "日本語 ☃", "--> end", "<!-- open", "..\\..\\passwd", "..",
	strings.Repeat("long ", 20) + "name", "*bold* _it_ 1", "\"quoted\" 'name'", "A", "a", "&lt; &amp;", "```", "$x$ ~~y~~",
}

// Order is <b>bold</b> | a `field`
//
//	code </pre> in a comment
//
// <!-- a comment that is not closed
type Order struct {
	// ID is | a <script>alert(2)</script> `
	ID string `json:"i|d<script>"`
}

// New makes all ``` of them </section> ![x](http://evil.example/x.png).
func New() (flows []*flow.Flow[Order, Order]) {
	for _, name := range names {
		flows = append(flows, one(name))
	}
	return flows
}

func one(name string) *flow.Flow[Order, Order] {
	// This is a comment <img src=x onerror=alert(3)> | of a task.
	t := task.New("task of "+name, func(_ context.Context, o Order) (Order, error) { return o, nil })
	return flow.New(name, func(in flow.Node[Order]) flow.Node[Order] { return flow.Step(t, in) })
}
