//go:build unix

package cloudevents_test

import (
	"context"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/cloudevents"
	"github.com/jade-go/jade/internal/storm"
)

// Three thousand events are in progress when the process is told to end. Each is answered.
func TestHTTP_storm(t *testing.T) {
	gate, ctx := storm.NewGate(), storm.Serving(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	h := cloudevents.HTTP(faas.New("price", func(context.Context, int) (int, error) { gate.Pass(); return 2, nil }, faas.Logger(slog.New(slog.DiscardHandler))))
	ended := make(chan error, 1)
	go func() { ended <- faas.Serve(ctx, l, h, time.Minute) }()
	go gate.Tell(t, ctx)
	answers := storm.Requests(l.Addr().String(), "POST / HTTP/1.1\r\nHost: x\r\nCe-Id: 1\r\nCe-Source: /s\r\nCe-Type: t\r\nCe-Specversion: 1.0\r\nContent-Type: application/json\r\nContent-Length: 1\r\n\r\n1")
	require.Equal(t, map[int]int{200: storm.Size}, answers)
	require.NoError(t, <-ended)
}
