package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The README shows the handler and what the program prints: as they are.
func TestREADME_showsThisProgram(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)```(go|text)\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	require.Len(t, blocks, 9)

	handler, err := os.ReadFile("handler.go")
	require.NoError(t, err)
	require.Contains(t, string(handler), blocks[0][2])

	for file, shown := range map[string]string{
		"faults_test.go": blocks[3][2], "../faas/http/main.go": blocks[4][2], "../faas/fc/main.go": blocks[5][2],
		"../../faas/lambda/examples/orderpage/main.go": blocks[6][2],
		"../../faas/gcf/examples/orderpage/main.go":    blocks[7][2], "../../faas/cloudevents/examples/orderpage/main.go": blocks[8][2],
		"testdata/faults.md": string(text), "../rules/testdata/faults-group-chat.md": string(text),
	} {
		has, err := os.ReadFile(file)
		require.NoError(t, err)
		if strings.HasSuffix(file, ".go") {
			require.Contains(t, string(has), shown)
		} else {
			require.Contains(t, shown, string(has), file)
		}
	}

	outputs := map[string]string{
		"": blocks[1][2],
		"-slow coupons=400ms -fail freight -panic inspection -hang coins": blocks[2][2],
	}
	for flags, shown := range outputs {
		require.Contains(t, string(text), flags)
		require.Equal(t, shape(shown), shape(execute(t, strings.Fields(flags)...).stdout), flags)
	}
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
	output = regexp.MustCompile(`(?m)^(Slowest on the critical path: \w+).*$`).ReplaceAllString(output, "$1") // how near others come is chance
	output = regexp.MustCompile(`[0-9.]+ ?[mµ]?s\b`).ReplaceAllString(output, "#")
	return regexp.MustCompile(`[ █─]+`).ReplaceAllString(output, " ")
}
