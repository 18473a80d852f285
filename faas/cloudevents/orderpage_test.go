package cloudevents_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/examples/faas/orderpage"
	"github.com/jade-go/jade/examples/faas/orderpage/cases"
	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/cloudevents"
)

// The order page answers under every fault, and what may pass is delivered again.
func TestOrderPage_underEveryFault(t *testing.T) {
	real := httptest.NewServer(cloudevents.HTTP(orderpage.New(faas.Logger(quiet)), cloudevents.Limit(time.Second)))
	t.Cleanup(real.Close)
	s := &server{real.URL, real.Client()}
	for _, c := range cases.All() {
		t.Run(c.Name, func(t *testing.T) {
			r := s.mustSend(t, false, opened("1", string(c.Input)))
			switch {
			case c.Page != nil:
				require.Equal(t, 200, r.status, r.body)
				require.JSONEq(t, string(c.Page), string(r.event(t).Data()))
			case c.Name == "no such item":
				require.Equal(t, 422, r.status)
			default:
				require.GreaterOrEqual(t, r.status, 500)
				require.Equal(t, c.Class, r.problem(t).Class)
			}
		})
	}
}

// The program of the example serves until it is told to end.
func TestOrderPage_program(t *testing.T) {
	program := filepath.Join(t.TempDir(), "orderpage")
	build := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", program, "./examples/orderpage")
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := l.Addr().String()
	require.NoError(t, l.Close())
	_, port, err := net.SplitHostPort(address)
	require.NoError(t, err)

	ctx, end := context.WithTimeout(t.Context(), patience)
	defer end()
	command := exec.CommandContext(ctx, program)
	command.Env = append(os.Environ(), "PORT="+port)
	require.NoError(t, command.Start())
	defer func() { _ = command.Wait() }()
	defer end()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	s := &server{"http://" + address, &http.Client{Transport: transport, Timeout: patience}}
	var r reply
	require.Eventually(t, func() bool {
		r, err = s.send(ctx, true, opened("1", `{"id":"o-1","item":"tin","user":"mei"}`))
		return err == nil
	}, patience, 10*time.Millisecond)
	require.Equal(t, "order.page", r.event(t).Type())
	require.NoError(t, command.Process.Signal(syscall.SIGTERM))
	require.NoError(t, command.Wait())
}
