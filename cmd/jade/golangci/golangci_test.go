package golangci_test

import (
	"testing"

	"github.com/golangci/plugin-module-register/register"
	"github.com/stretchr/testify/require"

	_ "github.com/jade-go/jade/cmd/jade/golangci"
	"github.com/jade-go/jade/cmd/jade/vet"
)

func TestPlugin(t *testing.T) {
	defer vet.Tests(false)
	make, err := register.GetPlugin("jade")
	require.NoError(t, err)

	p, err := make(nil)
	require.NoError(t, err)
	require.Equal(t, register.LoadModeTypesInfo, p.GetLoadMode())
	all, err := p.BuildAnalyzers()
	require.NoError(t, err)
	require.Equal(t, vet.Analyzers, all)

	p, err = make(map[string]any{"tests": true, "checks": []string{"quick", "order"}})
	require.NoError(t, err)
	some, err := p.BuildAnalyzers()
	require.NoError(t, err)
	require.Len(t, some, 2)
	require.Equal(t, "quick", some[0].Name)

	p, err = make(map[string]any{"checks": []string{"quik"}})
	require.NoError(t, err)
	_, err = p.BuildAnalyzers()
	require.ErrorContains(t, err, `"quik" is no check`)

	_, err = make(map[string]any{"check": "quick"})
	require.ErrorContains(t, err, "unknown field")
}
