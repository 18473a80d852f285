package source_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/internal/source"
)

func wrapper() (string, int) { return source.Caller(1) }

func TestCaller_isTheSameOnEveryMachine(t *testing.T) {
	_, _, line, _ := runtime.Caller(0)
	file, at := source.Caller(0)
	require.Equal(t, "source/source_test.go", file)
	require.Equal(t, line+1, at)
	file, at = wrapper()
	require.Equal(t, "source/source_test.go", file)
	require.Equal(t, line+4, at)
	file, at = source.Caller(1000)
	require.Empty(t, file)
	require.Zero(t, at)
}
