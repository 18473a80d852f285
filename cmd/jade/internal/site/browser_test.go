package site_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/cmd/jade/internal/model"
	"github.com/jade-go/jade/cmd/jade/internal/site"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/internal/realpart"
	"github.com/jade-go/jade/task"
)

// looks is what a page shows.
type looks struct {
	Title, Ground   string
	Scrolls         bool
	Texts, Overlaps int
}

// pageOfShop has a flow with calls beside each other, and a long name.
func pageOfShop() *model.Model {
	pkg := &model.Package{Path: "example.com/shop/page", Title: "page", Doc: "Package page is a shop."}
	f := &model.Flow{Package: pkg, Name: "order-page", ID: "order-page", Doc: "newPage builds the page."}
	f.Graph = flow.New("order-page", func(in flow.Node[string]) flow.Node[string] {
		var nodes []flow.Node[string]
		for _, name := range []string{"item", "coins", "a call with a name that is much longer than the others"} {
			t := &model.Task{Package: pkg, Name: name, ID: "t" + name, Uses: []model.Use{{Flow: f, Node: name, Need: model.Required}}}
			pkg.Tasks = append(pkg.Tasks, t)
			f.Calls = append(f.Calls, model.Call{Node: name, Task: t, Returns: "map[string][]map[string]Coupon", Needs: []string{"input"}, Need: model.Required})
			nodes = append(nodes, flow.Step(task.New(name, func(_ context.Context, s string) (string, error) { return s, nil }), in))
		}
		return flow.Map3(nodes[0], nodes[1], nodes[2], func(a, b, c string) string { return a + b + c })
	}).Graph()
	pkg.Flows = append(pkg.Flows, f)
	return &model.Model{Packages: []*model.Package{pkg}}
}

// In a real browser, wide and narrow, light and dark: search finds a task, its page leads to the flow, nothing overlaps, and nothing is asked of another host.
func TestWrite_inARealBrowser(t *testing.T) {
	browser := realpart.Command(t, "apt-get install chromium", "chromium", "chromium-browser", "google-chrome")
	node := realpart.Command(t, "apt-get install nodejs npm", "node")
	folder := realpart.Folder(t, "npm ci in diagram/testdata/browser", "../../../../diagram/testdata/browser/node_modules/playwright-core")
	var b bytes.Buffer
	require.NoError(t, site.Write(&b, pageOfShop()))
	file := filepath.Join(t.TempDir(), "flows.html")
	require.NoError(t, os.WriteFile(file, b.Bytes(), 0o600))
	out, err := exec.CommandContext(t.Context(), node, "testdata/drive.mjs", browser, file, filepath.Dir(filepath.Dir(folder))).Output()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		require.NoError(t, err, string(failed.Stderr))
	}
	require.NoError(t, err)
	var seen map[string]struct {
		Errors, Requests, Listed []string
		Found, None              string
		Overview, Task, Flow     looks
	}
	require.NoError(t, json.Unmarshal(out, &seen))
	require.Len(t, seen, 3)
	for name, s := range seen {
		assert.Empty(t, s.Errors, name)
		assert.Empty(t, s.Requests, name)
		assert.Equal(t, "1 found", s.Found, name)
		assert.Equal(t, "0 found", s.None, name)
		assert.Equal(t, []string{"coins"}, s.Listed, name)
		assert.Equal(t, "Flows", s.Overview.Title, name)
		assert.Equal(t, "Task coins", s.Task.Title, name)
		assert.Equal(t, "order-page", s.Flow.Title, name)
		assert.Greater(t, s.Flow.Texts, 5, name)
		assert.Zero(t, s.Flow.Overlaps, name)
		for _, l := range []looks{s.Overview, s.Task, s.Flow} {
			assert.False(t, l.Scrolls, "%s: %s is wider than the window", name, l.Title)
		}
	}
	assert.NotEqual(t, seen["light"].Flow.Ground, seen["dark"].Flow.Ground)
}
