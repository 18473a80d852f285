package gcf_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/gcf"
)

const trace = "105445aa7843bc8bf206b120001000"

func TestStart_answers(t *testing.T) {
	p := start(t, "probe", "K_SERVICE=shop-page", "K_REVISION=shop-page-00007-abc").ready(t)
	require.Contains(t, p.text(t), "initialised", "before the first request")
	r := p.mustPost(t, `{"id":"o-1"}`)
	require.Equal(t, 200, r.status)
	require.Equal(t, "application/json", r.header.Get("Content-Type"))
	require.JSONEq(t, `{"order":"o-1"}`, r.body)
	require.Equal(t, 1, strings.Count(p.text(t), "initialised"))
	p.mustPost(t, `{"id":"o-1","fault":"business"}`, "Function-Execution-Id", "e-7")
	p.logs(t, "request_id=e-7 deployed_as=shop-page")
}

// Without a target, a function is at its name.
func TestStart_withoutTarget(t *testing.T) {
	p := start(t, "probe", "FUNCTION_TARGET=").ready(t)
	r, err := p.post(t.Context(), "/probe", `{"id":"o-1"}`)
	require.NoError(t, err)
	require.Equal(t, 200, r.status)
	require.Equal(t, 404, p.mustPost(t, `{"id":"o-1"}`).status)
	r, err = p.post(t.Context(), "/greet", `{"name":"Mei"}`) // of an init function
	require.NoError(t, err)
	require.Equal(t, `"Hello, Mei!"`, r.body)
}

func TestStart_failures(t *testing.T) {
	p := start(t, "probe").ready(t)
	for fault, want := range map[string]faas.Problem{
		"business":   {Title: "Unprocessable Entity", Status: 422, Class: "business"},
		"dependency": {Title: "Bad Gateway", Status: 502, Class: "dependency"},
		"system":     {Title: "Service Unavailable", Status: 503, Class: "system"},
		"timeout":    {Title: "Gateway Timeout", Status: 504, Class: "timeout"},
		"panic":      {Title: "Internal Server Error", Status: 500, Class: "code"},
	} {
		t.Run(fault, func(t *testing.T) {
			r := p.mustPost(t, `{"id":"o-1","fault":"`+fault+`"}`, "Function-Execution-Id", "e-"+fault)
			want.Request = "e-" + fault
			require.Equal(t, want.Status, r.status)
			require.Equal(t, want, r.problem(t))
			p.logs(t, "request_id=e-"+fault)
		})
	}
	t.Run("what cannot be written", func(t *testing.T) {
		require.Equal(t, 500, p.mustPost(t, `{"fault":"marshal"}`).status)
		require.Equal(t, 200, p.mustPost(t, `{"id":"o-1"}`).status, "the process is still there")
	})
}

func TestStart_badInput(t *testing.T) {
	p := start(t, "probe").ready(t)
	for body, detail := range map[string]string{
		`{"id":`:              "no JSON: it ends too early",
		`{"id":7}`:            "field \"id\": want a string, got a number",
		`{"id":"a","x":1}`:    `unknown field "x"`,
		`{"id":"a"} {}`:       "more than one value",
		"{\"id\":\"\xff\"}":   "not UTF-8",
		`{"id":"a","id":"b"}`: `the key "id" twice`,
	} {
		r := p.mustPost(t, body)
		require.Equal(t, 400, r.status, body)
		require.Equal(t, detail, r.problem(t).Detail)
	}
	require.Equal(t, 415, p.mustPost(t, `{}`, "Content-Type", "text/plain").status)
}

// The deadline is the platform's, which the framework knows, and the answer comes before it.
func TestStart_deadline(t *testing.T) {
	p := start(t, "probe", "CLOUD_RUN_TIMEOUT_SECONDS=1").ready(t)
	begun := time.Now()
	require.Equal(t, 504, p.mustPost(t, `{"id":"o-1","fault":"hang"}`).status)
	require.Less(t, 800*time.Millisecond, time.Since(begun))
	p.logs(t, "ended o-1")
}

