package docs_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/jade-go/jade/cmd/jade/internal/docs"
	"github.com/jade-go/jade/cmd/jade/internal/sample"
)

var update = flag.Bool("update", false, "write the documents in testdata/golden")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const shop = `-- pages/pages.go --
// Package pages has the pages of a shop.
package pages

import (
	"context"
	"time"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
)

// Shop is a service.
type Shop interface {
	// Item fetches an item of the catalogue.
	Item(context.Context, string) (string, error)
	Price(context.Context, string) (string, error)
}

// NewPage is the page of an item | with its price.
func NewPage(s Shop, limit time.Duration) *flow.Flow[string, string] {
	item := task.New("item", s.Item)
	// The price may be missing.
	price := task.New("price", s.Price).Timeout(limit - 50*time.Millisecond)
	return flow.New("page", func(in flow.Node[string]) flow.Node[string] {
		return flow.Map2(flow.Step(item, in), flow.Fallback(flow.Step(price, in), ""), func(a, b string) string { return a + b })
	}).Timeout(limit)
}

// NewBroken has no configuration.
func NewBroken(name string) *flow.Flow[string, string] {
	if name != "shop" {
		panic("SHOP is not set")
	}
	return flow.New("broken", func(in flow.Node[string]) flow.Node[string] { return flow.Map(in, func(s string) string { return s }) })
}
`

// documents are the files below a folder.
func documents(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		all[filepath.ToSlash(name)] = string(text)
		return err
	}))
	return all
}

// The documents of a module are the same byte for byte, wherever the module is, and whenever they are written.
func TestDoc_golden(t *testing.T) {
	golden, err := filepath.Abs("testdata/golden")
	require.NoError(t, err)
	root := t.TempDir()
	sites := map[string]bool{}
	var last string
	for _, folder := range []string{"here", "some/other [place]"} {
		last = filepath.Join(root, folder)
		require.NoError(t, os.MkdirAll(last, 0o700))
		sample.Module(t, last, "shop")
		sample.Files(t, last, shop)
		code, _, errs := sample.Run(t, docs.Command, last, "-o", "docs/flows", "-html", "flows.html", "./...")
		require.Zero(t, code, errs)
		if *update {
			require.NoError(t, os.RemoveAll(golden))
			require.NoError(t, os.CopyFS(golden, os.DirFS(filepath.Join(last, "docs/flows"))))
		}
		require.Equal(t, documents(t, golden), documents(t, filepath.Join(last, "docs/flows")))
		site, err := os.ReadFile(filepath.Join(last, "flows.html"))
		require.NoError(t, err)
		require.NotContains(t, string(site), root)
		sites[string(site)] = true
	}
	require.Len(t, sites, 1)

	args := []string{"-o", "docs/flows", "-html", "flows.html", "-check", "./..."}
	code, out, errs := sample.Run(t, docs.Command, last, args...)
	require.Zero(t, code, errs)
	require.Empty(t, out)
	page := filepath.Join(last, "docs/flows/pages/README.md")
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(page, append(text, "one line more\n"...), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(page), "old.svg"), nil, 0o600))
	require.NoError(t, os.Remove(filepath.Join(last, "flows.html")))
	code, out, errs = sample.Run(t, docs.Command, last, args...)
	require.Equal(t, 1, code)
	require.Contains(t, out, "-one line more\n")
	require.Contains(t, out, "flows.html: is missing\n")
	require.Contains(t, out, filepath.Join("docs/flows/pages/old.svg")+": describes nothing any more\n")
	require.Contains(t, errs, "3 of ")
}

// A recorded run gives its flow a critical path. A flow of that name which is made in another file gets none.
func TestDoc_trace(t *testing.T) {
	dir := t.TempDir()
	sample.Module(t, dir, "shop")
	sample.Files(t, dir, shop)
	run := func(name, place string) (code int, page, errs string) {
		text := `{"run": 1, "name": "` + name + `", "start": "2026-01-01T00:00:00Z", "spans": [
			{"id": 0, "parent": -1, "kind": "run", "flow": "page", "place": {"file": "` + place + `", "line": 24}, "start": 0, "end": 30000000, "status": "ok", "inputs": ["item"]},
			{"id": 1, "parent": 0, "kind": "node", "flow": "page", "node": "item", "task": "item", "start": 0, "end": 30000000, "status": "ok", "inputs": ["in"]}]}`
		sample.Files(t, dir, "-- run.json --\n"+text+"\n")
		code, _, errs = sample.Run(t, docs.Command, dir, "-o", "out", "-trace", "run.json", "./...")
		return code, documents(t, dir)["out/pages/README.md"], errs
	}
	code, page, errs := run("page", "pages/pages.go")
	require.Zero(t, code, errs)
	require.Contains(t, page, "A recorded run took 30ms. Its critical path: item (30ms).")
	for _, other := range [][2]string{{"page", "pages/other.go"}, {"home", "pages/pages.go"}} {
		code, _, errs = run(other[0], other[1])
		require.Equal(t, 2, code)
		require.Contains(t, errs, "no package has that flow")
	}
}

func TestDoc_usage(t *testing.T) {
	dir := t.TempDir()
	sample.Module(t, dir, "empty")
	sample.Files(t, dir, "-- a.go --\npackage empty\n")
	for want, args := range map[string][]string{
		"flag provided but not defined: -x": {"-x"},
		"no package builds a flow":          {"."},
		"./none does not build":             {"./none"},
	} {
		code, out, errs := sample.Run(t, docs.Command, dir, args...)
		assert.Equal(t, 2, code, want)
		assert.Empty(t, out)
		assert.Contains(t, errs, want)
	}
}
