package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// benchtime sets how long benchmarks run in this test.
func benchtime(t *testing.T, value string) {
	set := flag.Lookup("test.benchtime").Value
	before := set.String()
	require.NoError(t, set.Set(value))
	t.Cleanup(func() { assert.NoError(t, set.Set(before)) })
}

func TestRun_ofSomeRowsPrintsThemOnly(t *testing.T) {
	benchtime(t, "1x") // run sets it: put it back
	file := filepath.Join(t.TempDir(), "page.md")
	doc := "<!-- benchmarks -->\n<!-- /benchmarks -->\n"
	require.NoError(t, os.WriteFile(file, []byte(doc), 0o644))
	var stdout, stderr strings.Builder
	err := run([]string{"-row", "^(completed|thens)$", "-passes", "2", "-time", "1us", "-file", file}, &stdout, &stderr)
	require.NoError(t, err)

	lines := strings.Split(stdout.String(), "\n")
	assert.Contains(t, lines[2], "| await a completed one |")
	assert.Contains(t, lines[3], "| 10 `Then`s on a running future, plain ctx |")
	assert.NotContains(t, stdout.String(), "order page")
	assert.Contains(t, stdout.String(), "2 passes of 1µs each")
	assert.Contains(t, stderr.String(), "pass 2 of 2: completed\n")
	kept, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, doc, string(kept))
}

func TestRun_ofNoRowFails(t *testing.T) {
	benchtime(t, "1x")
	var stdout, stderr strings.Builder
	assert.ErrorContains(t, run([]string{"-row", "nothing"}, &stdout, &stderr), `no row matches "nothing"`)
	assert.Empty(t, stdout.String())
}

func TestRun_looksForItsPlaceBeforeItMeasures(t *testing.T) {
	file := filepath.Join(t.TempDir(), "page.md")
	require.NoError(t, os.WriteFile(file, []byte("# Jade\n"), 0o644))
	var stdout, stderr strings.Builder
	assert.ErrorIs(t, run([]string{"-file", file}, &stdout, &stderr), errNoMarkers)
	assert.Empty(t, stdout.String())
	assert.Empty(t, stderr.String())
}

func TestRun_misuse(t *testing.T) {
	for args, says := range map[string]string{
		"-passes 0":    "-passes must be at least 1",
		"-time 0s":     "-time must be positive",
		"-time soon":   `invalid value "soon" for flag -time`,
		"-row (":       "missing closing )",
		"-print extra": `unexpected argument "extra"`,
		"-fast":        "flag provided but not defined: -fast",
	} {
		var stdout, stderr strings.Builder
		err := run(strings.Fields(args), &stdout, &stderr)
		assert.ErrorIs(t, err, errUsage, args)
		assert.Contains(t, stderr.String(), says, args)
		assert.Empty(t, stdout.String(), args)
	}
}

func TestRun_help(t *testing.T) {
	var stdout, stderr strings.Builder
	assert.ErrorIs(t, run([]string{"-h"}, &stdout, &stderr), flag.ErrHelp)
	assert.Contains(t, stderr.String(), "-passes")
	assert.NotContains(t, stderr.String(), "test.")
}

func TestConditions_nameTheMachineAndThePeers(t *testing.T) {
	c := currentConditions(7, 100)
	assert.NotEmpty(t, c.cpu)
	assert.Positive(t, c.cores)
	assert.True(t, strings.HasPrefix(c.golang, "go"), c.golang)
	require.Len(t, c.peers, len(modules))
	for i, m := range modules {
		assert.True(t, strings.HasPrefix(c.peers[i], m+" v"), c.peers[i])
	}
}
