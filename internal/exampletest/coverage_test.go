package exampletest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/internal/exampletest"
)

// Also of packages in modules of their own: what is asked is their source.
func TestEveryExportedNameHasAnExample(t *testing.T) {
	for _, dir := range []string{
		"combinators", "deadline", "diagram", "flow", "future", "inspect",
		"observe", "observe/jadeotel", "observe/jadeprometheus", "observe/jadeslog", "recover", "task", "trace",
	} {
		names, err := exampletest.Missing("../../" + dir)
		require.NoError(t, err)
		require.Empty(t, names, "%s exports names without an example that runs", dir)
	}
}
