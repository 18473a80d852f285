package inspect_test

import (
	"context"
	"encoding/json"
	"errors"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/inspect"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
	"github.com/jade-go/jade/trace"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errSoldOut = errors.New("sold out <b>")

// newPage is a flow that fails for an empty input.
func newPage(name string) *flow.Flow[string, string] {
	item := task.New("item", func(_ context.Context, id string) (string, error) {
		if id == "" {
			return "", errSoldOut
		}
		return "item " + id, nil
	})
	return flow.New(name, func(in flow.Node[string]) flow.Node[string] {
		return flow.Map(flow.Step(item, in), strings.ToUpper)
	})
}

// get answers a request as a server would.
func get(h http.Handler, target string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, target, nil))
	return w
}

// after runs page for each input and returns the history of that.
func after(t *testing.T, page *flow.Flow[string, string], inputs ...string) *trace.History {
	runs := trace.NewHistory(5)
	ctx := observe.With(t.Context(), trace.NewRecorder(runs.Add))
	for _, in := range inputs {
		_, _ = page.Do(ctx, in)
	}
	require.Len(t, runs.Recent(), len(inputs))
	return runs
}

func TestHandler_listsFlowsAndRuns(t *testing.T) {
	page := newPage("order-page")
	runs := after(t, page, "7", "")
	w := get(inspect.Handler(runs, page), "/")
	require.Equal(t, http.StatusOK, w.Code)
	body := w.Body.String()
	assert.Contains(t, body, `<a href="?flow=order-page">order-page</a>`)
	for _, run := range runs.Recent() {
		assert.Contains(t, body, `<a href="?run=`+text(run.Run)+`">`)
	}
	assert.Contains(t, body, "sold out &lt;b&gt;", "what failed is named, and markup in it is text")
	assert.NotContains(t, body, "sold out <b>")
	assert.Contains(t, body, `</span>item failed`)
}

// Who sees no colours sees signs, and every page leads back to the list.
func TestHandler_signsAndTheWayBack(t *testing.T) {
	page := newPage("order-page")
	runs := after(t, page, "7", "")
	h := inspect.Handler(runs, page)
	body := get(h, "/").Body.String()
	assert.Contains(t, body, `aria-hidden="true">✓</span>ok`)
	assert.Contains(t, body, `aria-hidden="true">✕</span>failed`)
	for _, target := range []string{"/?flow=order-page", "/?run=" + text(runs.Recent()[0].Run)} {
		assert.Contains(t, get(h, target).Body.String(), `<a href="?">← flows and runs</a>`)
	}
}

func TestHandler_saysThatThereIsNothing(t *testing.T) {
	body := get(inspect.Handler(trace.NewHistory(1)), "/").Body.String()
	assert.Contains(t, body, "No flow was given to the handler.")
	assert.Equal(t, 2, strings.Count(body, "No run has been recorded yet."))
	assert.Contains(t, body, "No run that was recorded has failed.")
}

func TestHandler_drawsAFlowAndARun(t *testing.T) {
	page := newPage("order-page")
	runs := after(t, page, "7")
	h := inspect.Handler(runs, page)
	run := "/?run=" + text(runs.Recent()[0].Run)
	for target, want := range map[string]string{
		"/?flow=order-page":    "text/html; charset=utf-8",
		run:                    "text/html; charset=utf-8",
		run + "&as=text":       "text/plain; charset=utf-8",
		run + "&as=json":       "application/json",
		run + "&as=chrome":     "application/json",
		"/any/path/" + run[1:]: "text/html; charset=utf-8",
	} {
		w := get(h, target)
		assert.Equal(t, http.StatusOK, w.Code, target)
		assert.Equal(t, want, w.Header().Get("Content-Type"), target)
		assert.Contains(t, w.Body.String(), "item", target)
	}
	var read trace.Trace
	require.NoError(t, json.Unmarshal(get(h, run+"&as=json").Body.Bytes(), &read))
	assert.Equal(t, runs.Recent()[0].Spans, read.Spans)
}

// A run of a flow that the handler was not given is drawn without its graph.
func TestHandler_drawsARunWithoutItsFlow(t *testing.T) {
	runs := after(t, newPage("order-page"), "7")
	w := get(inspect.Handler(runs), "/?run="+text(runs.Recent()[0].Run))
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Contains(t, w.Body.String(), "item")
}

