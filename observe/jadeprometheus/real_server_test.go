package jadeprometheus_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/internal/realpart"
)

const configuration = `
global: {scrape_interval: 300ms, scrape_timeout: 300ms}
scrape_configs:
  - job_name: jade
    static_configs: [{targets: ['%s']}]
`

var listening = regexp.MustCompile(`msg="Listening on" address=(127\.0\.0\.1:\d+)`)

// realServer is a Prometheus that runs.
type realServer struct{ url string }

// startServer starts a server that scrapes what listens at address. It is ended with the test.
func startServer(ctx context.Context, t *testing.T, address string, flags ...string) *realServer {
	command := realpart.Command(t, "it is in the Debian package prometheus", "prometheus")
	folder := t.TempDir()
	config := filepath.Join(folder, "prometheus.yml")
	require.NoError(t, os.WriteFile(config, fmt.Appendf(nil, configuration, address), 0o600))

	cmd := exec.Command(command, append(flags,
		"--config.file="+config, "--storage.tsdb.path="+filepath.Join(folder, "data"), "--web.listen-address=127.0.0.1:0")...)
	log, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	said, ready := make(chan []string, 1), make(chan string, 1)
	go follow(log, ready, said)
	t.Cleanup(func() { end(t, cmd, said) })

	select {
	case <-ctx.Done():
		require.Fail(t, "the server is not ready")
	case at, ok := <-ready:
		require.True(t, ok, "the server has ended")
		return &realServer{"http://" + at}
	}
	return nil
}

// follow reads the log of a server to its end, which is when the process has ended, and
// tells where it listens once it is ready.
func follow(log io.Reader, ready chan<- string, said chan<- []string) {
	defer close(ready)
	var lines []string
	at, started, told := "", false, false
	for in := bufio.NewScanner(log); in.Scan(); {
		lines = append(lines, in.Text())
		if found := listening.FindStringSubmatch(in.Text()); found != nil {
			at = found[1]
		}
		started = started || strings.Contains(in.Text(), `msg="Server is ready to receive web requests."`)
		if started && at != "" && !told {
			ready <- at
			told = true
		}
	}
	said <- lines
}

// end ends the process, and shows what it said if the test has failed.
func end(t *testing.T, cmd *exec.Cmd, said <-chan []string) {
	assert.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	kill := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
	defer kill.Stop()
	lines := <-said
	assert.NoError(t, cmd.Wait())
	if t.Failed() {
		t.Log(strings.Join(lines, "\n"))
	}
}

// waitFor asks until the answer is what it should be.
func (s *realServer) waitFor(ctx context.Context, t *testing.T, query string, want numbers) {
	t.Helper()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		got := s.ask(ctx, t, query)
		if maps.Equal(want, got) {
			return
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			require.Equal(t, want, got, query)
		}
	}
}

// ask returns what the server answers, by the labels that are not those of the target.
func (s *realServer) ask(ctx context.Context, t *testing.T, query string) numbers {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/api/v1/query?query="+url.QueryEscape(query), nil)
	require.NoError(t, err)
	r.Close = true
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err, query)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	var answer struct {
		Status string
		Data   struct {
			Result []struct {
				Metric map[string]string
				Value  [2]json.RawMessage // the time, and the value as a string
			}
		}
	}
	require.NoError(t, json.Unmarshal(body, &answer), "%s", body)
	require.Equal(t, "success", answer.Status, "%s: %s", query, body)
	all := make(numbers)
	for _, one := range answer.Data.Result {
		var labels []string
		for _, name := range slices.Sorted(maps.Keys(one.Metric)) {
			if name != "__name__" && name != "job" && name != "instance" {
				labels = append(labels, name+"="+one.Metric[name])
			}
		}
		text, err := strconv.Unquote(string(one.Value[1]))
		require.NoError(t, err)
		value, err := strconv.ParseFloat(text, 64)
		require.NoError(t, err)
		all["{"+strings.Join(labels, " ")+"}"] = value
	}
	return all
}
