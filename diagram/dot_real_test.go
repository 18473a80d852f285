package diagram_test

import (
	"encoding/xml"
	"errors"
	"io"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/diagram"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/internal/realpart"
	"github.com/jade-go/jade/trace"
)

func dotOf(t *testing.T, d *diagram.Diagram) string {
	var text strings.Builder
	require.NoError(t, d.WriteDOT(&text))
	return text.String()
}

// graphviz has the real dot draw a text, and returns the texts in the picture and how many edges it has.
func graphviz(t *testing.T, text string) (shown []string, edges int, err error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), realpart.Command(t, "apt-get install graphviz", "dot"), "-Tsvg")
	cmd.Stdin = strings.NewReader(text)
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return nil, 0, errors.New(said.String())
	}
	for d := xml.NewDecoder(strings.NewReader(string(out))); ; {
		token, err := d.Token()
		if err == io.EOF {
			return shown, edges, nil
		}
		require.NoError(t, err)
		start, ok := token.(xml.StartElement)
		switch {
		case !ok:
		case start.Name.Local == "text":
			var line string
			require.NoError(t, d.DecodeElement(&line, &start))
			shown = append(shown, strings.TrimSpace(strings.ReplaceAll(line, "\u00a0", " ")))
		case slices.ContainsFunc(start.Attr, func(a xml.Attr) bool { return a.Name.Local == "class" && a.Value == "edge" }):
			edges++
		}
	}
}

// Debian's dot draws every chart, with the names as they are and all edges.
func TestWriteDOT_realGraphvizShowsTheNames(t *testing.T) {
	for seed := range uint64(40) {
		g := randomGraph(rand.New(rand.NewPCG(seed, 0)), 2)
		text := dotOf(t, diagram.Flow(g).Detailed())
		shown, edges, err := graphviz(t, text)
		require.NoError(t, err, text)
		names, want := boxesOf(g)
		assert.LessOrEqual(t, edges, want, text) // one from a frame into its own inside is left out
		for _, name := range shownAs(names) {
			assert.Contains(t, shown, name, text)
		}
	}
	shown, edges, err := graphviz(t, dotOf(t, diagram.Run(codeRun(codeNames))))
	require.NoError(t, err)
	assert.Equal(t, len(codeNames)-1, edges)
	for _, name := range shownAs(codeNames) {
		assert.Contains(t, shown, name)
	}
	ran(t, func(f *flow.Flow[string, string], run *trace.Trace) {
		_, _, err := graphviz(t, dotOf(t, diagram.Overlay(f.Graph(), run)))
		assert.NoError(t, err)
	})
	_, _, err = graphviz(t, `digraph "unfinished`)
	assert.Error(t, err, "the control: what is no chart is refused")
}
