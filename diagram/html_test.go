package diagram_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"html"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/diagram"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
	"github.com/jade-go/jade/trace"
)

func htmlOf(t *testing.T, d *diagram.Diagram) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, d.WriteHTML(&b))
	return b.String()
}

// requireIn does not print the page if it has no such text.
func requireIn(t *testing.T, page, text string) {
	t.Helper()
	require.True(t, strings.Contains(page, text), "it does not say %q", text)
}

// verdict is the sentence that a page begins with.
func verdict(t *testing.T, page string) string {
	t.Helper()
	found := regexp.MustCompile(`<p id="verdict"[^>]*>([^<]*)</p>`).FindStringSubmatch(page)
	require.NotNil(t, found)
	return strings.ReplaceAll(html.UnescapeString(found[1]), "\u00a0", " ")
}

func TestWriteHTML_verdict(t *testing.T) {
	slow, failing, nested := shopPage(400*milli, nil), shopPage(50*milli, errors.New("item: HTTP 503")), nestedPage()
	require.Equal(t, "order-page took 360 ms, degraded: coupons (timeout) was replaced by its fallback; "+
		"coins (unknown) failed, and the answer does without it. "+
		"Slowest on the critical path: coupons, 300 ms; without it the answer would have come 220 ms sooner.",
		verdict(t, htmlOf(t, diagram.Run(traceOf(t, slow)))))
	require.Equal(t, "order-page failed after 40 ms: item (unknown) failed. "+
		"Slowest on the critical path: item, 40 ms; without it the answer would have come 40 ms sooner.",
		verdict(t, htmlOf(t, diagram.Run(traceOf(t, failing)))))
	require.Equal(t, "home took 45 ms. "+
		"Slowest on the critical path: history, 30 ms; without it the answer would have come 14 ms sooner.",
		verdict(t, htmlOf(t, diagram.Run(traceOf(t, nested)))))
	for status, text := range map[observe.Status]string{
		observe.StatusOK: "page took 5 ms.", observe.StatusDegraded: "page took 5 ms, degraded.", observe.StatusFailed: "page failed after 5 ms.",
		observe.StatusCanceled: "page was cancelled after 5 ms.", observe.StatusStraggler: "page was given up after 5 ms.", observe.StatusSkipped: "page did not start.",
	} {
		alone := &trace.Trace{Name: "page", Spans: []trace.Span{{Parent: -1, Flow: "page", End: 5 * milli, Status: status}}}
		require.Equal(t, text, verdict(t, htmlOf(t, diagram.Run(alone))))
	}
}

// One that a node of the same flow stood in for is told once, as the failure that it was.
func TestWriteHTML_verdictOfAFailureThatWasMended(t *testing.T) {
	run := &trace.Trace{Name: "page", Spans: []trace.Span{
		{Parent: -1, Flow: "page", End: 9 * milli},
		{ID: 1, Kind: observe.KindNode, Node: "ads", End: 5 * milli, Status: observe.StatusFailed, Err: "no ads"},
		{ID: 2, Kind: observe.KindNode, Node: "recover", Start: 5 * milli, End: 5 * milli, Status: observe.StatusDegraded, Err: "page: ads: no ads", Inputs: []string{"ads"}, FailedNode: "ads", FailedOf: []string{"ads"}, Cause: 1},
		{ID: 3, Kind: observe.KindNode, Node: "any", End: 9 * milli, Status: observe.StatusStraggler},
	}}
	page := htmlOf(t, diagram.Run(run))
	require.Contains(t, verdict(t, page), "page took 9 ms, degraded: ads was replaced by its fallback. any was given up.")
	require.Equal(t, 2, strings.Count(page, "<li class=\"failed\">")+strings.Count(page, "<li class=\"straggler\">"))
	require.False(t, strings.Contains(page, "<li class=\"degraded\">"))
}

