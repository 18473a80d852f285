package task

import (
	"context"

	"github.com/jade-go/jade/internal/must"
)

type keyOf struct{}

// WithKey returns a ctx with the idempotency key of the work that is started with it. Package faas and its adapters call it with what the platform
// says, such as the id of a message. So if a message is delivered twice, both deliveries have the same key. An empty key panics.
func WithKey(ctx context.Context, key string) context.Context {
	must.HaveCtx("task.WithKey", ctx)
	if key == "" {
		panic("task.WithKey: empty key")
	}
	return context.WithValue(ctx, keyOf{}, key)
}

// Key returns the idempotency key of the call that ctx belongs to, if there is one. Give it to a service that does each thing only once, such as a
// payment. If the call is repeated, the service recognizes the key.
//
// Each node of a flow has a key of its own. It consists of the key that the flow was started with, the name of the flow, the names of the nodes around in
// nested flows, and the name of the node, as in "m-17/order-page/rules/charge". An element of a flow.Each has its index too, as in
// "m-17/order-page/mail[2]". All attempts of a call have the same key. A task that is started outside of a flow has the key of its ctx, unchanged. So if a
// function starts two such tasks, it has to give them different keys itself.
//
// A key from a client, such as the header Idempotency-Key, does not prove who the client is: another client may send the same key.
func Key(ctx context.Context) (key string, ok bool) {
	key, ok = ctx.Value(keyOf{}).(string)
	return key, ok
}
