package gcf_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
)

const (
	programVariable = "GCF_TEST_PROGRAM"
	patience        = 30 * time.Second
)

// process is a program, with the framework in it.
type process struct {
	command *exec.Cmd
	url     string
	log     string // a file
	client  *http.Client
}

// start starts one of programs, or what is built at path. It is ended when the test is.
func start(t testing.TB, name string, env ...string) *process {
	return startCommand(t, exec.Command(os.Args[0]), append([]string{programVariable + "=" + name, "FUNCTION_TARGET=probe"}, env...))
}

func startCommand(t testing.TB, command *exec.Cmd, env []string) *process {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := l.Addr().String()
	require.NoError(t, l.Close())
	_, port, err := net.SplitHostPort(address)
	require.NoError(t, err)

	p := &process{command: command, url: "http://" + address, log: filepath.Join(t.TempDir(), "log")}
	log, err := os.Create(p.log)
	require.NoError(t, err)
	command.Stdout, command.Stderr = log, log
	command.Env = append([]string{"LOCAL_ONLY=true", "PORT=" + port, "GORACE=atexit_sleep_ms=0"}, env...)
	require.NoError(t, command.Start())
	require.NoError(t, log.Close())
	transport := &http.Transport{MaxIdleConnsPerHost: 200}
	p.client = &http.Client{Transport: transport, Timeout: patience}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		_ = command.Process.Kill()
		p.exit()
	})
	return p
}

// ready waits until the program listens.
func (p *process) ready(t testing.TB) *process {
	require.Eventually(t, func() bool {
		conn, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	}, patience, 5*time.Millisecond, "it does not listen")
	return p
}

// exit waits for the end of the process.
func (p *process) exit() int {
	if p.command.ProcessState == nil {
		timer := time.AfterFunc(patience, func() { _ = p.command.Process.Kill() })
		_ = p.command.Wait()
		timer.Stop()
	}
	return p.command.ProcessState.ExitCode()
}

func (p *process) text(t testing.TB) string {
	text, err := os.ReadFile(p.log)
	require.NoError(t, err)
	return string(text)
}

// logs waits until the program has written text.
func (p *process) logs(t testing.TB, text string) {
	t.Helper()
	require.Eventually(t, func() bool { return strings.Contains(p.text(t), text) }, patience, time.Millisecond, text)
}

type reply struct {
	status int
	header http.Header
	body   string
}

// post sends a body, with headers.
func (p *process) post(ctx context.Context, path, body string, headers ...string) (reply, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url+path, strings.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	request.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := p.client.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return reply{response.StatusCode, response.Header, string(text)}, err
}

func (p *process) mustPost(t testing.TB, body string, headers ...string) reply {
	t.Helper()
	r, err := p.post(t.Context(), "/", body, headers...)
	require.NoError(t, err)
	return r
}

func (r reply) problem(t testing.TB) (p faas.Problem) {
	t.Helper()
	require.Equal(t, "application/problem+json", r.header.Get("Content-Type"), r.body)
	require.NoError(t, json.Unmarshal([]byte(r.body), &p))
	return p
}
