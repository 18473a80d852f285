package gcf_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// refuses waits until nobody listens any more.
func (p *process) refuses(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool {
		conn, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
		if err == nil {
			_ = conn.Close()
		}
		return err != nil
	}, patience, time.Millisecond, "it goes on accepting")
}

// Each of three thousand requests that are under way when the process is told to end is answered. No more are accepted then.
func TestStart_endsUnderLoad(t *testing.T) {
	const n = 3000
	p := start(t, "probe").ready(t)
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			r, err := p.post(t.Context(), "/", `{"id":"o-1","fault":"held"}`)
			if assert.NoError(t, err) {
				assert.Equal(t, 200, r.status, r.body)
			}
		})
	}
	require.Eventually(t, func() bool { return strings.Count(p.text(t), "begun o-1") == n }, patience, 10*time.Millisecond)
	require.NoError(t, p.command.Process.Signal(syscall.SIGTERM))
	p.refuses(t)
	require.NoError(t, p.command.Process.Signal(syscall.SIGUSR1)) // they may go on
	all.Wait()
	require.Equal(t, 0, p.exit(), p.text(t))
}

// A request that has begun to arrive when the process is told to end is answered.
func TestStart_endsWhileARequestArrives(t *testing.T) {
	p := start(t, "probe").ready(t)
	conn, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(patience)))
	_, err = io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\n")
	require.NoError(t, err)
	require.Equal(t, 200, p.mustPost(t, `{"id":"o-1"}`).status) // the connection before it has been accepted
	require.NoError(t, p.command.Process.Signal(syscall.SIGTERM))
	p.refuses(t)
	_, err = io.WriteString(conn, "Content-Type: application/json\r\nContent-Length: 12\r\n\r\n"+`{"id":"o-1"}`)
	require.NoError(t, err)
	r, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	defer r.Body.Close()
	require.Equal(t, 200, r.StatusCode)
	require.Equal(t, 0, p.exit())
}

// A sender that does not end its headers is given up.
func TestStart_slowHeaders(t *testing.T) {
	t.Parallel() // it takes ten seconds
	p := start(t, "probe").ready(t)
	conn, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(patience)))
	_, err = io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\n")
	require.NoError(t, err)
	_, err = io.ReadAll(conn)
	require.NoError(t, err, "the connection is closed")
}

// A function of the framework alone can be the target. The framework serves it, and ends at once.
func TestStart_anotherTarget(t *testing.T) {
	p := start(t, "probe", "FUNCTION_TARGET=bare").ready(t)
	require.Equal(t, "bare /", p.mustPost(t, `{}`).body)
	require.NoError(t, p.command.Process.Signal(syscall.SIGTERM))
	require.Equal(t, 0, p.exit())
}
