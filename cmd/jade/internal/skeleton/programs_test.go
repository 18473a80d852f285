package skeleton

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/internal/realpart"
)

// programs writes every kind of package into one module, which uses this repository.
func programs(t *testing.T) {
	t.Helper()
	repository, err := filepath.Abs("../../../..")
	require.NoError(t, err)
	root := inModule(t,
		"require (\n\tgithub.com/jade-go/jade v0.1.0\n\tgithub.com/jade-go/jade/faas/lambda v0.1.0\n\tgithub.com/aws/aws-lambda-go v1.55.1\n)",
		"replace github.com/jade-go/jade => "+repository,
		"replace github.com/jade-go/jade/faas/lambda => "+filepath.Join(repository, "faas/lambda"))
	var sums []byte
	for _, name := range []string{"go.sum", "faas/lambda/go.sum"} {
		text, err := os.ReadFile(filepath.Join(repository, name))
		require.NoError(t, err)
		sums = append(sums, text...)
	}
	write(t, filepath.Join(root, "go.sum"), string(sums))
	for _, args := range [][]string{
		{"handler", "-name", "order-page", "-package", "orderpage", "-for", "http", "-in", "OrderRequest", "-out", "OrderPage"},
		{"handler", "-name", "a-name-that-is-longer-than-others", "-package", "event", "-for", "fc", "-dir", "functions/event"},
		{"handler", "-name", "x", "-package", "x", "-for", "lambda"},
		{"flow", "-name", "rules", "-package", "rules", "-dir", "internal/rules"},
		{"task", "-name", "price", "-package", "price"},
	} {
		code, _, err := run(t, args...)
		require.Zero(t, code, err)
	}
}

func goes(t *testing.T, args ...string) {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off", "GOTOOLCHAIN=local")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "go %v:\n%s", args, out)
}

// What is written compiles, with its tests.
func TestPrograms_vet(t *testing.T) {
	programs(t)
	goes(t, "vet", "./orderpage/...", "./internal/rules", "./price")
}

// The tests that are written pass, at once and for all platforms.
func TestPrograms_testAll(t *testing.T) {
	realpart.Long(t)
	programs(t)
	goes(t, "vet", "./...")
	goes(t, "test", "-race", "./...")
}
