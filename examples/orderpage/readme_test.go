package main

import (
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// blocksOf returns the code blocks of a document, by language.
func blocksOf(t *testing.T, file string) map[string][]string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	blocks := map[string][]string{}
	for _, block := range regexp.MustCompile("(?s)```(\\w+)\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		blocks[block[1]] = append(blocks[block[1]], block[2])
	}
	return blocks
}

// The README shows the handler, its test, and what the program prints: as they are.
func TestREADME_showsThisProgram(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	require.Less(t, strings.Count(string(text), "\n"), 200)
	blocks := blocksOf(t, "../../README.md")
	require.Len(t, blocks["go"], 3)
	require.Len(t, blocks["text"], 2)
	require.LessOrEqual(t, strings.Count(blocks["go"][1], "\n"), 25, "the flow with its limits and fallbacks is short")
	shows(t, blocks["go"][1], "handler.go")
	shows(t, blocks["go"][2], "faults_test.go")

	const flags = "-hang coupons"
	require.Contains(t, string(text), "go run ./examples/orderpage "+flags)
	require.Contains(t, shape(execute(t, strings.Fields(flags)...).stdout), shape(blocks["text"][1]))

	_, matrix, found := strings.Cut(string(text), "| order-page |")
	require.True(t, found)
	matrix, _, _ = strings.Cut(matrix, "\n\n")
	whole, err := os.ReadFile("testdata/faults.md")
	require.NoError(t, err)
	for row := range strings.Lines("| order-page |" + matrix) {
		require.Contains(t, plain(string(whole)), plain(row), "a row of the matrix")
	}
}

// plain is a table without what only aligns it.
func plain(table string) string {
	return regexp.MustCompile(` +|:?-+:?`).ReplaceAllString(strings.TrimRight(table, "\n"), "")
}

// The page on deployment shows the main functions of the examples.
func TestDeploy_showsTheMains(t *testing.T) {
	blocks := blocksOf(t, "../../docs/deploy.md")["go"]
	mains := []string{
		"../faas/http/main.go", "../faas/fc/main.go",
		"../../faas/lambda/examples/orderpage/main.go", "../../faas/lambda/examples/gateway/main.go", "../../faas/lambda/examples/payments/main.go",
		"../../faas/gcf/examples/orderpage/main.go", "../../faas/cloudevents/examples/orderpage/main.go",
	}
	require.Len(t, blocks, len(mains))
	for i, file := range mains {
		shows(t, blocks[i], file)
	}
}

func shows(t *testing.T, shown, file string) {
	t.Helper()
	has, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Contains(t, string(has), shown, file)
}

// Whoever copies the first program into an empty module can run it, and sees what the README says. It is short.
func TestREADME_firstProgram(t *testing.T) {
	t.Parallel()
	blocks := blocksOf(t, "../../README.md")
	shown := blocks["go"][0]
	formatted, err := format.Source([]byte(shown))
	require.NoError(t, err)
	require.Equal(t, string(formatted), shown)
	lines := slices.DeleteFunc(strings.Split(shown, "\n"), func(line string) bool { return line == "" })
	require.GreaterOrEqual(t, len(lines), 15)
	require.LessOrEqual(t, len(lines), 20)

	dir := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join("../..", name))
		require.NoError(t, err)
		return string(text)
	}
	tree, err := filepath.Abs("../..")
	require.NoError(t, err)
	write("main.go", shown)
	requirements := regexp.MustCompile(`(?s)\nrequire .*`).FindString(read("go.mod")) // as go get finds them
	write("go.mod", "module example\n\ngo 1.26.0\n\nrequire github.com/jade-go/jade v0.0.0\n\nreplace github.com/jade-go/jade => "+tree+"\n"+requirements)
	write("go.sum", read("go.sum"))
	command := exec.CommandContext(t.Context(), "go", append(append([]string{"run"}, asBuilt()...), ".")...)
	command.Dir = dir
	command.Env = append(os.Environ(), "GOPROXY=off", "GOFLAGS=-mod=mod", "GOWORK=off", "GORACE=atexit_sleep_ms=0")
	out, err := command.CombinedOutput()
	require.NoError(t, err, string(out))
	assert.Equal(t, blocks["text"][0], string(out))
}

// shape is an output without its measured times and the bars that they make, and the
// calls in the order of their names: who is first of those that begin at once is chance.
func shape(output string) string {
	rows := regexp.MustCompile(`(?m)(^[ *]   \w.*\n)+`)
	output = rows.ReplaceAllStringFunc(output, func(calls string) string {
		lines := strings.SplitAfter(calls, "\n")
		slices.SortFunc(lines, func(a, b string) int { return strings.Compare(a[min(1, len(a)):], b[min(1, len(b)):]) })
		return strings.Join(lines, "")
	})
	output = regexp.MustCompile(`(?m)^(Slowest on the critical path: \w+).*$`).ReplaceAllString(output, "$1")                 // how near others come is chance
	output = regexp.MustCompile(`>?( +[0-9.]+ \S+ +[0-9.]+ \S+  )(failed|given up):`).ReplaceAllString(output, "${1}failed:") // whether it notices at once is chance
	output = regexp.MustCompile(`[0-9.]+ ?[mµ]?s\b`).ReplaceAllString(output, "#")
	return regexp.MustCompile(`[ █─]+`).ReplaceAllString(output, " ")
}
