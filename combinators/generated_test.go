package combinators_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/combinators/internal/arity"
)

func TestGeneratedFilesAreFresh(t *testing.T) {
	files, err := arity.Files()
	require.NoError(t, err)
	for name, want := range files {
		got, err := os.ReadFile(name)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), "%s is stale: run make generate", name)
	}
}
