package lambda_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// page is what testdata/probe answers.
type page struct {
	Order    string
	Title    string
	Coupons  []string
	Degraded []string
	Cold     bool
	Census   struct {
		Goroutines int
		Heap       int64
	}
}

func pageOf(t require.TestingT, r reply) (p page) {
	require.Equal(t, "response", r.path, r.body())
	require.NoError(t, json.Unmarshal([]byte(r.body()), &p))
	return p
}

// failed is an error as Lambda has it.
type failed struct {
	Type    string `json:"errorType"`
	Message string `json:"errorMessage"`
	Stack   []struct {
		Path, Label string
		Line        int
	} `json:"stackTrace"`
}

func failedOf(t require.TestingT, r reply) (f failed) {
	require.Equal(t, "error", r.path, r.body())
	require.NoError(t, json.Unmarshal([]byte(r.body()), &f))
	return f
}

func TestProbe_answers(t *testing.T) {
	p := start(t, "probe")
	p.ready(t)
	first := p.invoke(t, time.Minute, `{"id":"o-1"}`)
	require.Equal(t, page{Order: "o-1", Title: "tea tin", Coupons: []string{"for o-1"}, Degraded: []string{}, Cold: true}, pageOf(t, first))
	require.Contains(t, first.log, "function=order-page")
	require.Contains(t, first.log, "request_id=8476a536-e9f4-11e8-9739-000000000001 deployed_as=shop-page")

	second := p.invoke(t, time.Minute, `{"id":"o-2","fault":"no-coupons"}`)
	require.Equal(t, page{Order: "o-2", Title: "tea tin", Coupons: []string{}, Degraded: []string{"coupons"}}, pageOf(t, second))
}

// What goes wrong is told by class, in time, and the process goes on.
func TestProbe_failures(t *testing.T) {
	p := start(t, "probe")
	p.ready(t)
	for _, c := range []struct {
		payload       string
		kind, message string
	}{
		{`{"id":"o-1","fault":"sold-out"}`, "SoldOut", "sold out: order o-1"},
		{`{"id":"o-1","fault":"down"}`, "jade.dependency", "connection refused"},
		{`{"id":"o-1","fault":"panic"}`, "jade.code", "panic: runtime error: index out of range [2] with length 2"},
		{`{"id":"o-1","fault":"slow"}`, "jade.timeout", "deadline exceeded"},
		{`{"id":"o-1","fault":"hang"}`, "jade.timeout", "deadline exceeded"},
		{`{"id":`, "jade.input", "input: no JSON"},
		{`{"id":1}`, "jade.input", "input: field \"id\": want a string, got a number"},
		{`{"id":"o-1","who":"me"}`, "jade.input", `input: unknown field "who"`},
	} {
		t.Run(c.payload, func(t *testing.T) {
			insist(t, func(t *assert.CollectT) {
				const limit = 1500 * time.Millisecond
				deadline := time.Now().Add(limit)
				got := p.invoke(t, limit, c.payload)
				require.True(t, got.at.Before(deadline), "late by %v", got.at.Sub(deadline))
				f := failedOf(t, got)
				require.Equal(t, c.kind, f.Type)
				require.Contains(t, f.Message, c.message)
				require.NotContains(t, got.body(), `"/`, "no path of the machine that built it")
				require.Contains(t, got.header.Get("Lambda-Runtime-Function-Xray-Error-Cause"), c.kind)
				if c.kind != "jade.code" {
					require.Empty(t, f.Stack)
					return
				}
				require.NotEmpty(t, f.Stack)
				require.Equal(t, "main/services.go", f.Stack[0].Path)
				require.Equal(t, "(*shop).item", f.Stack[0].Label)
				require.Positive(t, f.Stack[0].Line)
			})
		})
	}
	require.False(t, pageOf(t, p.invoke(t, time.Minute, `{"id":"o-1"}`)).Cold)
}

