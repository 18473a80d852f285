package exampletest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/internal/exampletest"
)

func TestMissing_namesWhatHasNoExampleThatRuns(t *testing.T) {
	names, err := exampletest.Missing("testdata/shop")
	require.NoError(t, err)
	require.Equal(t, []string{"Item.Look", "Page", "Send"}, names)
}
