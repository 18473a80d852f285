package diagram_test

import (
	"os"
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
