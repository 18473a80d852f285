package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// run runs a command in the testdata of package vet, and returns what it writes and whether it succeeds.
func run(t *testing.T, name string, args ...string) (string, bool) {
	cmd := exec.Command(name, args...)
	cmd.Dir = "../vet/testdata"
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-buildvcs=false")
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

// Alone and in go vet the command finds the same, and the flags have the same meaning.
func TestJadevet(t *testing.T) {
	tool := filepath.Join(t.TempDir(), "jadevet")
	out, err := exec.Command("go", "build", "-buildvcs=false", "-o", tool, ".").CombinedOutput()
	require.NoError(t, err, string(out))
	for name, command := range map[string][]string{"alone": {tool}, "in go vet": {"go", "vet", "-vettool=" + tool}} {
		t.Run(name, func(t *testing.T) {
			with := func(args ...string) (string, bool) {
				return run(t, command[0], append(command[1:len(command):len(command)], args...)...)
			}
			text, ok := with("./intests")
			require.True(t, ok, text)
			text, ok = with("-tests", "./intests")
			require.False(t, ok, text)
			require.Contains(t, text, "intests_test.go:13:2: the task that Task.Timeout returns is dropped")
			text, ok = with("-outerctx", "-tests", "./intests")
			require.True(t, ok, text)
			text, ok = with("./corpus/thumbnails")
			require.False(t, ok, text)
			require.Contains(t, text, "main.go:48:2: the task that Task.Retry returns is dropped: t.scale stays as it was; assign the result")
		})
	}
}
