package faas

import (
	"cmp"
	"context"
	"crypto/rand"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// identified returns ctx with what is known of the invocation, and the id of the request. The id is the one that an adapter has set, or that of the header, or
// else a new one.
func (s *httpSettings) identified(ctx context.Context, r *http.Request) (context.Context, string) {
	i, told := InvocationOf(ctx) // an adapter has set it
	if !told {
		i.Platform = "http"
	}
	if i.ID == "" {
		i.ID = cmp.Or(s.idOf(r), rand.Text())
	}
	return WithInvocation(ctx, i), i.ID
}

// idOf returns the id of a request from its header, or an empty string if it is not fit for a log.
func (s *httpSettings) idOf(r *http.Request) string {
	const longest = 128
	id := r.Header.Get(s.id)
	if len(id) > longest || !visible(id) {
		return ""
	}
	return id
}

// visible reports whether a text has nothing but visible ASCII characters.
func visible(text string) bool {
	return !strings.ContainsFunc(text, func(c rune) bool { return c < '!' || c > '~' })
}

// keyed returns ctx with the idempotency key of the request, if it has one. In the draft "The Idempotency-Key HTTP Header Field" of the IETF the key
// is a quoted string, but many clients do not quote it.
func keyed(ctx context.Context, r *http.Request) (context.Context, error) {
	const longest = 255
	values := r.Header.Values("Idempotency-Key")
	if len(values) == 0 {
		return ctx, nil
	}
	key := values[0]
	if len(key) > 1 && key[0] == '"' && key[len(key)-1] == '"' {
		key = key[1 : len(key)-1]
	}
	if len(values) > 1 || key == "" || len(key) > longest || !visible(key) || strings.ContainsAny(key, `"\`) {
		return ctx, refusal{http.StatusBadRequest, "the header Idempotency-Key is malformed"}
	}
	return task.WithKey(ctx, key), nil
}

// described is ctx with what observers need to know of the request.
func (s *httpSettings) described(ctx context.Context, id string, r *http.Request, answer *atomic.Pointer[reply]) context.Context {
	about := &observe.Request{
		ID: id, Trigger: "http", Method: r.Method, Scheme: "http", Host: r.Host, Path: r.URL.Path, Route: routeOf(r.Pattern), UserAgent: r.UserAgent(),
		Header: func(name string) string { return strings.Join(r.Header.Values(name), ",") },
		Status: func(err error) int {
			if err != nil {
				return s.statusOf(err)
			}
			if says := answer.Load(); says != nil {
				return says.status
			}
			return 0 // this is a run inside of the function, which has not answered yet
		},
	}
	if r.TLS != nil {
		about.Scheme = "https"
	}
	return observe.WithRequest(ctx, about)
}

// routeOf is the path of a pattern of a [http.ServeMux], which may begin with a method and a host.
func routeOf(pattern string) string {
	if i := strings.IndexByte(pattern, '/'); i > 0 {
		return pattern[i:]
	}
	return pattern
}
