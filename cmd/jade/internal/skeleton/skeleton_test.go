package skeleton

import (
	"bytes"
	"context"
	"go/format"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/cmd/jade/internal/command"
)

// run runs jade new.
func run(t *testing.T, args ...string) (code int, out, err string) {
	t.Helper()
	var o, e bytes.Buffer
	code = command.Run(context.Background(), []command.Command{Command}, append([]string{"new"}, args...), command.Streams{Out: &o, Err: &e})
	return code, o.String(), e.String()
}

// inModule makes a module, and makes it the current folder.
func inModule(t *testing.T, lines ...string) (root string) {
	t.Helper()
	root = t.TempDir()
	write(t, filepath.Join(root, "go.mod"), "module example.com/shop\n\ngo 1.26.0\n"+strings.Join(lines, "\n")+"\n")
	t.Chdir(root)
	return root
}

func write(t *testing.T, name, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
	require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
}

// filesBelow are the files below the current folder.
func filesBelow(t *testing.T) (names []string) {
	t.Helper()
	require.NoError(t, fs.WalkDir(os.DirFS("."), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, name)
		}
		return err
	}))
	return names
}

func TestNew_saysWhatItWroteAndWhatIsNext(t *testing.T) {
	inModule(t, "require github.com/jade-go/jade v0.1.0")
	code, out, err := run(t, "handler", "-name", "order-page", "-package", "orderpage", "-for", "http", "-in", "OrderRequest", "-out", "OrderPage")
	assert.Zero(t, code)
	assert.Empty(t, err)
	assert.Equal(t, `wrote orderpage/handler.go
wrote orderpage/services.go
wrote orderpage/handler_test.go
wrote orderpage/testdata/faults.md
wrote orderpage/cmd/order-page/main.go
next:
  go test -race ./orderpage/...
`, out)
	text, failed := os.ReadFile("orderpage/cmd/order-page/main.go")
	require.NoError(t, failed)
	assert.Contains(t, string(text), `"example.com/shop/orderpage"`)
}

func TestNew_saysWhatToGet(t *testing.T) {
	inModule(t)
	_, out, _ := run(t, "handler", "-name", "book", "-package", "book", "-for", "lambda")
	assert.Contains(t, out, "next:\n  go get github.com/jade-go/jade@latest\n  go get github.com/jade-go/jade/faas/lambda@latest\n  go mod tidy\n  go test -race ./book/...\n")
	assert.NoFileExists(t, "go.sum", "it runs none of these itself")
}

func TestNew_findsTheModuleAbove(t *testing.T) {
	root := inModule(t)
	below := filepath.Join(root, "a", "b")
	require.NoError(t, os.MkdirAll(below, 0o755))
	t.Chdir(below)
	code, out, err := run(t, "handler", "-name", "book", "-package", "book", "-dir", "../c/[x] y")
	assert.Equal(t, 2, code, "a path that Go refuses")
	assert.Empty(t, out)
	assert.Contains(t, err, "choose another folder")
	code, out, err = run(t, "handler", "-name", "book", "-package", "book", "-dir", "../c/book")
	require.Zero(t, code, err)
	assert.Contains(t, out, "wrote ../c/book/handler.go\n")
	assert.Contains(t, out, "go test -race ./../c/book/...\n")
	text, failed := os.ReadFile("../c/book/cmd/book/main.go")
	require.NoError(t, failed)
	assert.Contains(t, string(text), `"example.com/shop/a/c/book"`)
}

// Whatever the names are, what is written is formatted.
func TestNew_isFormatted(t *testing.T) {
	for _, kind := range []string{"handler", "flow", "task"} {
		for _, names := range [][2]string{{"X", "Y"}, {"OrderRequest", "OrderPage"}, {strings.Repeat("A", 64), strings.Repeat("B", 64)}} {
			inModule(t)
			code, _, err := run(t, kind, "-name", "book", "-package", "book", "-in", names[0], "-out", names[1])
			require.Zero(t, code, err)
			for _, name := range filesBelow(t) {
				if text, err := os.ReadFile(name); assert.NoError(t, err) && strings.HasSuffix(name, ".go") {
					formatted, err := format.Source(text)
					require.NoError(t, err, name)
					assert.Equal(t, string(formatted), string(text), name)
				}
			}
		}
	}
}

func TestNew_overwritesNothing(t *testing.T) {
	inModule(t)
	write(t, "book/testdata/faults.md", "mine")
	code, out, err := run(t, "flow", "-name", "book", "-package", "book")
	assert.Equal(t, 2, code)
	assert.Empty(t, out)
	assert.Equal(t, "jade new: book/testdata/faults.md: the file exists, and is not overwritten: choose another folder with -dir\n", err)
	assert.Equal(t, []string{"book/testdata/faults.md", "go.mod"}, filesBelow(t), "nothing else is left")

	write(t, "book/other.go", "package other\n")
	code, _, err = run(t, "flow", "-name", "book", "-package", "book")
	assert.Equal(t, 2, code)
	assert.Equal(t, "jade new: book: the folder has Go files already: choose another with -dir\n", err)
}

