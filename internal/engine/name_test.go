package engine_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/internal/engine"
)

func TestUnfit_saysWhyANameIsNone(t *testing.T) {
	for _, good := range []string{"a", "order page", "订单", "🛒", "é", "a/b#2", `"quoted"`} {
		require.Empty(t, engine.Unfit(good), good)
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
	} {
		require.Equal(t, why, engine.Unfit(bad))
	}
}

func FuzzUnfit(f *testing.F) {
	f.Add("order page")
	f.Add("a\xffb")
	f.Add("\u2028")
	f.Fuzz(func(t *testing.T, name string) {
		why := engine.Unfit(name)
		require.NotContains(t, why, "\n", "one line, whatever the name")
		if why == "" {
			require.NotContains(t, name, "\n")
			require.Equal(t, name, string([]rune(name)), "valid UTF-8")
		}
	})
}

func wrapper() (string, int) { return engine.Caller(1) }

func TestCaller_isTheSameOnEveryMachine(t *testing.T) {
	_, _, line, _ := runtime.Caller(0)
	file, at := engine.Caller(0)
	require.Equal(t, "engine/name_test.go", file)
	require.Equal(t, line+1, at)
	file, at = wrapper()
	require.Equal(t, "engine/name_test.go", file)
	require.Equal(t, line+4, at)
	file, at = engine.Caller(1000)
	require.Empty(t, file)
	require.Zero(t, at)
}
