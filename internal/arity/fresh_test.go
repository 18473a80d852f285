package arity_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/internal/arity"
)

func TestGeneratedFilesAreFresh(t *testing.T) {
	for _, pkg := range arity.Packages {
		files, err := arity.Files(pkg)
		require.NoError(t, err)
		folder := filepath.Join("../..", pkg)
		for name, want := range files {
			got, err := os.ReadFile(filepath.Join(folder, name))
			require.NoError(t, err, "run make generate")
			require.Equal(t, string(want), string(got), "%s/%s is stale: run make generate", pkg, name)
		}
		generated, err := filepath.Glob(filepath.Join(folder, "z*.go"))
		require.NoError(t, err)
		require.Len(t, generated, len(files), "a file of %s that nothing generates", pkg)
	}
}

func TestFiles_unknownPackage(t *testing.T) {
	_, err := arity.Files("nothing")
	require.EqualError(t, err, `no templates for package "nothing"`)
}
