package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSplice(t *testing.T) {
	doc := "# Jade\n\n<!-- benchmarks -->\nold\n<!-- /benchmarks -->\n\nmore\n"
	want := "# Jade\n\n<!-- benchmarks -->\n\n| new |\n\n<!-- /benchmarks -->\n\nmore\n"
	once, err := splice([]byte(doc), "| new |\n")
	require.NoError(t, err)
	assert.Equal(t, want, string(once))

	again, err := splice(once, "| new |\n")
	require.NoError(t, err)
	assert.Equal(t, want, string(again), "a second run changes nothing but the numbers")

	empty, err := splice([]byte("<!-- benchmarks -->\n<!-- /benchmarks -->\n"), "| new |\n")
	require.NoError(t, err)
	assert.Equal(t, "<!-- benchmarks -->\n\n| new |\n\n<!-- /benchmarks -->\n", string(empty))
}

func TestSplice_needsItsMarkers(t *testing.T) {
	for name, doc := range map[string]string{
		"none":         "# Jade\n",
		"no end":       "<!-- benchmarks -->\nold\n",
		"no beginning": "old\n<!-- /benchmarks -->\n",
		"wrong order":  "<!-- /benchmarks -->\n<!-- benchmarks -->\n",
		"two begin":    "<!-- benchmarks -->\n<!-- benchmarks -->\n<!-- /benchmarks -->\n",
		"two end":      "<!-- benchmarks -->\n<!-- /benchmarks -->\n<!-- /benchmarks -->\n",
	} {
		_, err := splice([]byte(doc), "new\n")
		assert.ErrorIs(t, err, errNoMarkers, name)
	}
}

func TestWrite_leavesFilesWithoutMarkersAlone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "page.md")
	require.NoError(t, os.WriteFile(file, []byte("# Jade\n"), 0o644))
	var stderr strings.Builder
	err := write(file, "| new |\n", &stderr)
	assert.ErrorIs(t, err, errNoMarkers)
	assert.ErrorContains(t, err, "page.md")
	kept, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, "# Jade\n", string(kept))
}

func TestWrite_makesNoFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "page.md")
	var stderr strings.Builder
	require.NoError(t, write(file, "| new |\n", &stderr))
	assert.NoFileExists(t, file)
	assert.Contains(t, stderr.String(), "does not exist: the table is only printed")
}

func TestWrite_putsTheTableBetweenTheMarkers(t *testing.T) {
	file := filepath.Join(t.TempDir(), "page.md")
	require.NoError(t, os.WriteFile(file, []byte("<!-- benchmarks -->\n<!-- /benchmarks -->\n"), 0o644))
	var stderr strings.Builder
	require.NoError(t, write(file, "| new |\n", &stderr))
	written, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Contains(t, string(written), "| new |")
}
