//go:build unix

package fc_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/fc"
	"github.com/jade-go/jade/internal/storm"
)

func gated(gate *storm.Gate) *faas.Handler[int, int] {
	return faas.New("price", func(context.Context, int) (int, error) { gate.Pass(); return 2, nil }, faas.Logger(slog.New(slog.DiscardHandler)))
}

// Three thousand invocations are in progress when the process is told to end. Each is answered.
func TestCustom_storm(t *testing.T) {
	gate, ctx := storm.NewGate(), storm.Serving(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() { ended <- faas.Serve(ctx, l, fc.Custom(gated(gate), fc.Console(io.Discard)), time.Minute) }()
	go gate.Tell(t, ctx)
	answers := storm.Requests(l.Addr().String(), "POST /invoke HTTP/1.1\r\nHost: x\r\nX-Fc-Request-Id: r\r\nContent-Length: 1\r\n\r\n1")
	require.Equal(t, map[int]int{200: storm.Size}, answers)
	require.NoError(t, <-ended)
}

func TestRun_storm(t *testing.T) {
	gate, ctx := storm.NewGate(), storm.Serving(t)
	p := newPlatform(t)
	ended := make(chan error, 1)
	go func() { ended <- fc.Run(ctx, gated(gate), fc.API(p.hostPort()), fc.Console(io.Discard)) }()
	go gate.Tell(t, ctx)
	var all sync.WaitGroup
	var answered atomic.Int64
	for i := range storm.Size {
		all.Go(func() {
			if a := p.invoke(fmt.Sprint("r-", i), "1", time.Minute); a.what == "response" && a.body == "2" {
				answered.Add(1)
			}
		})
	}
	all.Wait()
	require.EqualValues(t, storm.Size, answered.Load())
	require.NoError(t, <-ended)
}