func TestProbe_initFails(t *testing.T) {
	for fault, c := range map[string]struct{ text, class string }{
		"fail":  {"init of order-page: the catalogue is empty", "unknown"},
		"panic": {"init of order-page: panic: runtime error: invalid memory address or nil pointer dereference", "code"},
	} {
		t.Run(fault, func(t *testing.T) {
			p := start(t, "probe", "PROBE_INIT="+fault)
			require.Equal(t, 1, p.exit(t))
			require.Empty(t, p.asked, "it has not asked for an event")
			require.Len(t, p.initError, 1)
			told := <-p.initError
			require.Equal(t, "jade.init", told.header.Get("Lambda-Runtime-Function-Error-Type"))
			f := failedOf(t, told)
			require.Equal(t, "jade.init", f.Type)
			require.Equal(t, c.text, f.Message)
			require.Equal(t, fault == "panic", len(f.Stack) > 0)
			require.Equal(t, 1, strings.Count(p.text(t), "\n"), p.text(t))
			require.Contains(t, p.text(t), "ERROR init failed function=order-page class="+c.class+` error="`+c.text)
		})
	}
}

// A thousand invocations later everything is as it was, and each had its own answer.
func TestProbe_staysAsItIs(t *testing.T) {
	const times = 1000
	p := start(t, "probe")
	p.ready(t)
	for range 20 {
		p.invoke(t, time.Minute, `{"id":"o-1"}`)
	}
	before := pageOf(t, p.invoke(t, time.Minute, `{"id":"o-1","fault":"census"}`)).Census
	for i := range times {
		id := fmt.Sprintf("o-%d", i)
		fault := []string{"", "no-coupons", "sold-out", "panic"}[i%4]
		got := p.invoke(t, time.Minute, fmt.Sprintf(`{"id":%q,"fault":%q}`, id, fault))
		switch fault {
		case "sold-out":
			require.Contains(t, got.body(), "order "+id+`"`)
		case "panic":
			require.Equal(t, "jade.code", failedOf(t, got).Type)
		default:
			require.Equal(t, id, pageOf(t, got).Order)
		}
	}
	after := pageOf(t, p.invoke(t, time.Minute, `{"id":"o-1","fault":"census"}`)).Census
	require.LessOrEqual(t, after.Goroutines, before.Goroutines)
	require.Less(t, after.Heap-before.Heap, int64(256<<10), "before %d, after %d bytes", before.Heap, after.Heap)
	require.Equal(t, times+22, strings.Count(p.text(t), "msg=run")+strings.Count(p.text(t), "INFO run"))
}

// Where Lambda gives a process several invocations at once, each has its own answer.
func TestProbe_severalAtOnce(t *testing.T) {
	const at, times = 8, 25
	p := start(t, "probe", fmt.Sprint("AWS_LAMBDA_MAX_CONCURRENCY=", at))
	var colds atomic.Int64
	var clients sync.WaitGroup
	done := make(chan struct{})
	go func() { // nobody waits for it to be ready
		for {
			select {
			case <-p.asked:
			case <-done:
				return
			}
		}
	}()
	for c := range at {
		clients.Go(func() {
			for i := range times {
				id := fmt.Sprintf("o-%d-%d", c, i)
				var got page
				r := p.send(assertOnly{t}, time.Minute, fmt.Sprintf(`{"id":%q}`, id))
				assert.NoError(t, json.Unmarshal([]byte(r.body()), &got))
				assert.Equal(t, id, got.Order)
				if got.Cold {
					colds.Add(1)
				}
			}
		})
	}
	clients.Wait()
	close(done)
	require.EqualValues(t, 1, colds.Load())
}

// assertOnly goes on after a failure, as goroutines of a test have to.
type assertOnly struct{ *testing.T }

func (assertOnly) FailNow() {}

// What an invocation leaves behind is on record before the process asks for the next one.
func TestProbe_namesStragglers(t *testing.T) {
	p := start(t, "probe")
	p.ready(t)
	got := p.invoke(t, time.Minute, `{"id":"o-1","fault":"leave"}`)
	require.Equal(t, "o-1", pageOf(t, got).Order)
	require.Contains(t, got.log, "WARN still running function=order-page names=[audit] request_id=8476a536-e9f4-11e8-9739-000000000001")
}
