package recorded_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/jade-go/jade/cmd/jade/internal/recorded"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func one(name string) string {
	return `{"run": 1, "name": "` + name + `", "start": "2026-01-01T00:00:00Z", "spans": [{"id": 0, "parent": -1, "kind": "run", "start": 0, "end": 5, "status": "ok"}]}`
}

func TestParse_forms(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{one("a"), []string{"a"}},
		{"\ufeff " + one("a") + "\n", []string{"a"}},
		{one("a") + "\n" + one("b") + "\n", []string{"a", "b"}},
		{one("a") + one("b"), []string{"a", "b"}},
		{"[" + one("a") + ",\n" + one("b") + "]", []string{"a", "b"}},
		{"[" + one("a") + "]\r\n[]\n" + one("b"), []string{"a", "b"}},
	} {
		traces, err := recorded.Parse("x.json", []byte(c.text))
		require.NoError(t, err, c.text)
		var names []string
		for _, t := range traces {
			names = append(names, t.Name)
		}
		assert.Equal(t, c.want, names)
	}
}

func TestParse_saysWhereAndWhatItWants(t *testing.T) {
	for text, want := range map[string]string{
		"":                                       "x.json:1:1: want a recorded trace, and there is none",
		"[]\n\n":                                 "x.json:3:1: want a recorded trace, and there is none",
		"7":                                      "x.json:1:1: want a recorded trace, which is a JSON object",
		"\n  null":                               "x.json:2:3: want a recorded trace, which is a JSON object",
		"[" + one("a") + ", 7]":                  "x.json:1:149: want a recorded trace, which is a JSON object",
		one("a") + "\n" + one("b")[:50]:          "x.json:2:51: want a recorded trace as JSON, and the text ends in the middle of it",
		one("a") + "\n<html>":                    "x.json:2:1: want a recorded trace as JSON: invalid character '<' looking for beginning of value",
		"{}":                                     `x.json:1:1: trace.Trace: "" has no spans`,
		`{"name": "é",` + "\n" + `"spans": 3}`:   `x.json:2:11: want a recorded trace: the field "spans" cannot be a number`,
		strings.Replace(one("a"), "-1", "-2", 1): "x.json:1:1: trace.Trace: span 0 is part of span -2",
		"[" + one("a"):                           "x.json:1:147: want a recorded trace as JSON, and the text ends in the middle of it",
	} {
		_, err := recorded.Parse("x.json", []byte(text))
		require.Error(t, err, text)
		assert.Equal(t, want, err.Error(), text)
	}
}

func TestReadFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "t.json")
	require.NoError(t, os.WriteFile(name, []byte(one("a")), 0o644))
	traces, err := recorded.ReadFile(name, nil)
	require.NoError(t, err)
	assert.Len(t, traces, 1)
	traces, err = recorded.ReadFile("-", strings.NewReader(one("b")))
	require.NoError(t, err)
	assert.Equal(t, "b", traces[0].Name)
	_, err = recorded.ReadFile(name+"x", nil)
	assert.ErrorContains(t, err, "no such file")
	_, err = recorded.ReadFile("-", strings.NewReader("x"))
	assert.ErrorContains(t, err, "standard input:1:1: want")
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(one("a")))
	f.Add([]byte("[" + one("a") + "," + one("b") + "]"))
	f.Add([]byte("[,]{}\n,"))
	f.Fuzz(func(t *testing.T, text []byte) {
		traces, err := recorded.Parse("x", text)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("more than a line: %q", err)
			}
			return
		}
		for _, tr := range traces {
			if _, err := json.Marshal(tr); err != nil {
				t.Error(err)
			}
		}
	})
}