func TestNew_followsNoLink(t *testing.T) {
	inModule(t)
	require.NoError(t, os.MkdirAll("book", 0o755))
	require.NoError(t, os.Symlink("../outside.md", "book/testdata"))
	code, _, err := run(t, "flow", "-name", "book", "-package", "book")
	assert.Equal(t, 2, code, err)
	assert.Equal(t, 1, strings.Count(err, "\n"), err)
	assert.NoFileExists(t, "outside.md")
}

func TestNew_refusesBadRequests(t *testing.T) {
	good := map[string]string{"-name": "book", "-package": "book"}
	for _, c := range []struct {
		kind, flag, value, says string
	}{
		{"", "-name", "book", "want handler, flow or task"},
		{"service", "-name", "book", `"service": want handler, flow or task`},
		{"flow", "-name", "", "-name is missing: add for example -name order-page"},
		{"flow", "-name", "../x", `-name "../x": want`},
		{"flow", "-name", "a/b", "-name"},
		{"flow", "-name", `a\b`, "-name"},
		{"flow", "-name", "a\nb", `-name "a\nb"`},
		{"flow", "-name", `a"b`, "-name"},
		{"flow", "-name", "a--b", "-name"},
		{"flow", "-name", "-", "-name"},
		{"flow", "-name", "{{.In}}", "-name"},
		{"flow", "-name", strings.Repeat("a", 65), "-name"},
		{"handler", "-name", "con", "-name"},
		{"flow", "-package", "", "-package is missing: add for example -package book"},
		{"flow", "-package", "a/b", "-package"},
		{"flow", "-package", "..", "-package"},
		{"flow", "-package", "order_test", "-package"},
		{"flow", "-package", "Order", "-package"},
		{"flow", "-package", "func", `-package "func": Go uses this name itself`},
		{"flow", "-package", "string", "-package"},
		{"flow", "-package", "new", "-package"},
		{"flow", "-package", "main", "-package"},
		{"handler", "-package", "faas", "-package"},
		{"flow", "-package", "café", "-package"},
		{"flow", "-package", "vendor", "choose another"},
		{"flow", "-package", "testdata", "choose another"},
		{"flow", "-package", "nul", "choose another"},
		{"flow", "-in", "request", "-in"},
		{"flow", "-in", "_", "-in"},
		{"flow", "-in", "A.B", "-in"},
		{"flow", "-in", "Services", "-in"},
		{"flow", "-out", "[]string", "-out"},
		{"flow", "-out", "New", "-out"},
		{"flow", "-out", "Request", "-in and -out are both"},
		{"flow", "-for", "http", "only a handler has a platform"},
		{"handler", "-for", "azure", `-for "azure": want http, fc or lambda`},
		{"handler", "-dir", "_x", "-dir"},
		{"handler", "-dir", "/", "there is no go.mod"},
		{"handler", "-dir", "go.mod", "go.mod"},
		{"handler", "-dir", "go.mod/x", "go.mod"},
		{"handler", "-colour", "red", "flag provided but not defined"},
	} {
		t.Run(c.kind+" "+c.flag+" "+c.value, func(t *testing.T) {
			inModule(t)
			var args []string
			if c.kind != "" {
				args = append(args, c.kind)
			}
			for name, value := range good {
				if name != c.flag {
					args = append(args, name, value)
				}
			}
			code, out, err := run(t, append(args, c.flag, c.value)...)
			assert.Equal(t, 2, code)
			assert.Empty(t, out)
			assert.Contains(t, err, c.says)
			assert.Equal(t, 1, strings.Count(err, "\n"), err)
			assert.Equal(t, []string{"go.mod"}, filesBelow(t))
		})
	}
}

func TestNew_brokenModule(t *testing.T) {
	for _, text := range []string{"", "modul x\n\nrequire (\nmodule\n", "module example.com/a b\n"} {
		inModule(t)
		write(t, "go.mod", text)
		code, _, err := run(t, "flow", "-name", "book", "-package", "book")
		assert.Equal(t, 2, code)
		assert.Equal(t, 1, strings.Count(err, "\n"), err)
		assert.Contains(t, err, "go.mod")
	}
}

func TestNew_help(t *testing.T) {
	for _, args := range [][]string{{"-h"}, {"handler", "-h"}} {
		code, out, err := run(t, args...)
		assert.Zero(t, code)
		assert.Empty(t, err)
		assert.Contains(t, out, "Example:")
	}
}

// The example of the help text is what it says.
func TestNew_exampleOfTheHelp(t *testing.T) {
	inModule(t, "require github.com/jade-go/jade v0.1.0")
	_, help, _ := run(t, "-h")
	lines := strings.Split(help, "\n")
	i := slices.Index(lines, "Example:")
	code, out, err := run(t, strings.Fields(strings.TrimPrefix(strings.TrimSpace(lines[i+2]), "jade new"))...)
	require.Zero(t, code, err)
	assert.Contains(t, out, lines[i+3])
}