// An answer does not do without what only an effect has failed of.
func TestWriteHTML_verdictOfEffects(t *testing.T) {
	run := &trace.Trace{Name: "page", Spans: []trace.Span{
		{Parent: -1, Flow: "page", End: 9 * milli},
		{ID: 1, Kind: observe.KindNode, Node: "audit", End: 9 * milli, Effect: true, Lost: true, Status: observe.StatusFailed, Class: recovery.ClassTimeout},
		{ID: 2, Kind: observe.KindNode, Node: "mail", End: 5 * milli, Effect: true, Status: observe.StatusDegraded, Err: "no mail"},
		{ID: 3, Kind: observe.KindNode, Node: "tell", End: 9 * milli, Effect: true, Lost: true, Status: observe.StatusStraggler},
		{ID: 4, Kind: observe.KindNode, Node: "item", End: 9 * milli},
	}}
	require.Contains(t, verdict(t, htmlOf(t, diagram.Run(run))), "page took 9 ms. Beside the answer audit (timeout) and tell failed. Slowest")
}

// Where two calls took equally long, neither alone is to blame.
func TestWriteHTML_verdictOfTwoAtOnce(t *testing.T) {
	run := &trace.Trace{Name: "page", Spans: []trace.Span{
		{Parent: -1, Flow: "page", End: 40 * milli, Inputs: []string{"a", "b", "c"}},
		{ID: 1, Kind: observe.KindNode, Node: "a", End: 40 * milli},
		{ID: 2, Kind: observe.KindNode, Node: "b", End: 39 * milli},
		{ID: 3, Kind: observe.KindNode, Node: "c", End: 30 * milli},
	}}
	require.Equal(t, "page took 40 ms. Slowest on the critical path: a, 40 ms. "+
		"Beside it b took nearly as long: without a alone the answer would have come 1 ms sooner.",
		verdict(t, htmlOf(t, diagram.Run(run))))
}

