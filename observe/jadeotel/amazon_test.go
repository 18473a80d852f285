package jadeotel

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzAmazon tries headers that callers make up, against what the format is in other words.
func FuzzAmazon(f *testing.F) {
	const good = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
	for _, header := range []string{
		"", good, good + ";Lineage=a87bd80c:1|68fd508a:5", good + ";" + good, " Sampled=1 ; " + good, strings.ToUpper(good),
		strings.ReplaceAll(good, ";", "; "), strings.Replace(good, "1-5759e988", "2-5759e988", 1), strings.Replace(good, "5", "\xff", 1),
		"Root=1-00000000-000000000000000000000000;Parent=0000000000000000;Sampled=1", "Root=;Parent=;Sampled=1", "=;=;;",
	} {
		f.Add(header)
	}
	root, parent := regexp.MustCompile(`^\s*Root=1-([0-9a-f]{8})-([0-9a-f]{24})\s*$`), regexp.MustCompile(`^\s*Parent=([0-9a-f]{16})\s*$`)
	f.Fuzz(func(t *testing.T, header string) {
		span, ok := parseAmazon(header)
		require.Equal(t, ok, span.IsValid())
		if !ok {
			return
		}
		require.True(t, span.IsRemote() && span.IsSampled())
		var roots, parents []string
		for _, field := range strings.Split(header, ";") {
			if m := root.FindStringSubmatch(field); m != nil {
				roots = append(roots, m[1]+m[2])
			}
			if m := parent.FindStringSubmatch(field); m != nil {
				parents = append(parents, m[1])
			}
		}
		require.Equal(t, []string{span.TraceID().String()}, roots)
		require.Equal(t, []string{span.SpanID().String()}, parents)
	})
}

func TestShort_endsWithARune(t *testing.T) {
	require.Equal(t, "é", short("é"))
	long := short("x" + strings.Repeat("é", longest))
	require.Len(t, long, longest-1)
	require.Equal(t, long, valid(long))
	require.Len(t, short(strings.Repeat("\x80", 2*longest)), longest-4)
}
