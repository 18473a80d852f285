package diff_test

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/jade-go/jade/cmd/jade/internal/diff"
	"github.com/jade-go/jade/cmd/jade/internal/sample"
	"github.com/jade-go/jade/internal/realpart"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// repository is a git repository with one module.
type repository struct {
	t   *testing.T
	dir string
}

func newRepository(t *testing.T) repository {
	r := repository{t, t.TempDir()}
	sample.Module(t, r.dir, "example.com/shop")
	for _, v := range []string{"GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"} {
		t.Setenv(v, os.DevNull)
	}
	r.git("init", "-q", "-b", "main")
	return r
}

func (r repository) git(args ...string) string {
	r.t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=a", "-c", "user.email=a@example.com"}, args...)...)
	cmd.Dir = r.dir
	out, err := cmd.CombinedOutput()
	require.NoError(r.t, err, string(out))
	return strings.TrimSpace(string(out))
}

func (r repository) write(name, text string) {
	r.t.Helper()
	sample.Files(r.t, r.dir, "-- "+name+" --\n"+text)
}

// commit commits all files, and returns the commit.
func (r repository) commit() string {
	r.t.Helper()
	r.git("add", "-A")
	r.git("commit", "-q", "--allow-empty", "-m", "a change")
	return r.git("rev-parse", "HEAD")
}

func (r repository) diff(args ...string) (code int, out, errs string) {
	r.t.Helper()
	return sample.Run(r.t, diff.Command, r.dir, args...)
}

// lines are those of a change in Markdown, without the charts.
func lines(out string) (all []string) {
	for line := range strings.Lines(out) {
		if strings.HasPrefix(line, "- ") || strings.HasPrefix(line, "## ") {
			all = append(all, strings.TrimSpace(line))
		}
	}
	return all
}

// shop is a package: its imports, what flows are made of, and a flow.
const (
	shop    = imports + parts + page
	imports = `// Package shop has a page.
package shop

import (
	"context"
	"time"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/task"
)

var (
	_ = time.Second
	_ = guard.Slots
	_ context.Context
)

`
	parts = `
// Query is the input.
type Query struct {
	ID string
}

// Page is the output.
type Page struct {
	Item, Price string
}

func getOne(context.Context, Query) (string, error)       { return "", nil }
func getPrice(context.Context, string) (string, error)    { return "", nil }
func getAll(context.Context, Query) ([]string, error)     { return nil, nil }
`
	page = `
func newPage() *flow.Flow[Query, Page] {
	item := task.New("item", getOne)
	user := task.New("user", getOne)
	prices := task.New("price", getPrice)
	list := task.New("list", getAll)
	return flow.New("page", func(in flow.Node[Query]) flow.Node[Page] {
		i, u := flow.Step(item, in), flow.Step(user, in)
		p := flow.Step(prices, i)
		each := flow.Each(prices.Named("each price"), flow.Step(list, in), 4)
		return flow.Map4(i, u, p, each, func(i, u, p string, each []string) Page { return Page{i + u, p} })
	})
}
`
)