func TestWriteHTML_allowsItsOwnStyleAndScriptAlone(t *testing.T) {
	page := htmlOf(t, diagram.Overlay(hostile()))
	policy := html.UnescapeString(regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(page)[1])
	require.Contains(t, policy, "default-src 'none'")
	require.NotContains(t, policy, "unsafe")
	for _, element := range []string{"style", "script"} {
		all := regexp.MustCompile(`(?s)<`+element+`>(.*?)</`+element+`>`).FindAllStringSubmatch(page, -1)
		require.Len(t, all, 1, element)
		sum := sha256.Sum256([]byte(all[0][1]))
		require.Contains(t, policy, element+"-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
	}
	require.False(t, regexp.MustCompile(` (style|on[a-z]+)="`).MatchString(page), "the policy would refuse it")
	require.False(t, strings.Contains(strings.ReplaceAll(page, "http://www.w3.org/2000/svg", ""), "://"))
}

// Without scripts a page has links to what it tells.
func TestWriteHTML_everyLinkHasItsEnd(t *testing.T) {
	slow, nested := shopPage(400*milli, nil), nestedPage()
	many := manyElements()
	for _, d := range []*diagram.Diagram{
		diagram.Overlay(slow.Graph(), traceOf(t, slow)), diagram.Run(traceOf(t, nested)), diagram.Flow(nested.Graph()),
		diagram.Overlay(hostile()), diagram.Run(many),
	} {
		page := htmlOf(t, d)
		ids := map[string]bool{}
		for _, id := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(page, -1) {
			require.False(t, ids[id[1]], "%s is there twice", id[1])
			ids[id[1]] = true
		}
		links := regexp.MustCompile(` href="#([^"]+)"`).FindAllStringSubmatch(page, -1)
		require.NotEmpty(t, links)
		for _, link := range links {
			require.True(t, ids[link[1]], "nothing is %s", link[1])
		}
	}
}

// manyElements is a run with more elements than are shown, one of which has a call in it that failed.
func manyElements() *trace.Trace {
	run := &trace.Trace{Name: "page", Spans: []trace.Span{
		{Parent: -1, Flow: "page", End: 99 * milli},
		{ID: 1, Kind: observe.KindNode, Node: "stock", End: 99 * milli},
	}}
	for i := range 50 {
		at := len(run.Spans)
		run.Spans = append(run.Spans,
			trace.Span{ID: at, Parent: 1, Kind: observe.KindElement, Element: i, Task: "stock", End: 50*milli - 1},
			trace.Span{ID: at + 1, Parent: at, Kind: observe.KindNode, Task: "lookup", End: 9 * milli, Status: observe.StatusDegraded, Err: "late"})
	}
	return run
}

func TestWriteHTML_tellsOfFailures(t *testing.T) {
	run := &trace.Trace{Name: "page", Spans: []trace.Span{
		{Parent: -1, Flow: "page", End: 9 * milli, Status: observe.StatusFailed, Err: "page: item: panic: oops"},
		{
			ID: 1, Kind: observe.KindNode, Node: "item", Task: "item", Place: observe.Place{File: "shop/item.go", Line: 12}, End: 9 * milli, Attempts: 2,
			Status: observe.StatusFailed, Class: 1, Err: "panic: oops", Panic: "oops", Stack: "shop.item()\n\tshop/item.go:14", Deadline: 50 * milli,
		},
		{ID: 2, Kind: observe.KindNode, Node: "late", End: 5 * milli, Returned: 8 * milli, Status: observe.StatusStraggler},
	}}
	page := html.UnescapeString(htmlOf(t, diagram.Run(run)))
	page = strings.ReplaceAll(page, "\u00a0", " ")
	for _, told := range []string{
		"shop/item.go:12", "<pre dir=\"auto\">panic: oops</pre>", "<pre dir=\"auto\">oops</pre>", "<pre>shop.item()\n\tshop/item.go:14</pre>",
		"+0 ms to +9 ms", "+50 ms", "<dt>attempts</dt><dd><bdi>2</bdi>", "+8 ms, 3 ms after it was given up", "saves 4 ms",
	} {
		requireIn(t, page, told)
	}
}

func TestWriteHTML_aFlowHasNoWaterfall(t *testing.T) {
	page := htmlOf(t, diagram.Flow(nestedPage().Graph()))
	require.False(t, strings.Contains(page, "Waterfall"))
	require.False(t, strings.Contains(page, "id=\"verdict\""))
	requireIn(t, page, "vip-price")
}

func BenchmarkWriteHTML_thousandCalls(b *testing.B) {
	d := diagram.Overlay(thousand())
	for b.Loop() {
		if err := d.WriteHTML(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}

// A trace of no span, as a zero one is, is drawn as a run that did not start.
func TestWrite_aTraceWithoutSpans(t *testing.T) {
	for _, empty := range []*trace.Trace{{}, {Name: "page", Run: 7}} {
		for _, d := range []*diagram.Diagram{diagram.Run(empty), diagram.Overlay(nestedPage().Graph(), empty)} {
			for _, write := range []func(io.Writer) error{d.WriteHTML, d.WriteSVG, d.WriteMermaid, d.WriteDOT, d.WriteText, d.WriteChromeTrace} {
				require.NoError(t, write(io.Discard))
			}
			require.Contains(t, textOf(t, d), "did not start")
		}
		require.Empty(t, empty.Spans, "it is the caller's")
	}
	require.PanicsWithValue(t, "diagram.Run: nil Trace", func() { diagram.Run(nil) })
	require.PanicsWithValue(t, "diagram.Overlay: nil Trace", func() { diagram.Overlay(flow.Graph{}, nil) })
}

// A flow in a flow that answers without something is not replaced by anything.
func TestWriteHTML_verdictOfANestedFlowThatDegrades(t *testing.T) {
	muted := task.New("muted", func(context.Context, string) (string, error) { return "", errors.New("no answer") })
	for text, rules := range map[string]*flow.Flow[string, string]{
		"muted (unknown) failed, and the answer does without it": flow.New("rules", func(in flow.Node[string]) flow.Node[string] { return flow.Fallback(flow.Step(muted, in), "?") }),
		"muted (unknown) was replaced by its fallback":           flow.New("rules", func(in flow.Node[string]) flow.Node[string] { return flow.Step(muted.Fallback("?"), in) }),
	} {
		runs := trace.NewHistory(1)
		page := flow.New("page", func(in flow.Node[string]) flow.Node[string] { return flow.Step(rules.Task(), in) })
		_, err := page.Do(observe.With(t.Context(), trace.NewRecorder(runs.Add)), "x")
		require.NoError(t, err)
		require.Contains(t, verdict(t, htmlOf(t, diagram.Run(runs.Recent()[0]))), "degraded: "+text+".")
	}
}
