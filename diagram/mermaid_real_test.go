package diagram_test

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
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

// drawn is what Mermaid made of a text.
type drawn struct {
	Error   string
	Labels  []string
	Edges   int
	Scripts int
}

func mermaid(t *testing.T, charts []string) []drawn {
	t.Helper()
	browser := realpart.Command(t, "apt-get install chromium", "chromium")
	node := realpart.Command(t, "apt-get install nodejs npm", "node")
	folder := filepath.Dir(realpart.Folder(t, "npm ci --ignore-scripts in that folder's parent", "testdata/mermaid/node_modules"))
	list := filepath.Join(t.TempDir(), "charts.json")
	text, err := json.Marshal(charts)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(list, text, 0o600))
	cmd := exec.CommandContext(t.Context(), node, "render.mjs", browser, list)
	cmd.Dir, cmd.Stderr = folder, os.Stderr
	out, err := cmd.Output()
	require.NoError(t, err)
	var all []drawn
	require.NoError(t, json.Unmarshal(out, &all))
	require.Len(t, all, len(charts), "no dialog, and an answer for each")
	return all
}

func mermaidOf(t *testing.T, d *diagram.Diagram) string {
	var text strings.Builder
	require.NoError(t, d.WriteMermaid(&text))
	return text.String()
}

// The real Mermaid draws every chart, with the names as they are and all edges.
func TestWriteMermaid_realMermaidShowsTheNames(t *testing.T) {
	var charts []string
	var graphs []flow.Graph
	for seed := range uint64(40) {
		g := randomGraph(rand.New(rand.NewPCG(seed, 0)), 2)
		graphs, charts = append(graphs, g), append(charts, mermaidOf(t, diagram.Flow(g).Detailed()))
	}
	hostileAt := len(charts)
	charts = append(charts, mermaidOf(t, diagram.Run(codeRun(codeNames))), "flowchart LR\n  a[\"unfinished")
	ran(t, func(f *flow.Flow[string, string], run *trace.Trace) {
		charts = append(charts, mermaidOf(t, diagram.Overlay(f.Graph(), run)))
	})
	all := mermaid(t, charts)
	for i, g := range graphs {
		names, edges := boxesOf(g)
		require.Empty(t, all[i].Error, charts[i])
		assert.Zero(t, all[i].Scripts)
		assert.Equal(t, edges, all[i].Edges, charts[i])
		assert.ElementsMatch(t, shownAs(names), firstLines(all[i].Labels), charts[i])
	}
	assert.Empty(t, all[hostileAt].Error, charts[hostileAt])
	assert.ElementsMatch(t, shownAs(codeNames), firstLines(all[hostileAt].Labels))
	assert.NotEmpty(t, all[hostileAt+1].Error, "the control: what is no chart is refused")
	assert.Empty(t, all[hostileAt+2].Error)
}

// shownAs are names as they are written, with the spaces at their ends left out.
func shownAs(names []string) (shown []string) {
	for _, name := range names {
		shown = append(shown, strings.TrimSpace(name))
	}
	slices.Sort(shown)
	return shown
}

func firstLines(labels []string) (lines []string) {
	for _, text := range labels {
		first, _, _ := strings.Cut(text, "\n")
		lines = append(lines, strings.TrimSpace(strings.ReplaceAll(first, "\u2060", "")))
	}
	slices.Sort(lines)
	return lines
}
