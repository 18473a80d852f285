package gcf_test

import (
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/examples/faas/orderpage/cases"
)

// The program of the example answers under every fault.
func TestOrderPage_underEveryFault(t *testing.T) {
	program := filepath.Join(t.TempDir(), "orderpage")
	build := exec.Command("go", "build", "-buildvcs=false", "-o", program, "./examples/orderpage")
	timer := time.AfterFunc(5*time.Minute, func() { _ = build.Process.Kill() })
	defer timer.Stop()
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))

	p := startCommand(t, exec.Command(program), []string{"FUNCTION_TARGET=order-page"}).ready(t)
	for _, c := range cases.All() {
		t.Run(c.Name, func(t *testing.T) {
			r := p.mustPost(t, string(c.Input))
			if c.Page != nil {
				require.Equal(t, 200, r.status, r.body)
				require.JSONEq(t, string(c.Page), r.body)
				return
			}
			require.Equal(t, c.Class, r.problem(t).Class)
		})
	}
}
