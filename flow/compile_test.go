package flow_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What is wrong does not compile: each row is the body of a build function with
// a mistake, what the compiler says about it, and the same without the mistake.
func TestNew_whatDoesNotCompile(t *testing.T) {
	compiles := compiler(t)
	for name, row := range map[string]struct{ wrong, says, right string }{
		"a node of another type": {
			"return flow.Step(count, flow.Const(``))", "type flow.Node[string] of flow.Const(``) does not match",
			"return flow.Step(length, flow.Const(``))",
		},
		"too few nodes": {
			"return flow.Step2(pair, in)", "not enough arguments in call to flow.Step2",
			"return flow.Step2(pair, in, flow.Const(``))",
		},
		"too many nodes": {
			"return flow.Step(count, in, in)", "too many arguments in call to flow.Step",
			"return flow.Step(count, in)",
		},
		"a task of two arguments in Step": {
			"return flow.Step(pair, in)", "does not match inferred type flow.Node[lo.Tuple2[int, string]]",
			"return flow.Step2(pair, in, flow.Const(``))",
		},
		"a task of one argument in Step2": {
			"return flow.Step2(count, in, in)", "task.Task[int, int] of count does not match task.Task[lo.Tuple2[A, B], R]",
			"return flow.Step(count, in)",
		},
		"arguments in the wrong order": {
			"return flow.Step2(pair, flow.Const(``), in)", "does not match inferred type flow.Node[int]",
			"return flow.Step2(pair, in, flow.Const(``))",
		},
		"a function of another type in Map": {
			"return flow.Map(in, strings.ToUpper)", "does not match inferred type func(int) R",
			"return flow.Map(in, func(n int) int { return n })",
		},
		"a function that can fail in Map": {
			"return flow.Map(flow.Const(``), strconv.Atoi)", "does not match",
			"return flow.Map(flow.Const(``), func(s string) int { return len(s) })",
		},
		"a Map whose nodes are in the wrong order": {
			"return flow.Map2(flow.Const(``), in, func(n int, s string) int { return n })", "does not match inferred type func(string, int) R",
			"return flow.Map2(in, flow.Const(``), func(n int, s string) int { return n })",
		},
		"a Recover of another type": {
			"return flow.Recover(in, func(context.Context, error) (string, error) { return ``, nil })", "does not match inferred type func(context.Context, error) (int, error)",
			"return flow.Recover(in, func(context.Context, error) (int, error) { return 0, nil })",
		},
		"an Either of two types": {
			"return flow.Either(flow.Const(true), in, flow.Const(``))", "type flow.Node[string] of flow.Const(``) does not match inferred type flow.Node[int]",
			"return flow.Either(flow.Const(true), in, flow.Const(0))",
		},
		"an Either on a value that is no bool": {
			"return flow.Either(in, in, in)", "cannot use in (variable of struct type flow.Node[int]) as flow.Node[bool]",
			"return flow.Either(flow.Const(true), in, in)",
		},
		"an Any of two types": {
			"return flow.Any(in, flow.Const(``))", "does not match inferred type flow.Node[int]",
			"return flow.Any(in, flow.Const(0))",
		},
		"a Require of a value that is no bool": {
			"return flow.After(in, flow.Require(in, io.EOF))", "as flow.Node[bool]",
			"return flow.After(in, flow.Require(flow.Const(true), io.EOF))",
		},
		"a value to wait for": {
			"return flow.After(in, 1)", "int does not implement flow.Dependency",
			"return flow.After(in, flow.Const(1))",
		},
		"an effect that is a function": {
			"return flow.Also(in, func() {})", "does not implement flow.Dependency",
			"return flow.Also(in, flow.Step(count, in))",
		},
		"an Each of no slice": {
			"flow.Each(count, in, 3); return in", "does not match",
			"return flow.Map(flow.Each(count, flow.Const([]int{}), 3), func(l []int) int { return len(l) })",
		},
		"an Each of elements of another type": {
			"flow.Each(count, flow.Const([]string{}), 3); return in", "does not match",
			"return flow.Map(flow.Each(length, flow.Const([]string{}), 3), func(l []int) int { return len(l) })",
		},
		"a Try that is taken for the value": {
			"return flow.Try(in)", "cannot use flow.Try(in) (value of struct type flow.Node[future.Result[int]]) as flow.Node[int]",
			"return flow.Map(flow.Try(in), func(r future.Result[int]) int { return r.Value })",
		},
		"a result of another type": {
			"return flow.Const(``)", "as flow.Node[int] value in return statement",
			"return flow.Const(1)",
		},
		"a value as the result": {
			"return 1", "cannot use 1 (untyped int constant) as flow.Node[int]",
			"return flow.Const(1)",
		},
		"a node as a value": {
			"return flow.Map(in, func(n int) int { return n + in })", "mismatched types int and flow.Node[int]",
			"return flow.Map2(in, in, func(n, m int) int { return n + m })",
		},
		"an if on a node": {
			"if flow.Map(in, positive) { return in }; return in", "non-boolean condition in if statement",
			"return flow.Either(flow.Map(in, positive), in, in)",
		},
		"a function instead of a task": {
			"return flow.Step(func(context.Context, int) (int, error) { return 0, nil }, in)", "does not match task.Task[A, R]",
			"return flow.Step(task.New(`t`, func(context.Context, int) (int, error) { return 0, nil }), in)",
		},
		"a flow instead of its task": {
			"return flow.Step(inner, in)", "type *flow.Flow[int, int] of inner does not match task.Task[A, R]",
			"return flow.Step(inner.Task(), in)",
		},
		"a Fallback of another type": {
			"return flow.Step(count.Fallback(``), in)", "as int value in argument to count.Fallback",
			"return flow.Step(count.Fallback(0), in)",
		},
		"a Catch of another type": {
			"inner.Catch(func(context.Context, string, error) (int, error) { return 0, nil }); return in", "in argument to inner.Catch",
			"inner.Catch(func(context.Context, int, error) (int, error) { return 0, nil }); return in",
		},
		"an input of another type": {
			"inner.Do(context.Background(), ``); return in", "as int value in argument to inner.Do",
			"inner.Do(context.Background(), 1); return in",
		},
	} {
		require.NoError(t, compiles(row.right), "%s: the control must compile", name)
		err := compiles(row.wrong)
		require.Error(t, err, "%s: compiles", name)
		require.Contains(t, err.Error(), row.says, name)
	}
}