// changes are edits of the source above, and what is said of each.
var changes = map[string]struct {
	edit []string // pairs of what is replaced, and with what
	want []string
}{
	"nothing": {[]string{"has a page", "has one page"}, nil},
	"a call is new": {
		[]string{"p := flow.Step(prices, i)", `p := flow.Step(task.New("stock", getPrice).Timeout(time.Second), flow.Step(prices, i))`},
		[]string{"- **calls**: `stock` is new: it takes `price`, and is required; limit of 1s"},
	},
	"a call is gone": {
		[]string{"p := flow.Step(prices, i)", "p := i", "each := flow.Each(prices", "each := flow.Each(prices"},
		[]string{"- **calls**: `price` is gone"},
	},
	"a call is renamed": {
		[]string{`task.New("user", getOne)`, `task.New("member", getOne)`},
		[]string{"- **calls**: `user` is now called `member`"},
	},
	"serial": {
		[]string{"i, u := flow.Step(item, in), flow.Step(user, in)", "i := flow.Step(item, in)\n\t\tu := flow.After(flow.Step(user, in), i)"},
		[]string{"- **order**: `user` waits for `item` now: they were parallel, and are serial"},
	},
	"parallel": {
		[]string{"p := flow.Step(prices, i)", `p := flow.Step(prices, flow.Map(in, func(Query) string { return "" }))`},
		[]string{"- **order**: `price` takes the input too", "- **order**: `price` waits for `item` no longer: they were serial, and are parallel"},
	},
	"a gate of a later call": {
		[]string{"i, u := flow.Step(item, in), flow.Step(user, in)", "u := flow.Step(user, in)\n\t\ti := flow.After(flow.Step(item, in), u)"},
		[]string{"- **order**: `item` waits for `user` now: they were parallel, and are serial", "- **order**: `price` waits for `user` now: they were parallel, and are serial"},
	},
	"policies": {
		[]string{`task.New("item", getOne)`, `task.New("item", getOne).Timeout(time.Second).Retry(task.Retry{Attempts: 3}).Gate(guard.Slots(4))`},
		[]string{"- **policies**: `item` has more policies: limit of 1s, 3 attempts, at most 4 at a time"},
	},
	"a limit": {
		[]string{"return Page{i + u, p} })\n\t})", "return Page{i + u, p} })\n\t}).Timeout(time.Second)"},
		[]string{"- **flow**: the limit is new: 1s"},
	},
	"a fallback": {
		[]string{"flow.Step(user, in)", `flow.Fallback(flow.Step(user, in), "nobody")`},
		[]string{"- **needs**: `user` was required, and is optional", "- **needs**: what replaces `user` if it fails is new: a value"},
	},
	"a choice": {
		[]string{"p := flow.Step(prices, i)", "p := flow.Either(flow.Map(u, func(string) bool { return true }), flow.Step(prices, i), i)"},
		[]string{"- **order**: `price` waits for `user` now: they were parallel, and are serial", "- **needs**: `price` was required, and is if chosen"},
	},
	"an effect": {
		[]string{"return flow.Map4(i, u, p, each, func(i, u, p string, each []string) Page { return Page{i + u, p} })",
			"return flow.Also(flow.Map3(i, p, each, func(i, p string, each []string) Page { return Page{i, p} }), u)"},
		[]string{"- **needs**: `user` was required, and is effect"},
	},
	"elements": {
		[]string{"flow.Step(list, in), 4)", "flow.Step(list, in), 8)"},
		[]string{"- **calls**: `each price`: 4 elements at a time → 8"},
	},
	"a function that answers": {
		[]string{"return Page{i + u, p} })\n\t})", "return Page{i + u, p} })\n\t}).Catch(func(context.Context, Query, error) (Page, error) { return Page{}, nil })"},
		[]string{"- **flow**: `Catch` is new"},
	},
	"the flow is renamed": {
		[]string{`flow.New("page"`, `flow.New("home"`},
		[]string{"- **flow**: renamed from `page` to `home`"},
	},
}

// own are the names that each state of the source has for itself, in one package. They share the types: those cost the compiler time.
var own = regexp.MustCompile(`\b(newPage)\b|\b(page|home)"`)

// Each state is a file of one package, so that two builds are enough for all changes.
func TestDiff_changes(t *testing.T) {
	realpart.Long(t)
	r := newRepository(t)
	names := slices.Sorted(maps.Keys(changes))
	write := func(edited bool) string {
		for i, name := range names {
			text := imports + page
			for k := 0; edited && k < len(changes[name].edit); k += 2 {
				require.Contains(t, text, changes[name].edit[k], name)
				text = strings.Replace(text, changes[name].edit[k], changes[name].edit[k+1], 1)
			}
			text = own.ReplaceAllString(text, fmt.Sprintf("${1}${2}X%dX", i))
			r.write(fmt.Sprintf("state%d.go", i), regexp.MustCompile(`(page|home)(X\d+X)`).ReplaceAllString(text, `$1$2"`))
		}
		r.write("parts.go", "package shop\n\nimport \"context\"\n"+parts)
		return r.commit()
	}
	before, after := write(false), write(true)
	code, out, errs := r.diff(before + ".." + after)
	require.Zero(t, code, errs)
	said := map[string][]string{}
	where := ""
	suffix := regexp.MustCompile(`X(\d+)X`)
	for _, line := range lines(out) {
		if strings.HasPrefix(line, "## ") {
			i, err := strconv.Atoi(suffix.FindStringSubmatch(line)[1])
			require.NoError(t, err)
			where = names[i]
		} else if !strings.HasPrefix(line, "- **structure**") {
			said[where] = append(said[where], suffix.ReplaceAllString(line, ""))
		}
	}
	for name, c := range changes {
		assert.Equal(t, c.want, said[name], name)
	}
}

