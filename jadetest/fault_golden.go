package jadetest

import (
	"os"
	"testing"
)

// updateVariable is set, to anything, to have golden files written rather than compared.
const updateVariable = "JADETEST_UPDATE"

// Golden fails t if the matrix, as Markdown, is not what the file has. With the environment variable
// JADETEST_UPDATE set, it writes the file instead. So what becomes of each fault is in the repository, and a change of it is
// seen in review.
func (m *Matrix) Golden(t testing.TB, file string) {
	t.Helper()
	got := m.Markdown()
	if os.Getenv(updateVariable) != "" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatalf("jadetest.Matrix.Golden: %v", err)
		}
		return
	}
	want, err := os.ReadFile(file)
	switch {
	case err != nil:
		t.Fatalf("jadetest.Matrix.Golden: %v: set %s to write it", err, updateVariable)
	case string(want) != got:
		t.Errorf("jadetest.Matrix.Golden: %s differs from what is in %s; set %s to write it. It is now:\n\n%s", m.flow, file, updateVariable, got)
	}
}