const snippet = `package snippet

import (
	"context"
	"io"
	"strconv"
	"strings"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/task"
)

var (
	_        = []any{io.EOF, strconv.Itoa, strings.ToUpper, future.ErrZero}
	count    = task.New("count", func(context.Context, int) (int, error) { return 0, nil })
	length   = task.New("length", func(context.Context, string) (int, error) { return 0, nil })
	pair     = task.New2("pair", func(context.Context, int, string) (int, error) { return 0, nil })
	inner    = flow.New("inner", func(in flow.Node[int]) flow.Node[int] { return in })
	positive = func(n int) bool { return n > 0 }
)

var _ = flow.New("f", func(in flow.Node[int]) flow.Node[int] { %s })
`

// compiler returns a function that type-checks the body of a build function and returns the first error.
func compiler(t *testing.T) func(body string) error {
	out, err := exec.Command("go", "list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}",
		"context", "io", "strconv", "strings", "github.com/jade-go/jade/flow").Output()
	require.NoError(t, err)
	exports := map[string]string{}
	for line := range bytes.Lines(out) {
		path, file, _ := strings.Cut(strings.TrimSpace(string(line)), " ")
		exports[path] = file
	}
	fset := token.NewFileSet()
	packages := importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	return func(body string) error {
		file, err := parser.ParseFile(fset, "snippet.go", fmt.Sprintf(snippet, body), 0)
		require.NoError(t, err, body)
		config := types.Config{Importer: packages}
		_, err = config.Check("snippet", fset, []*ast.File{file}, nil)
		return err
	}
}
