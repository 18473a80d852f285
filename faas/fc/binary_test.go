package fc_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/examples/faas/orderpage/cases"
	"github.com/jade-go/jade/internal/notes"
)

// deployed builds the order page as a program, and runs it against a platform until the test is over. It is
// ended as an instance is, by a signal, and has to have ended well.
func deployed(t *testing.T) (p *platform, output *notes.Text) {
	t.Helper()
	p, output = newPlatform(t), &notes.Text{}
	program := filepath.Join(t.TempDir(), "bootstrap")
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	t.Cleanup(cancel)
	built, err := exec.CommandContext(ctx, "go", "build", "-o", program, "../../examples/faas/fc").CombinedOutput()
	require.NoError(t, err, string(built))
	cmd := exec.CommandContext(ctx, program)
	cmd.Env = append(os.Environ(), "FC_RUNTIME_API="+p.hostPort())
	cmd.Stdout, cmd.Stderr = output, output
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
		require.NoError(t, cmd.Wait(), output.String())
	})
	return p, output
}

// The order page answers under every fault, always before the platform's deadline.
func TestProgram_underEveryFault(t *testing.T) {
	p, output := deployed(t)
	for _, c := range cases.All() {
		t.Run(c.Name, func(t *testing.T) {
			const limit = 500 * time.Millisecond
			begun := time.Now()
			a := p.invoke(strings.ReplaceAll(c.Name, " ", "-"), string(c.Input), limit)
			require.Less(t, a.at.Sub(begun), limit)
			if c.Page == nil {
				require.Equal(t, "jade."+c.Class, a.failure(t).Type)
				return
			}
			require.Equal(t, "response", a.what, a.body)
			require.JSONEq(t, string(c.Page), a.body)
		})
	}
	require.Contains(t, output.String(), "WARN still running function=order-page", "what ignores its ctx is named")
}

// A thousand invocations, a hundred at once: none is lost, none has the answer of another.
func TestProgram_aThousandInvocations(t *testing.T) {
	p, _ := deployed(t)
	var clients sync.WaitGroup
	for c := range 100 {
		clients.Go(func() {
			for i := range 10 {
				id := fmt.Sprintf("o-%d-%d", c, i)
				a := p.invoke(id, fmt.Sprintf(`{"id":%q,"item":"bell","user":"mei"}`, id), 20*time.Second)
				var page struct{ Order string }
				if err := json.Unmarshal([]byte(a.body), &page); err != nil || page.Order != id || a.what != "response" {
					t.Errorf("%s: %s %s", id, a.what, a.body)
				}
			}
		})
	}
	clients.Wait()
}
