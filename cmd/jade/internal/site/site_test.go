package site_test

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/jade-go/jade/cmd/jade/internal/model"
	"github.com/jade-go/jade/cmd/jade/internal/site"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// chain is a flow of so many calls, with what is known of each.
func chain(pkg *model.Package, name string, calls int) *model.Flow {
	f := &model.Flow{Package: pkg, Name: name, ID: strings.ReplaceAll(name, " ", "-"), Doc: "A flow of <b>numbers</b> | `code`."}
	f.Graph = flow.New(name, func(in flow.Node[int]) flow.Node[int] {
		last := in
		for i := range calls {
			t := &model.Task{Package: pkg, Name: fmt.Sprintf("call %d", i), ID: fmt.Sprintf("%s-%d", f.ID, i), Uses: []model.Use{{Flow: f, Need: model.Required}}}
			pkg.Tasks = append(pkg.Tasks, t)
			f.Calls = append(f.Calls, model.Call{Node: t.Name, Task: t, Returns: "int", Needs: []string{"input"}, Need: model.Required})
			last = flow.Step(task.New(t.Name, func(_ context.Context, n int) (int, error) { return n, nil }), last)
		}
		return last
	}).Graph()
	pkg.Flows = append(pkg.Flows, f)
	return f
}

// A program of 200 flows of 20 calls is one page of at most 10 MB, written in at most three seconds.
func TestWrite_large(t *testing.T) {
	pkg := &model.Package{Path: "example.com/many", Title: "many"}
	for i := range 200 {
		chain(pkg, fmt.Sprintf("flow %d", i), 20)
	}
	chain(pkg, "wide", 1000)
	var b bytes.Buffer
	begun := time.Now()
	require.NoError(t, site.Write(&b, &model.Model{Packages: []*model.Package{pkg}}))
	t.Logf("%d bytes in %v", b.Len(), time.Since(begun))
	require.Less(t, b.Len(), 10<<20)
	require.Less(t, time.Since(begun), 15*time.Second) // three on a machine with nothing else to do
}

// Names and comments are text, and the page asks no other host for anything.
func TestWrite_hostile(t *testing.T) {
	pkg := &model.Package{Path: "example.com/<script>", Title: "<script>alert(1)</script>", Doc: "</section><img src=x onerror=alert(1)>\n\n\tcode </pre>"}
	chain(pkg, `"><script>alert(1)`, 1).Matrix = "| <i>page</i> | x |\n|---|---|\n| <b> | \"><img> |"
	pkg.Missing = []model.Missing{{Name: "<u>", File: "<a>.go", Why: "`</code><s>`"}}
	var b bytes.Buffer
	require.NoError(t, site.Write(&b, &model.Model{Packages: []*model.Package{pkg}}))
	text := b.String()
	require.Equal(t, 1, strings.Count(text, "<script"))
	for _, tag := range []string{"<img", "<i>", "<b>", "<u>", "<s>", "</section><img"} {
		require.NotContains(t, text, tag)
	}
	require.Empty(t, regexp.MustCompile(`(?:src|href|url\()\s*=?\s*["']?https?://[^"']*`).FindAllString(text, -1))
	require.Contains(t, text, "default-src &#39;none&#39;")
}
