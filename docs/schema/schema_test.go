// Package schema_test checks that graphs and traces are what their schemas say. It is
// a module of its own, as the library does not depend on a validator.
package schema_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
)

// read parses JSON as the validator wants it.
func read(t *testing.T, text []byte) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	return v
}

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	compiled, err := jsonschema.NewCompiler().Compile("graph.schema.json")
	require.NoError(t, err)
	return compiled
}

// The golden file of package flow has every kind of node, role and policy.
func TestSchema_golden(t *testing.T) {
	text, err := os.ReadFile("../../flow/testdata/graph.golden.json")
	require.NoError(t, err)
	require.NoError(t, schema(t).Validate(read(t, text)))
}

var length = task.New("length", func(_ context.Context, s string) (int, error) { return len(s), nil })

func TestSchema_freshGraphs(t *testing.T) {
	least := flow.New("least", func(in flow.Node[any]) flow.Node[any] { return in })
	inner := flow.New("inner", func(in flow.Node[string]) flow.Node[int] {
		return flow.Step(length.Timeout(time.Second).Retry(task.Retry{Attempts: 2}), in)
	})
	outer := flow.New("outer", func(in flow.Node[string]) flow.Node[int] {
		return flow.Map2(flow.Step(inner.Task(), in), flow.Const(1), func(a, b int) int { return a + b })
	}).Timeout(time.Minute)
	for _, g := range []flow.Graph{least.Graph(), inner.Graph(), outer.Graph()} {
		text, err := json.Marshal(g)
		require.NoError(t, err)
		require.NoError(t, schema(t).Validate(read(t, text)), string(text))
	}
}

// What is no graph is refused: each row breaks a good one.
func TestSchema_refuses(t *testing.T) {
	compiled := schema(t)
	f := flow.New("f", func(in flow.Node[string]) flow.Node[int] {
		return flow.Map(flow.Step(length.Timeout(time.Second), in), func(n int) int { return n })
	})
	text, err := json.Marshal(f.Graph())
	require.NoError(t, err)
	require.NoError(t, compiled.Validate(read(t, text)), "the control")
	for name, change := range map[string][2]string{
		"an unknown field":            {`"name":"f"`, `"name":"f","color":"green"`},
		"an unknown field of a node":  {`"id":0`, `"id":0,"color":"green"`},
		"an unknown field of an edge": {`"from":0`, `"from":0,"color":"green"`},
		"no name":                     {`"name":"f",`, ``},
		"an empty name":               {`"name":"f"`, `"name":""`},
		"an unknown kind":             {`"kind":"map"`, `"kind":"loop"`},
		"two inputs":                  {`"kind":"map"`, `"kind":"in"`},
		"no input":                    {`"kind":"in"`, `"kind":"const"`},
		"an unknown role":             {`"role":"data"`, `"role":"magic"`},
		"an unknown policy":           {`"kind":"timeout"`, `"kind":"hope"`},
		"a timeout without a limit":   {`"limit":1000000000`, `"retry":{"attempts":2}`},
		"a step without a task":       {`"task":"length",`, ``},
		"a map with a task":           {`"kind":"map"`, `"kind":"map","task":"length"`},
		"a limit of a step":           {`"task":"length"`, `"task":"length","limit":3`},
		"a text as an index":          {`"output":2`, `"output":"2"`},
		"a negative index":            {`"from":0`, `"from":-1`},
	} {
		broken := strings.Replace(string(text), change[0], change[1], 1)
		require.NotEqual(t, string(text), broken, name)
		require.Error(t, compiled.Validate(read(t, []byte(broken))), "%s: %s", name, broken)
	}
}

// Every field that the JSON of a graph can have is in the schema, with words about it.
func TestSchema_isDocumented(t *testing.T) { documented(t, "graph.schema.json") }

// documented returns the number of fields of each object in a schema.
func documented(t *testing.T, file string) (fields map[string]int) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var document struct {
		Defs map[string]struct {
			Description string `json:"description"`
			Properties  map[string]struct {
				Description string `json:"description"`
				Ref         string `json:"$ref"`
			} `json:"properties"`
		} `json:"$defs"`
	}
	require.NoError(t, json.Unmarshal(text, &document))
	fields = map[string]int{}
	for name, def := range document.Defs {
		fields[name] = len(def.Properties)
		for field, p := range def.Properties {
			about := p.Description
			if about == "" {
				about = document.Defs[strings.TrimPrefix(p.Ref, "#/$defs/")].Description
			}
			require.NotEmpty(t, about, "%s.%s", name, field)
		}
	}
	return fields
}
