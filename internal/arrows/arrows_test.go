// Package arrows guards which package of the project may import which.
package arrows

import (
	"encoding/json"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/jade-go/jade"

// may lists, for a package or for a folder of them, which packages of the
// project and which others outside the standard library it may import. Tests may import more.
var may = map[string][]string{
	module:                  {},
	module + "/future":      {engine, errtree, must},
	module + "/combinators": {module + "/future", must, "github.com/samber/lo"},
	module + "/recover":     {module + "/future", engine, errtree, excerpt, must, "github.com/samber/lo"},
	module + "/deadline":    {module + "/future", engine, errtree, alarm, must, "github.com/samber/lo"},
	module + "/observe":     {module + "/future", module + "/recover", engine, errtree, alarm, must},
	seam:                    {module + "/observe"},
	module + "/task": {
		module + "/future", module + "/combinators", module + "/recover", module + "/deadline", module + "/observe",
		seam, engine, errtree, alarm, chance, must, source, "github.com/samber/lo",
	},
	module + "/flow": {
		module + "/future", module + "/combinators", module + "/recover", module + "/deadline", module + "/observe", module + "/task",
		seam, engine, errtree, alarm, must, source, stack, "github.com/samber/lo",
	},
	module + "/guard": {module + "/future", module + "/recover", module + "/observe", module + "/task", errtree, engine},
	module + "/trace": {module + "/recover", module + "/observe", excerpt, errtree},
	module + "/durable": {
		module + "/future", module + "/combinators", module + "/recover", module + "/deadline", module + "/observe", module + "/task", module + "/flow", module + "/guard",
		seam, engine, errtree, alarm, chance, must, source, stack, excerpt,
	},
	module + "/durable/journal": {
		module + "/durable", runlog, module + "/future", module + "/recover", module + "/deadline", module + "/observe", module + "/task", module + "/flow",
		engine, errtree, chance, must,
	},
	runlog:              {},
	module + "/diagram": {module + "/flow", module + "/observe", module + "/trace"},
	module + "/inspect": {module + "/diagram", module + "/flow", module + "/guard", module + "/task", module + "/observe", module + "/trace", engine, excerpt},
	module + "/jadetest": {
		module + "/future", module + "/recover", module + "/observe", module + "/task", module + "/flow", module + "/trace", module + "/diagram", module + "/durable", module + "/durable/journal",
		engine, chance, excerpt, "go.uber.org/goleak", // a helper for tests
	},
	module + "/faas": {
		module + "/future", module + "/recover", module + "/deadline", module + "/observe", module + "/task", module + "/guard", module + "/flow", module + "/observe/jadeslog", engine, errtree, chance, must, source, stack,
	},
	module + "/faas/":               {module + "/faas", module + "/future", module + "/recover", module + "/observe", module + "/task"},
	module + "/observe/":            {module + "/future", module + "/recover", module + "/observe", excerpt},
	module + "/internal/":           {},
	excerpt:                         {module + "/future", errtree},
	module + "/internal/faastest":   {module + "/observe"},                                                    // only tests import it
	module + "/internal/flowtest":   {module + "/flow", module + "/task"},                                     // only tests import it
	module + "/internal/futuretest": {module + "/future", module + "/deadline", module + "/internal/strange"}, // only tests import it
	module + "/internal/arity/":     {module + "/internal/arity"},
	module + "/docs/":               {},
	module + "/examples/": {
		module + "/future", module + "/combinators", module + "/recover", module + "/deadline",
		module + "/observe", module + "/task", module + "/flow", module + "/guard", module + "/trace", module + "/diagram", module + "/inspect", module + "/observe/jadeslog",
		module + "/faas", module + "/faas/fc", module + "/examples/faas/orderpage",
		module + "/durable", module + "/durable/journal", module + "/examples/checkout/shop", module + "/examples/checkout/services",
		"github.com/samber/lo",
	},
}

const (
	engine  = module + "/internal/engine"
	seam    = module + "/internal/seam"
	alarm   = module + "/internal/alarm"
	chance  = module + "/internal/chance"
	must    = module + "/internal/must"
	source  = module + "/internal/source"
	stack   = module + "/internal/stack"
	excerpt = module + "/internal/excerpt"
	errtree = module + "/internal/errtree"
	runlog  = module + "/durable/journal/internal/runlog" // knows no run: bytes, and nothing of the project
)

type pkg struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) (all []pkg) {
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", module+"/...")
	out, err := cmd.Output()
	require.NoError(t, err)
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); err == io.EOF {
			return all
		} else {
			require.NoError(t, err)
		}
		all = append(all, p)
	}
}

// rule is the entry for path: its own, or that of the folder it is in.
func rule(path string) (allowed []string, ok bool) {
	if allowed, ok = may[path]; ok {
		return allowed, true
	}
	closest := ""
	for folder := range may {
		if strings.HasSuffix(folder, "/") && strings.HasPrefix(path, folder) && len(folder) > len(closest) {
			closest = folder
		}
	}
	allowed, ok = may[closest]
	return allowed, ok
}

func wrong(p pkg) (imports []string) {
	allowed, ok := rule(p.ImportPath)
	if !ok {
		return []string{"(no rule for this package)"}
	}
	for _, path := range p.Imports {
		standard := !strings.Contains(strings.Split(path, "/")[0], ".")
		if !standard && !slices.Contains(allowed, path) {
			imports = append(imports, path)
		}
	}
	return imports
}

func TestArrowsGoOneWay(t *testing.T) {
	all := packages(t)
	require.Greater(t, len(all), 5)
	for _, p := range all {
		require.Empty(t, wrong(p), "%s imports what it must not", p.ImportPath)
	}
}

func TestReverseArrowsAreFound(t *testing.T) {
	planted := pkg{ImportPath: module + "/future", Imports: []string{"context", module + "/combinators"}}
	require.Equal(t, []string{module + "/combinators"}, wrong(planted))
	planted = pkg{ImportPath: module + "/recover", Imports: []string{module + "/deadline", "github.com/stretchr/testify/require"}}
	require.Len(t, wrong(planted), 2)
	require.NotEmpty(t, wrong(pkg{ImportPath: module + "/new"}))
}
