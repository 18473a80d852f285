package diagram_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/jade-go/jade/diagram"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
	"github.com/jade-go/jade/trace"
)

// greeting is a flow of two calls, of which the second needs the first.
var greeting = flow.New("greeting", func(in flow.Node[string]) flow.Node[string] {
	user := flow.Step(task.New("user", func(_ context.Context, id string) (string, error) { return "user " + id, nil }), in)
	return flow.Step(task.New("mail", func(_ context.Context, user string) (string, error) { return "hello " + user, nil }).Timeout(time.Second), user)
})

// greeted is a run of it: the user took 20 ms, the mail 10.
var greeted = &trace.Trace{Name: "greeting", Spans: []trace.Span{
	{Parent: -1, Kind: observe.KindRun, Flow: "greeting", Inputs: []string{"mail"}, End: 30 * time.Millisecond},
	{ID: 1, Kind: observe.KindNode, Node: "user", End: 20 * time.Millisecond},
	{ID: 2, Kind: observe.KindNode, Node: "mail", Inputs: []string{"user"}, Start: 20 * time.Millisecond, End: 30 * time.Millisecond},
}}

func ExampleDiagram_WriteText() {
	_ = diagram.Run(greeted).WriteText(os.Stdout)
	// Output:
	// call                                                     start     took
	//   greeting               ██████████████████████████████     0 ms    30 ms
	// *   user                 ████████████████████               0 ms    20 ms  saves 20 ms
	// *   mail                                     ██████████    20 ms    10 ms  saves 10 ms
	//
	// greeting took 30 ms.
	// Slowest on the critical path: user, 20 ms; without it the answer would have come 20 ms sooner.
}

func ExampleDiagram_WriteText_flow() {
	_ = diagram.Flow(greeting.Graph()).WriteText(os.Stdout)
	// Output:
	// greeting
	//   in
	//   user ← in
	//   mail ← user [timeout 1s] (the result)
}

func ExampleDiagram_WriteMermaid() {
	_ = diagram.Flow(greeting.Graph()).WriteMermaid(os.Stdout)
	// Output:
	// flowchart LR
	//   n0("in")
	//   n1["user"]
	//   n2["mail<br/>timeout 1s"]
	//   n0 --> n1
	//   n1 --> n2
}

func ExampleDiagram_WriteDOT() {
	_ = diagram.Flow(greeting.Graph()).WriteDOT(os.Stdout)
	// Output:
	// digraph "greeting" {
	//   rankdir=LR; compound=true; fontname="sans-serif";
	//   node [shape=box, style="rounded,filled", fontname="sans-serif", fillcolor="#f6f8fa", color="#98a5b3"];
	//   edge [color="#98a5b3", fontname="sans-serif", fontsize=10];
	//   n0 [label="in", color="#98a5b3", penwidth=1, fontsize=11];
	//   n1 [label="user", color="#98a5b3", penwidth=1];
	//   n2 [label="mail\ntimeout 1s", color="#98a5b3", penwidth=1];
	//   n0 -> n1 [penwidth=1, tooltip="string"];
	//   n1 -> n2 [penwidth=1, tooltip="string"];
	// }
}

func ExampleDiagram_WriteChromeTrace() {
	var text strings.Builder
	_ = diagram.Run(greeted).WriteChromeTrace(&text)
	var file struct{ TraceEvents []struct{ Name, Ph string } }
	_ = json.Unmarshal([]byte(text.String()), &file)
	for _, e := range file.TraceEvents {
		fmt.Println(e.Ph, e.Name)
	}
	// Output:
	// M process_name
	// M thread_name
	// M thread_sort_index
	// X greeting
	// X user
	// s data
	// X mail
	// f data
}
