package survey_test

import (
	"io"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/cmd/jade/internal/sample"
	"github.com/jade-go/jade/cmd/jade/internal/survey"
	"github.com/jade-go/jade/internal/realpart"
)

const page = `-- page.go --
package page

import "github.com/jade-go/jade/flow"

func newPage(flow.Dependency) *flow.Flow[int, int] {
	return flow.New("page", func(in flow.Node[int]) flow.Node[int] { return flow.Map(in, func(n int) int { return n }) })
}
`

// Two modules of a workspace have packages at the same place: their documents have folders of their own. With vendored packages all is the same.
func TestTake_workspaceAndVendoring(t *testing.T) {
	realpart.Long(t)
	dir := t.TempDir()
	folders := func(in string, patterns ...string) (all []string) {
		m, err := survey.Take(t.Context(), survey.Options{Dir: in, Progress: io.Discard}, patterns...)
		require.NoError(t, err)
		for _, pkg := range m.Packages {
			all = append(all, pkg.Folder)
			require.Equal(t, []string{"page <- newPage"}, found(pkg))
		}
		return all
	}
	for _, name := range []string{"a", "b"} {
		sample.Files(t, filepath.Join(dir, name), page)
		sample.Module(t, filepath.Join(dir, name), "example.com/"+name)
	}
	sample.Files(t, filepath.Join(dir, "a/root"), page)
	a := filepath.Join(dir, "a")
	vendor := exec.Command("go", "mod", "vendor")
	vendor.Dir = a
	out, err := vendor.CombinedOutput()
	require.NoError(t, err, string(out))
	require.Equal(t, []string{"root", "root-2"}, folders(a, "./..."))

	sample.Files(t, dir, "-- go.work --\ngo 1.26.0\n\nuse ./a\nuse ./b\n")
	t.Setenv("GOWORK", filepath.Join(dir, "go.work"))
	require.Equal(t, []string{"example.com/a", "example.com/b"}, folders(dir, "./a", "./b"))
}
