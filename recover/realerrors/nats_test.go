package realerrors

import (
	"context"
	"testing"
	"time"

	natsserver "github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	recovery "github.com/jade-go/jade/recover"
)

func TestNATS(t *testing.T) {
	s, err := natsserver.NewServer(&natsserver.Options{Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: t.TempDir(), MaxPayload: 1024, NoLog: true, NoSigs: true})
	require.NoError(t, err)
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	require.True(t, s.ReadyForConnections(10*time.Second))
	connect := func() *nats.Conn {
		c, err := nats.Connect(s.ClientURL())
		require.NoError(t, err)
		t.Cleanup(c.Close)
		return c
	}
	c := connect()
	_, err = c.SubscribeSync("silent")
	require.NoError(t, err)
	js, err := jetstream.New(c)
	require.NoError(t, err)
	check(t, []row{
		{"no responders", recovery.ClassDependency, true, func(ctx context.Context) error {
			_, err := c.RequestWithContext(ctx, "nobody", nil)
			return err
		}},
		{"a timeout", recovery.ClassTimeout, true, func(context.Context) error {
			_, err := c.Request("silent", nil, 20*time.Millisecond)
			return err
		}},
		{"a deadline of ctx", recovery.ClassTimeout, true, func(ctx context.Context) error {
			_, err := c.RequestWithContext(soon(ctx), "silent", nil)
			return err
		}},
		{"maximum payload", recovery.ClassUnknown, true, func(context.Context) error { return c.Publish("x", make([]byte, 2048)) }},
		{"JetStream, no such stream", recovery.ClassUnknown, false, func(ctx context.Context) error {
			_, err := js.Stream(ctx, "none")
			return err
		}},
		{"a closed connection", recovery.ClassDependency, true, func(context.Context) error {
			closed := connect()
			closed.Close()
			return closed.Publish("x", nil)
		}},
		{"a server that is down", recovery.ClassDependency, true, func(context.Context) error {
			_, err := nats.Connect("nats://" + address(freePort(t)))
			return err
		}},
	})
}