func TestHandler_refusesInOneLine(t *testing.T) {
	page := newPage("order-page")
	runs := after(t, page, "7")
	h := inspect.Handler(runs, page)
	for target, want := range map[string]struct {
		code int
		line string
	}{
		"/?flow=cart": {http.StatusNotFound, `inspect: there is no flow "cart"`},
		"/?flow=%0Ax": {http.StatusNotFound, `inspect: there is no flow "\nx"`},
		"/?run=0":     {http.StatusNotFound, "inspect: run 0 is not kept, or not any more"},
		"/?run=seven": {http.StatusBadRequest, `inspect: "seven" is not the number of a run`},
		"/?run=-1":    {http.StatusBadRequest, `inspect: "-1" is not the number of a run`},
		"/?run=" + text(runs.Recent()[0].Run) + "&as=gif": {http.StatusBadRequest, `inspect: a run is not to be had as "gif": leave it out, or say text, json or chrome`},
	} {
		w := get(h, target)
		assert.Equal(t, want.code, w.Code, target)
		assert.Equal(t, want.line+"\n", w.Body.String(), target)
		assert.Equal(t, "text/plain; charset=utf-8", w.Header().Get("Content-Type"), target)
	}
}

func TestHandler_onlyReads(t *testing.T) {
	h := inspect.Handler(trace.NewHistory(1))
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(method, "/", nil))
		assert.Equal(t, http.StatusMethodNotAllowed, w.Code, method)
		assert.Equal(t, "GET, HEAD", w.Header().Get("Allow"))
	}
}

func TestHandler_headHasNoBody(t *testing.T) {
	server := httptest.NewServer(inspect.Handler(trace.NewHistory(1)))
	defer server.Close()
	answer, err := server.Client().Head(server.URL)
	require.NoError(t, err)
	defer answer.Body.Close()
	assert.Equal(t, http.StatusOK, answer.StatusCode)
	assert.Positive(t, answer.ContentLength)
}

// Nothing is loaded from elsewhere, nothing frames the pages, and no browser guesses what they are.
func TestHandler_safeToMount(t *testing.T) {
	page := newPage("order-page")
	runs := after(t, page, "7")
	h := inspect.Handler(runs, page)
	for _, target := range []string{"/", "/?flow=order-page", "/?run=" + text(runs.Recent()[0].Run), "/?run=x"} {
		w := get(h, target)
		assert.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"), target)
		assert.Equal(t, "no-store", w.Header().Get("Cache-Control"), target)
		assert.Contains(t, w.Header().Get("Content-Security-Policy"), "frame-ancestors 'none'", target)
		if strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
			assert.True(t, strings.Contains(html.UnescapeString(w.Body.String()), "default-src 'none'"), target)
			assert.NotRegexp(t, `(src|href)="?(https?:)?//`, w.Body.String(), target)
		}
	}
}

func TestHandler_hostileNames(t *testing.T) {
	name := `<script>alert("x")>&?=%`
	page := newPage(name)
	runs := after(t, page, "7", "")
	h := inspect.Handler(runs, page)
	body := get(h, "/").Body.String()
	assert.NotContains(t, body, "<script>")
	assert.Contains(t, body, "?flow="+strings.ToLower(url.QueryEscape(name)), "the link leads there")
	assert.Equal(t, http.StatusOK, get(h, "/?flow="+url.QueryEscape(name)).Code)
}

func TestHandler_panicsOnMistakes(t *testing.T) {
	page := newPage("order-page")
	assert.PanicsWithValue(t, "inspect.Handler: nil History", func() { inspect.Handler(nil) })
	assert.PanicsWithValue(t, "inspect.Handler: two flows are called order-page", func() {
		inspect.Handler(trace.NewHistory(1), page, newPage("order-page"))
	})
}

func TestHandler_whileRunsGoOn(t *testing.T) {
	page := newPage("order-page")
	runs := trace.NewHistory(5)
	ctx := observe.With(t.Context(), trace.NewRecorder(runs.Add))
	h := inspect.Handler(runs, page)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 50 {
				_, _ = page.Do(ctx, "7")
			}
		})
		all.Go(func() {
			for range 20 {
				assert.Equal(t, http.StatusOK, get(h, "/").Code)
				for _, run := range runs.Slowest() {
					get(h, "/?run="+text(run.Run)) // it may be gone by now
				}
			}
		})
	}
	all.Wait()
}
