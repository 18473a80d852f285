package diagram_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/jade-go/jade/diagram"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
	"github.com/jade-go/jade/trace"
)

// The page that the examples draw: an item, and what it costs.
var (
	fetchItem  = task.New("item", func(_ context.Context, id string) (string, error) { return "brass " + id, nil })
	fetchPrice = task.New("price", func(_ context.Context, item string) (int, error) { return 1900, nil }).Timeout(50 * time.Millisecond)

	itemPage = flow.New("item-page", func(id flow.Node[string]) flow.Node[int] {
		return flow.Step(fetchPrice, flow.Step(fetchItem, id))
	})

	// A run of it that a recorder has seen.
	itemRun = &trace.Trace{Name: "item-page", Spans: []trace.Span{
		{ID: 0, Parent: -1, Kind: observe.KindRun, Flow: "item-page", End: 52 * time.Millisecond, Inputs: []string{"price"}},
		{ID: 1, Kind: observe.KindNode, Node: "item", Task: "item", End: 40 * time.Millisecond},
		{ID: 2, Kind: observe.KindNode, Node: "price", Task: "price", Inputs: []string{"item"}, Start: 40 * time.Millisecond, End: 52 * time.Millisecond},
	}}
)

// sentences prints what a page begins with.
func sentences(page string) {
	text := regexp.MustCompile(`<p id="verdict" class="verdict">(.*?)</p>`).FindStringSubmatch(page)[1]
	text = strings.ReplaceAll(text, "\u00a0", " ")
	fmt.Println(strings.ReplaceAll(text, ". ", ".\n"))
}

func ExampleDiagram() {
	var page bytes.Buffer
	if err := diagram.Overlay(itemPage.Graph(), itemRun).WriteHTML(&page); err != nil {
		fmt.Println(err)
	}
	sentences(page.String())
	// Output:
	// item-page took 52 ms.
	// Slowest on the critical path: item, 40 ms; without it the answer would have come 40 ms sooner.
}

// boxes prints the titles of the boxes of a chart, which has no lines of text besides.
func boxes(d *diagram.Diagram) {
	var svg strings.Builder
	_ = d.WriteSVG(&svg)
	for _, box := range regexp.MustCompile(`<g class="box[^>]*><title>(.*?)</title>`).FindAllStringSubmatch(svg.String(), -1) {
		fmt.Println(strings.ReplaceAll(box[1], "\u00a0", " "))
	}
}

// What a flow would run.
func ExampleFlow() {
	boxes(diagram.Flow(itemPage.Graph()))
	// Output:
	// in
	// item
	// price, has the result
}

// A run without the flow has the calls alone.
func ExampleRun() {
	boxes(diagram.Run(itemRun))
	// Output:
	// item, ok, 40 ms, on the critical path
	// price, ok, 12 ms, on the critical path, has the result
}

// A run laid over its flow shows both, and what did not run.
func ExampleOverlay() {
	boxes(diagram.Overlay(itemPage.Graph(), &trace.Trace{Name: "item-page", Spans: itemRun.Spans[:2]}))
	// Output:
	// in, on the critical path
	// item, ok, 40 ms, on the critical path
	// price, did not run, has the result
}

// What lies between calls is drawn if it is asked for.
func ExampleDiagram_Detailed() {
	page := flow.New("page", func(in flow.Node[string]) flow.Node[string] {
		return flow.Step(fetchItem, flow.Map(in, strings.TrimSpace))
	})
	boxes(diagram.Flow(page.Graph()))
	boxes(diagram.Flow(page.Graph()).Detailed())
	// Output:
	// in
	// item, has the result
	// in
	// TrimSpace
	// item, has the result
}

func ExampleDiagram_WriteSVG() {
	var svg bytes.Buffer
	if err := diagram.Flow(itemPage.Graph()).WriteSVG(&svg); err != nil {
		fmt.Println(err)
	}
	fmt.Println(strings.Contains(svg.String(), "<title>in → item: string</title>"))
	// Output: true
}

// The page is one file, which needs nothing else.
func ExampleDiagram_WriteHTML() {
	f, err := os.CreateTemp("", "page-*.html")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.Remove(f.Name())
	err = diagram.Overlay(itemPage.Graph(), itemRun).WriteHTML(f)
	fmt.Println(err, f.Close())
	page, _ := os.ReadFile(f.Name())
	sentences(string(page))
	// Output:
	// <nil> <nil>
	// item-page took 52 ms.
	// Slowest on the critical path: item, 40 ms; without it the answer would have come 40 ms sooner.
}

// A page that is one of several has a link to the others.
func ExampleDiagram_Home() {
	var page bytes.Buffer
	if err := diagram.Run(itemRun).Home("?", "all runs").WriteHTML(&page); err != nil {
		fmt.Println(err)
	}
	fmt.Println(regexp.MustCompile(`<nav>.*</nav>`).FindString(page.String()))
	// Output: <nav><a href="?">← all runs</a></nav>
}
