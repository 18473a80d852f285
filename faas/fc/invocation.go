package fc

import (
	"cmp"
	"context"
	"crypto/rand"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// invocation is what the platform wants done.
type invocation struct {
	id     string
	kind   kind
	header http.Header
	event  []byte
	begun  time.Time
}

// kind is what an invocation is for.
type kind int

const (
	invoke kind = iota
	initialize
	preStop
	preFreeze
)

var kinds = [...]string{"Invoke", "Initialize", "PreStop", "PreFreeze"}

// What the platform's console looks for.

func (k kind) started(id string) string { return "FC " + kinds[k] + " Start RequestId: " + id }
func (k kind) ended(id string) string   { return "FC " + kinds[k] + " End RequestId: " + id }
func (k kind) failed(id string) string {
	return k.ended(id) + ", Error: Unhandled function error"
}

// newInvocation returns the invocation that has those headers, without its event. One without an id is given an id, so that its
// lines in the logs can be told from others.
func newInvocation(h http.Header) *invocation {
	i := &invocation{id: h.Get("X-Fc-Request-Id"), header: h, begun: time.Now()}
	if i.id == "" {
		i.id = rand.Text()
	}
	if n, err := strconv.Atoi(h.Get("X-Fc-Function-Type")); err == nil && n > 0 && n < len(kinds) {
		i.kind = kind(n)
	}
	return i
}

// Context is what the platform says of an instance's function.
type Context struct {
	Region, Account      string
	Service, Function    string
	Qualifier, Version   string
	Handler              string
	MemoryMB             int           // 0: not known
	Timeout              time.Duration // 0: not known
	LogProject, LogStore string
}

type contextKey struct{}

// ContextOf returns what the platform has said, if ctx is that of an invocation.
func ContextOf(ctx context.Context) (c Context, ok bool) {
	i, ok := ctx.Value(contextKey{}).(*invocation)
	if !ok {
		return c, false
	}
	h := i.header
	c = Context{
		Region: h.Get("X-Fc-Region"), Account: h.Get("X-Fc-Account-Id"),
		Service: h.Get("X-Fc-Service-Name"), Function: h.Get("X-Fc-Function-Name"),
		Qualifier: h.Get("X-Fc-Qualifier"), Version: h.Get("X-Fc-Version-Id"), Handler: h.Get("X-Fc-Function-Handler"),
		LogProject: h.Get("X-Fc-Service-Logproject"), LogStore: h.Get("X-Fc-Service-Logstore"),
	}
	c.MemoryMB, _ = strconv.Atoi(h.Get("X-Fc-Function-Memory"))
	c.Timeout = i.seconds("X-Fc-Function-Timeout")
	return c, true
}

// about returns ctx with what the platform says of the invocation. All attempts of one invocation have the same id, so the id is the idempotency key.
func (r *runtime) about(ctx context.Context, i *invocation) context.Context {
	attempt, _ := strconv.Atoi(i.header.Get("X-Fc-Retry-Count"))
	if r.observed(ctx) {
		header := func(name string) string { return strings.Join(i.header.Values(name), ",") }
		ctx = observe.WithRequest(ctx, &observe.Request{ID: i.id, Trigger: "other", Header: header})
	}
	if key := i.header.Get("X-Fc-Request-Id"); key != "" {
		ctx = task.WithKey(ctx, key)
	}
	return faas.WithInvocation(context.WithValue(ctx, contextKey{}, i), faas.Invocation{
		ID: i.id, Platform: "fc", Attempt: attempt,
		Function: i.header.Get("X-Fc-Function-Name"),
		Version:  cmp.Or(i.header.Get("X-Fc-Version-Id"), i.header.Get("X-Fc-Qualifier")),
	})
}

// guarded calls a function of the user's, if there is one.
func guarded(ctx context.Context, fn func(context.Context) error) error {
	if fn == nil {
		return nil
	}
	_, err := future.Go(ctx, func(ctx context.Context) (struct{}, error) { return struct{}{}, fn(ctx) }).Await(ctx)
	return err
}
