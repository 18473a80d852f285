package diagram_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/diagram"
	"github.com/jade-go/jade/flow"
)

var update = flag.Bool("update", false, "write the golden files anew")

func svgOf(t *testing.T, d *diagram.Diagram) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, d.WriteSVG(&b))
	return b.String()
}

func TestWriteSVG_golden(t *testing.T) {
	const path = "testdata/order-page.golden.svg"
	f := shopPage(400*milli, nil)
	got := svgOf(t, diagram.Overlay(f.Graph(), traceOf(t, f)))
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got, "if that is meant: go test ./diagram -run golden -update")
}

// elements reads an SVG as what it has to be, XML, and counts its elements. Texts are what is
// written in it.
func elements(t *testing.T, svg string) (counts map[string]int, texts string) {
	t.Helper()
	counts = map[string]int{}
	var b strings.Builder
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return counts, b.String()
		}
		require.NoError(t, err)
		switch token := token.(type) {
		case xml.StartElement:
			counts[token.Name.Local]++
		case xml.CharData:
			b.Write(token)
		}
	}
}

func TestWriteSVG_hostileNamesStayNames(t *testing.T) {
	counts, texts := elements(t, svgOf(t, diagram.Overlay(hostile())))
	require.Zero(t, counts["script"])
	require.Zero(t, counts["b"])
	require.Equal(t, 1, counts["svg"])
	require.Equal(t, 1, counts["style"])
	for _, shown := range []string{"<script>alert(1)</script>", "line↵break", "עברית שלום עולם", "获取订单商品信息", "�nul�", "�evil", "(no name)", "{{.}} ${x} &amp;"} {
		require.Contains(t, texts, shown)
	}
	require.Contains(t, texts, hostileNames[6], "in full as a title")
}

func TestWriteSVG_loadsNothing(t *testing.T) {
	svg := svgOf(t, diagram.Overlay(thousand()))
	svg = strings.ReplaceAll(svg, `xmlns="http://www.w3.org/2000/svg"`, "")
	require.NotContains(t, svg, "://")
	require.NotContains(t, svg, "@import")
	require.NotRegexp(t, `url\([^#]`, svg)
	require.NotRegexp(t, `href="[^#]`, svg)
	require.Contains(t, svg, "prefers-color-scheme: dark")
	require.Contains(t, svg, `role="img"`)
}

func TestWrite_theSameBytesEveryTime(t *testing.T) {
	for _, make := range []func() *diagram.Diagram{
		func() *diagram.Diagram { return diagram.Overlay(hostile()) },
		func() *diagram.Diagram { return diagram.Overlay(thousand()) },
		func() *diagram.Diagram { return diagram.Run(manyElements()) },
	} {
		a, b := make(), make()
		require.True(t, svgOf(t, a) == svgOf(t, b))
		require.True(t, htmlOf(t, a) == htmlOf(t, b))
	}
}

// A diagram is only read, so it may be written by many at once, and again.
func TestWrite_byMany(t *testing.T) {
	d := diagram.Overlay(hostile())
	svg, page := svgOf(t, d), htmlOf(t, d)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			assert.True(t, svg == svgOf(t, d))
			assert.True(t, page == htmlOf(t, d))
		})
	}
	all.Wait()
}

type broken struct{}

var errBroken = errors.New("the line is cut")

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestWrite_theWritersErrorIsReturned(t *testing.T) {
	d := diagram.Flow(nestedPage().Graph())
	require.ErrorIs(t, d.WriteSVG(broken{}), errBroken)
	require.ErrorIs(t, d.WriteHTML(broken{}), errBroken)
}

func TestFlow_refusesEdgesThatNoFlowHas(t *testing.T) {
	for _, e := range []flow.Edge{{From: 1, To: 0}, {From: 1, To: 1}, {From: -1, To: 1}, {From: 0, To: 2}} {
		g := flow.Graph{Name: "page", Nodes: make([]flow.GraphNode, 2), Edges: []flow.Edge{e}}
		require.Panics(t, func() { diagram.Flow(g) })
	}
}
