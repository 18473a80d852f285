package fc

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/future"
)

// invocation is what the platform wants done.
type invocation struct {
	id     string
	kind   kind
	header http.Header
	event  []byte
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

func newInvocation(h http.Header, event []byte) *invocation {
	i := &invocation{id: h.Get("X-Fc-Request-Id"), header: h, event: event}
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
	MemoryMB             int // 0: not known
	Timeout              time.Duration
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
	seconds, _ := strconv.Atoi(h.Get("X-Fc-Function-Timeout"))
	c.Timeout = time.Duration(seconds) * time.Second
	return c, true
}

// context is ctx as the invocation of the function of that name has it.
func (i *invocation) context(ctx context.Context, name string) (context.Context, context.CancelFunc, error) {
	ms, err := strconv.ParseInt(i.header.Get("X-Fc-Function-Deadline"), 10, 64)
	if err != nil {
		return nil, nil, fmt.Errorf("fc: the platform's x-fc-function-deadline is %q", i.header.Get("X-Fc-Function-Deadline"))
	}
	attempt, _ := strconv.Atoi(i.header.Get("X-Fc-Retry-Count"))
	ctx = faas.WithInvocation(context.WithValue(ctx, contextKey{}, i), faas.Invocation{
		ID: i.id, Platform: "fc", Attempt: attempt,
		Function: i.header.Get("X-Fc-Function-Name"),
		Version:  cmp.Or(i.header.Get("X-Fc-Version-Id"), i.header.Get("X-Fc-Qualifier")),
	})
	ctx, cancel := context.WithDeadline(ctx, time.UnixMilli(ms))
	return ctx, cancel, nil
}

// guarded calls a function of the user's, if there is one.
func guarded(ctx context.Context, fn func(context.Context) error) error {
	if fn == nil {
		return nil
	}
	_, err := future.Go(ctx, func(ctx context.Context) (struct{}, error) { return struct{}{}, fn(ctx) }).Await(ctx)
	return err
}
