package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The README shows what the program prints, in the order in which it is run there.
func TestREADME_showsThisProgram(t *testing.T) {
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	dir := t.TempDir()
	shown := 0
	for _, block := range regexp.MustCompile("(?s)```text\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		for _, part := range strings.Split(block[1], "$ go run ./examples/checkout ")[1:] {
			args, want, _ := strings.Cut(part, "\n")
			got := execute(t, dir, strings.Fields(args)...)
			if strings.Contains(args, "-kill-at") {
				require.Equal(t, "signal: killed\n", want)
				require.Empty(t, got.stdout)
			} else {
				require.Equal(t, shape(want), shape(strings.ReplaceAll(got.stdout, dir, "/tmp/jade-checkout")), args)
			}
			shown++
		}
	}
	require.Equal(t, 4, shown)
}

// shape is an output without the order of what runs at the same time, and without the place where a node is made.
func shape(output string) string {
	output = regexp.MustCompile(`\(shop/\S+\)`).ReplaceAllString(output, "(…)")
	lines := strings.Split(output, "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