func TestStart_options(t *testing.T) {
	p := start(t, "limited").ready(t)
	begun := time.Now()
	require.Equal(t, 504, p.mustPost(t, `{"fault":"hang"}`).status)
	require.Less(t, time.Since(begun), patience)
}

func TestStart_clientThatLeaves(t *testing.T) {
	p := start(t, "probe").ready(t)
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan error, 1)
	go func() {
		_, err := p.post(ctx, "/", `{"id":"o-1","fault":"hang"}`)
		left <- err
	}()
	p.logs(t, "begun o-1")
	leave()
	require.ErrorIs(t, <-left, context.Canceled)
	p.logs(t, "ended o-1")
}

func TestStart_manyAtOnce(t *testing.T) {
	p := start(t, "probe").ready(t)
	var all sync.WaitGroup
	for i := range 200 {
		all.Go(func() {
			id := fmt.Sprintf("o-%d", i)
			r, err := p.post(t.Context(), "/", `{"id":"`+id+`"}`)
			if assert.NoError(t, err) {
				assert.JSONEq(t, `{"order":"`+id+`"}`, r.body)
			}
		})
	}
	all.Wait()
}

// The process ends when it is told to, after what is under way.
func TestStart_ends(t *testing.T) {
	p := start(t, "probe").ready(t)
	answered := make(chan reply, 1)
	go func() {
		r, err := p.post(t.Context(), "/", `{"id":"o-1","fault":"slow"}`)
		assert.NoError(t, err)
		answered <- r
	}()
	p.logs(t, "begun o-1")
	require.NoError(t, p.command.Process.Signal(syscall.SIGTERM))
	require.Equal(t, 0, p.exit())
	require.JSONEq(t, `{"order":"o-1"}`, (<-answered).body)
}

// What cannot serve says so, and ends.
func TestStart_failsAtOnce(t *testing.T) {
	for name, c := range map[string]struct{ program, target, want string }{
		"init fails":  {"failing", "probe", `ERROR init failed function=probe class=unknown error="init of probe: no database"`},
		"init panics": {"panicking", "probe", "ERROR init failed function=probe class=code"},
		"no target":   {"probe", "another", `ERROR gcf.Start: no matching function found with name: "another"`},
		"twice":       {"registered twice", "probe", `failure to register function: function name already registered: "probe"`},
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t, c.program, "FUNCTION_TARGET="+c.target)
			require.Equal(t, 1, p.exit())
			require.Contains(t, p.text(t), c.want)
		})
	}
}

// The id of a request is that of the execution, else that of the trace, else one that the framework makes.
func TestStart_requestID(t *testing.T) {
	p := start(t, "probe").ready(t)
	id := func(headers ...string) string {
		return p.mustPost(t, `{"id":"o-1","fault":"system"}`, headers...).problem(t).Request
	}
	require.Equal(t, "e-1", id("Function-Execution-Id", "e-1", "X-Cloud-Trace-Context", trace+"/7;o=1"))
	require.Equal(t, trace, id("X-Cloud-Trace-Context", trace+"/7;o=1"))
	require.Regexp(t, "^[0-9a-f]{20,}$", id())
	require.Len(t, id("Function-Execution-Id", strings.Repeat("x", 129)), 26, "a new one")
}

func TestHandler_withoutFramework(t *testing.T) {
	h := gcf.Handler(faas.New("probe", servePage, faas.Logger(quiet)))
	w := httptest.NewRecorder()
	r := httptest.NewRequest("POST", "/", strings.NewReader(`{"id":"o-1"}`))
	r.Header.Set("Content-Type", "application/json")
	h.ServeHTTP(w, r)
	require.JSONEq(t, `{"order":"o-1"}`, w.Body.String())
	require.Panics(t, func() { gcf.Handler[order, page](nil) })
	require.PanicsWithValue(t, "gcf.Register: the name {p} is not only of letters, digits, hyphens and underscores", func() {
		gcf.Register(faas.New("{p}", servePage))
	})
}
