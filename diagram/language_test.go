package diagram_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/diagram"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/trace"
)

// What is written for other programs to draw is the same every time.
func TestLanguages_golden(t *testing.T) {
	ran(t, func(f *flow.Flow[string, string], run *trace.Trace) {
		d := diagram.Overlay(f.Graph(), run)
		for file, text := range map[string]string{"testdata/chat.golden.mmd": mermaidOf(t, d), "testdata/chat.golden.dot": dotOf(t, d)} {
			if *update {
				require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
			}
			golden, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, string(golden), text, "%s: go test ./diagram -update", file)
		}
	})
}

func TestLanguages_sayWhatTheWriterSays(t *testing.T) {
	d := diagram.Flow(chat().Graph())
	require.ErrorIs(t, d.WriteMermaid(full{}), errFull)
	require.ErrorIs(t, d.WriteDOT(full{}), errFull)
	require.ErrorIs(t, diagram.Run(codeRun(codeNames)).WriteChromeTrace(full{}), errFull)
}

// Mermaid refuses what is too large for it, and no language is helped by labels that fill the page.
func TestLanguages_largeCharts(t *testing.T) {
	g, run := thousand()
	for name, text := range map[string]string{
		"run": mermaidOf(t, diagram.Overlay(g, run)), "flow": mermaidOf(t, diagram.Flow(g)), "detailed": mermaidOf(t, diagram.Overlay(g, run).Detailed()),
	} {
		require.LessOrEqual(t, strings.Count(text, "-->")+strings.Count(text, "-.->"), 500, name)
		require.LessOrEqual(t, len(text), 50_000, name)
		require.Regexp(t, `note\["[^"]* of 1001 boxes`, text, name)
		require.Greater(t, strings.Count(text, "-->"), 15, name)
	}
	require.Contains(t, mermaidOf(t, diagram.Overlay(g, run).Detailed()), "as Mermaid draws at most 500 lines and 50000 bytes")
	require.Contains(t, dotOf(t, diagram.Flow(g)), `label="the first 500 of 1001 boxes"`)
	require.Contains(t, svgOf(t, diagram.Overlay(g, run)), "boxes: the critical path and what is next to it)")
	require.Contains(t, mermaidOf(t, diagram.Overlay(g, run)), "linkStyle", "the critical path is there")
	require.NotContains(t, mermaidOf(t, diagram.Flow(nestedPage().Graph())), "at most", "what fits is drawn")

	h, _ := hostile()
	for _, text := range []string{mermaidOf(t, diagram.Flow(h)), dotOf(t, diagram.Flow(h))} {
		require.NotContains(t, text, strings.Repeat("long name ", 8))
		require.Contains(t, text, "long name long name")
	}
}
