package jade_test

import (
	"go/types"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/cmd/jade/vet/internal/jade"
)

func TestFolder(t *testing.T) {
	for path, want := range map[string]string{
		"github.com/jade-go/jade/flow":                         "flow",
		"example.com/shop/vendor/github.com/jade-go/jade/flow": "flow",
		"github.com/jade-go/jade/faas/lambda":                  "faas/lambda",
		"github.com/jade-go/jade/examples/orderpage":           "",
		"github.com/jade-go/jade/cmd/jade":                     "",
		"github.com/jade-go/jadeite/flow":                      "",
		"github.com/other/jade/flow":                           "",
	} {
		folder, ok := jade.Folder(types.NewPackage(path, "x"))
		require.Equal(t, want, folder, path)
		require.Equal(t, want != "", ok, path)
	}
	_, ok := jade.Folder(nil)
	require.False(t, ok)
}

func TestFunc(t *testing.T) {
	step2 := jade.Func{Pkg: "flow", Name: "Step2"}
	require.Equal(t, "flow.Step2", step2.String())
	require.True(t, step2.Is("flow.Map#", "flow.Step#"))
	require.False(t, step2.Is("flow.Step", "flow.Step3"))
	require.True(t, jade.Func{Pkg: "flow", Name: "Step"}.Is("flow.Step#"))
	require.Equal(t, "recovery.Fallback", jade.Func{Pkg: "recover", Name: "Fallback"}.String())
	require.Equal(t, "Task.Do", jade.Func{Pkg: "task", Recv: "Task", Name: "Do"}.String())
	require.Equal(t, "lambda.Start", jade.Func{Pkg: "faas/lambda", Name: "Start"}.String())
}
