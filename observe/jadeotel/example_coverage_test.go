package jadeotel_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/internal/exampletest"
)

func TestEveryExportedNameHasAnExample(t *testing.T) {
	names, err := exampletest.Missing(".")
	require.NoError(t, err)
	require.Empty(t, names, "exported without an example that runs")
}