func TestDiff_types(t *testing.T) {
	realpart.Long(t)
	r := newRepository(t)
	r.write("shop.go", shop)
	first := r.commit()
	r.write("shop.go", strings.NewReplacer("\tID string\n", "\tID []string\n\tUser int `json:\"user\"`\n", "Item, Price string", "Item string\n\tPrice string `json:\"cost\"`").Replace(shop))
	code, out, errs := r.diff(first)
	require.Zero(t, code, errs)
	require.Equal(t, []string{
		"## page (example.com/shop)",
		"- **types**: the field `Query.ID` of the input: `string` → `[]string`",
		"- **types**: the input has the new field `Query.User` (`int`)",
		"- **types**: the key of the field `Page.Price` of the output is new: `cost`",
	}, lines(out))
}

// What a comparison needs is in temporary folders: the repository and its files stay as they are.
func TestDiff_touchesNothing(t *testing.T) {
	r := newRepository(t)
	r.write("page/shop.go", shop)
	first := r.commit()
	r.write("page/shop.go", strings.Replace(shop, `"user", getOne`, `"member", getOne`, 1))
	r.git("add", "-A")
	r.write("page/new.go", "package shop\n")
	state := func() string {
		return r.git("status", "--porcelain") + r.git("worktree", "list") + r.git("stash", "list") + r.git("for-each-ref") + r.git("diff", "--cached")
	}
	was := state()
	t.Setenv("TMPDIR", t.TempDir())
	code, out, errs := r.diff("HEAD", "./page") // one commit against the files as they are
	require.Zero(t, code, errs)
	require.Contains(t, out, "`user` is now called `member`")
	require.Equal(t, was, state())
	left, err := filepath.Glob(filepath.Join(os.TempDir(), "jade-*"))
	require.NoError(t, err)
	require.Empty(t, left)

	code, _, _ = r.diff("-check", "HEAD", "./page")
	require.Equal(t, 1, code)
	second := r.commit()
	code, out, errs = r.diff("-check", second+".."+second, "./page")
	require.Zero(t, code, errs)
	require.Contains(t, out, "No flow has changed")
	code, out, errs = r.diff("-format", "html", first+"...", "./page")
	require.Zero(t, code, errs)
	require.Contains(t, out, "<li><b>calls</b>: <code>user</code> is now called <code>member</code></li>")
	require.NotContains(t, out, r.dir)
}

func TestDiff_packagesComeAndGo(t *testing.T) {
	r := newRepository(t)
	r.write("old/shop.go", strings.Replace(shop, `"page"`, `"old"`, 1))
	first := r.commit()
	require.NoError(t, os.RemoveAll(filepath.Join(r.dir, "old")))
	r.write("new/shop.go", strings.Replace(shop, `"page"`, `"new"`, 1))
	r.commit()
	code, out, errs := r.diff(first + "..")
	require.Zero(t, code, errs)
	require.Equal(t, []string{"## new (new)", "- **flow**: the flow is new", "## old (old)", "- **flow**: the flow is gone"}, lines(out))
	code, out, errs = r.diff(first+"..", "./new")
	require.Zero(t, code, errs)
	require.Equal(t, []string{"## new (new)", "- **flow**: the flow is new"}, lines(out))
}

func TestDiff_usage(t *testing.T) {
	r := newRepository(t)
	r.write("page/shop.go", shop)
	r.commit()
	r.commit()
	r.write("page/shop.go", shop+"\nvar x int = \"text\"\n")
	r.commit()
	for want, args := range map[string][]string{
		`say which commits to compare`:               {},
		`"./..." is no commit`:                       {"./..."},
		`no package builds a flow, before or after`:  {"HEAD~2..HEAD~2", "./none"},
		`-format is "pdf", and must be md or html`:   {"-format", "pdf", "HEAD"},
		`there is no commit "none"`:                  {"none..HEAD"},
		`there is no commit "--help"`:                {"--", "--help"},
		`there is no commit "HEAD:page"`:             {"HEAD:page"},
		`has no commit before the dots`:              {"..HEAD"},
		`flag provided but not defined: -x`:          {"-x"},
		`HEAD: example.com/shop/page does not build`: {"HEAD~..HEAD"},
	} {
		code, out, errs := r.diff(args...)
		assert.Equal(t, 2, code, want)
		assert.Empty(t, out)
		assert.Contains(t, errs, want)
		assert.Equal(t, 1, strings.Count(errs, "\n"), errs)
	}
	code, _, errs := sample.Run(t, diff.Command, t.TempDir(), "HEAD")
	require.Equal(t, 2, code)
	require.Contains(t, errs, "not a git repository")
}
