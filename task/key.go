package task

import (
	"context"

	"github.com/jade-go/jade/internal/must"
)

type keyOf struct{}

// WithKey returns a ctx with the idempotency key of the work that is started with it. Package faas and its adapters call it, with what the platform
// says, such as the id of a message. So a message that is delivered twice has the same key twice. An empty key panics.
func WithKey(ctx context.Context, key string) context.Context {
	must.HaveCtx("task.WithKey", ctx)
	if key == "" {
		panic("task.WithKey: empty key")
	}
	return context.WithValue(ctx, keyOf{}, key)
}

// Key returns the idempotency key of the call that ctx belongs to, if there is one. A function gives it to a service that does
// each thing once, such as one for payments: if the call is repeated, the service recognizes the key.
//
// A node of a flow has a key of its own: the key that the flow was started with, the name of the flow, those of the nodes around in
// nested flows, and its own, as in "m-17/order-page/rules/charge". An element of a flow.Each has its index besides, as in "m-17/order-page/mail[2]". All attempts
// of a call have the same key. A task that is started outside of a flow has the key of its ctx, unchanged. If a function calls two of those, it has to
// tell their keys apart itself.
//
// A key that comes from a client, such as that of a header Idempotency-Key, is no proof of who the client is: another may send the same one.
func Key(ctx context.Context) (key string, ok bool) {
	key, ok = ctx.Value(keyOf{}).(string)
	return key, ok
}
