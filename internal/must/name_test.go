package must_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/internal/must"
)

func TestUnfit_saysWhyANameIsNone(t *testing.T) {
	for _, good := range []string{"a", "order page", "订单", "🛒", "é", "a:b", `"quoted"`} {
		require.Empty(t, must.Unfit(good), good)
	}
	for bad, why := range map[string]string{
		"":        "empty name",
		" a":      `name " a" has space around it`,
		"a\t":     `name "a\t" has space around it`,
		"a\u00a0": `name "a\u00a0" has space around it`,
		"a\nb":    `name "a\nb" is not printable`,
		"a\x7fb":  `name "a\x7fb" is not printable`,
		"\xc3":    `name "\xc3" is not printable`,
		"a\xffb":  `name "a\xffb" is not printable`,
		"a/b":     `name "a/b" has a / in it: #, [, ] and / number names and join them to paths`,
		"a#2":     `name "a#2" has a # in it: #, [, ] and / number names and join them to paths`,
		"[0]":     `name "[0]" has a [ in it: #, [, ] and / number names and join them to paths`,
		"x]":      `name "x]" has a ] in it: #, [, ] and / number names and join them to paths`,
	} {
		require.Equal(t, why, must.Unfit(bad))
	}
}

func FuzzUnfit(f *testing.F) {
	f.Add("order page")
	f.Add("a\xffb")
	f.Add("\u2028")
	f.Fuzz(func(t *testing.T, name string) {
		why := must.Unfit(name)
		require.NotContains(t, why, "\n", "one line, whatever the name")
		if why == "" {
			require.NotContains(t, name, "\n")
			require.False(t, strings.ContainsAny(name, "#[]/"), "what names are joined and numbered with")
			require.Equal(t, name, string([]rune(name)), "valid UTF-8")
		}
	})
}
