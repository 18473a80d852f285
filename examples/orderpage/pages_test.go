package main

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/trace"
)

func TestHTML_showsTheRun(t *testing.T) {
	for style := range styles {
		file := filepath.Join(t.TempDir(), "page.html")
		got := execute(t, "-style", style, "-slow", "coupons=400ms", "-html", file)
		require.Equal(t, 0, got.code, got.stderr)
		page, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Regexp(t, `Slowest on the critical path: coupons, 4[0-9][0-9]`, string(page), style)
	}
}

func TestHTML_saysWhyThereIsNone(t *testing.T) {
	got := execute(t, "-html", filepath.Join(t.TempDir(), "no", "such", "folder", "page.html"))
	assert.Equal(t, 1, got.code)
	assert.Regexp(t, `^orderpage: open .*page.html: no such file or directory\n$`, got.said())

	require.EqualError(t, writePicture("page.html", trace.NewHistory(1), time.Second), "-html: there was no time to begin, so there is nothing to draw")
}

func TestHTML_showsARunWithoutTime(t *testing.T) {
	file := filepath.Join(t.TempDir(), "page.html")
	assert.Equal(t, 1, execute(t, "-deadline", "1ns", "-html", file).code)
	page, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Contains(t, string(page), "order-page failed after ")
}

func TestDebug_saysWhyThereIsNone(t *testing.T) {
	got := execute(t, "-debug", "nowhere:port")
	assert.Equal(t, 1, got.code)
	assert.Regexp(t, `^orderpage: listen tcp.*\n$`, got.said())
}

// The pages are there, another run is seen, and everything ends when it is told to.
func TestDebug_servesThePages(t *testing.T) {
	before := goroutines()
	o, err := parse([]string{"-debug", "127.0.0.1:0", "-fail", "freight"}, io.Discard)
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out, in := io.Pipe()
	ended := make(chan error, 1)
	runs := trace.NewHistory(kept)
	go func() { ended <- serve(ctx, o, runs, in, io.Discard) }()

	said := make([]byte, 500)
	n, err := out.Read(said)
	require.NoError(t, err)
	if n < 10 { // the empty line comes alone, perhaps
		n, err = out.Read(said)
		require.NoError(t, err)
	}
	url := regexp.MustCompile(`http://[0-9.:]+`).FindString(string(said[:n]))
	require.NotEmpty(t, url, string(said[:n]))
	client := &http.Client{Transport: &http.Transport{}}
	get := func(path string) string {
		answer, err := client.Get(url + path)
		require.NoError(t, err)
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, answer.StatusCode, path)
		return string(body)
	}
	assert.Contains(t, get("/"), "No run has been recorded yet.")
	assert.Contains(t, get("/order"), `"part":"freight","class":"dependency"`)
	index := get("/")
	assert.Contains(t, index, "order-page")
	run := regexp.MustCompile(`\?run=\d+`).FindString(index)
	require.NotEmpty(t, run)
	assert.Contains(t, get("/"+run), "freight (dependency) failed")
	assert.Contains(t, get("/?flow=order-page"), "inspection")
	assert.True(t, strings.HasPrefix(get("/"+run+"&as=json"), `{"run":`))

	client.CloseIdleConnections()
	stop()
	require.NoError(t, <-ended)
	require.Empty(t, leftBehind(before, 5e9))
}
