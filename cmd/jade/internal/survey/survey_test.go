package survey_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/jade-go/jade/cmd/jade/internal/model"
	"github.com/jade-go/jade/cmd/jade/internal/survey"
	"github.com/jade-go/jade/internal/realpart"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// take describes packages of testdata/shapes: by the last part of their paths.
func take(t *testing.T, tags string, patterns ...string) map[string]*model.Package {
	t.Helper()
	t.Setenv("GOFLAGS", "")
	t.Setenv("GOPROXY", "off")
	t.Setenv("GOWORK", "off")
	m, err := survey.Take(t.Context(), survey.Options{Dir: "testdata/shapes", Tags: tags, Progress: io.Discard}, patterns...)
	require.NoError(t, err)
	all := map[string]*model.Package{}
	for _, pkg := range m.Packages {
		all[strings.TrimPrefix(pkg.Path, "example.com/shapes/")] = pkg
	}
	return all
}

// found are the flows of a package, each with what has built it.
func found(pkg *model.Package) (lines []string) {
	for _, f := range pkg.Flows {
		lines = append(lines, f.Name+" <- "+strings.Join(f.Builder, ", "))
	}
	return lines
}

func missing(pkg *model.Package) (lines []string) {
	for _, m := range pkg.Missing {
		lines = append(lines, m.Name+": "+m.Why)
	}
	slices.Sort(lines)
	return lines
}

// Constructors of every shape, in one run.
func TestShapes(t *testing.T) {
	all := take(t, "", "./plain", "./directive", "./uncompiled", "./tagged", "./a/...", "./b/...", "./program", "./tested", "./hostile", "./other")
	for name, want := range map[string][]string{
		"plain": {
			"around <- NewAround", "closure <- NewClosure", "field of a variable <- pages", "handler <- NewHandler", "hidden <- NewService",
			"interface <- NewInterface, NewNested", "interface with a hidden method <- NewSealed", "internal of c.Name <- NewInternal", "limited <- NewLimited",
			"method <- (*Service).Page", "nested <- NewNested", "of a map, a <- NewMap", "of a map, b <- NewMap", "of a slice, 1 <- NewSlice",
			"of a slice, 2 <- NewSlice", "options <- NewOptions", "server <- NewServer", "unexported <- newUnused", "variable <- Page", "wrapped variable <- ",
		},
		"other":      {"sealed <- NewAlias, Use"},
		"directive":  {"generic <- NewGeneric[string]()", "page of shop <- New(fakeShop{}, 800*time.Millisecond)"},
		"uncompiled": {"good <- NewGood"},
		"tagged":     {"always <- New"},
		"a/page":     {"page <- New"},
		"b/page":     {"page <- New"},
		"program":    {"page of a program <- newPage"},
		"tested":     {"tested <- New"},
	} {
		pkg := all[name]
		if assert.NotNil(t, pkg, name) {
			assert.Equal(t, want, found(pkg), name)
			if name != "uncompiled" {
				assert.Empty(t, missing(pkg), name)
			}
		}
	}
	assert.Equal(t, "New makes the page of a.", all["a/page"].Flows[0].Doc)
	assert.Equal(t, "New makes the page of b.", all["b/page"].Flows[0].Doc)
	assert.Len(t, all["hostile"].Flows, 18)
	assert.Empty(t, missing(all["hostile"]))
	i := slices.IndexFunc(all["plain"].Flows, func(f *model.Flow) bool { return f.Name == "limited" })
	f := all["plain"].Flows[i] // durations that are arguments have the names of these, not made-up values
	assert.Equal(t, "`limit`", f.Limit)
	assert.Equal(t, []string{"limit of `limit` - 50ms"}, f.Calls[0].Policies)
	assert.Equal(t, []string{"limit of `o.Slow`"}, f.Calls[1].Policies)
	assert.NotContains(t, fmt.Sprint(f.Graph), "h0m0s")
	if why := missing(all["uncompiled"]); assert.Len(t, why, 2) {
		assert.Regexp(t, `^New\("x"\): the comment //jade:flow does not compile: .*cannot use "x"`, why[0])
		assert.NotContains(t, why[0], os.TempDir())
		assert.Regexp(t, `^NewOther\(: the comment //jade:flow has no Go expression`, why[1])
	}
}

func TestShapes_tags(t *testing.T) {
	assert.Equal(t, []string{"always <- New", "special <- NewSpecial"}, found(take(t, "special", "./tagged")["tagged"]))
}

// What cannot be built is listed with the reason, and the rest is described.
func TestShapes_ending(t *testing.T) {
	realpart.Long(t)
	pkg := take(t, "", "./ending")["ending"]
	assert.Equal(t, []string{"good <- NewGood"}, found(pkg))
	assert.Equal(t, []string{
		"NewCalls: it panics: the made-up argument name is not to be called while a flow is built: write a //jade:flow comment",
		"NewConfigured: it returns an error: no configuration at all",
		"NewExit: it ends the process: it says nothing",
		"NewFatal: it ends the process: no shop, no page",
		"NewFromEnv: it panics: JADE_SHAPES_HOST is not set",
		"NewGeneric: it has type parameters: write a comment such as //jade:flow NewGeneric[string]()",
		"NewGoexit: it ended its goroutine",
		"NewHanging: it does not return within 10s",
		"NewNone: it builds no flow with made-up arguments",
	}, missing(pkg))
}

// A package that does not build is one clear line.
func TestTake_broken(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module broken\n\ngo 1.26.0\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.go"), []byte("package broken\n\nvar x int = \"text\"\nvar y = z\n"), 0o600))
	t.Setenv("GOWORK", "off")
	_, err := survey.Take(t.Context(), survey.Options{Dir: dir, Progress: io.Discard}, ".")
	require.ErrorContains(t, err, "broken does not build: ")
	require.ErrorContains(t, err, "a.go:3:13: cannot use \"text\"")
	require.ErrorContains(t, err, "more)")
	require.NotContains(t, err.Error(), "\n")
	_, err = survey.Take(t.Context(), survey.Options{Dir: dir, Progress: io.Discard}, "./none")
	require.Error(t, err)
	require.NotContains(t, err.Error(), "\n")
}
