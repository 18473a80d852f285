package realerrors

import (
	"context"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"

	recovery "github.com/jade-go/jade/recover"
)

func TestGRPC(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	byName := map[string]codes.Code{}
	for c := codes.Canceled; c <= codes.Unauthenticated; c++ {
		byName[c.String()] = c
	}
	s := grpc.NewServer(grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error {
		method, _ := grpc.MethodFromServerStream(stream)
		name := method[strings.LastIndexByte(method, '/')+1:]
		if name == "Hang" {
			<-stream.Context().Done()
			return status.FromContextError(stream.Context().Err()).Err()
		}
		return status.Error(byName[name], "as asked")
	}))
	go func() { _ = s.Serve(l) }()
	t.Cleanup(s.Stop)
	dial := func(address string) *grpc.ClientConn {
		c, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
		require.NoError(t, err)
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
	c := dial(l.Addr().String())
	call := func(ctx context.Context, c *grpc.ClientConn, name string) error {
		return c.Invoke(ctx, "/shop.Shop/"+name, &emptypb.Empty{}, &emptypb.Empty{})
	}
	rows := []row{
		{"a server that is down", recovery.ClassDependency, true, func(ctx context.Context) error { return call(ctx, dial(address(freePort(t))), "x") }},
		{"a deadline of ctx", recovery.ClassTimeout, true, func(ctx context.Context) error { return call(soon(ctx), c, "Hang") }},
		{"a closed connection", recovery.ClassDependency, true, func(ctx context.Context) error {
			closed := dial(l.Addr().String())
			require.NoError(t, closed.Close())
			return call(ctx, closed, "x")
		}},
	}
	for name, code := range byName {
		r := row{name, recovery.ClassUnknown, false, func(ctx context.Context) error { return call(ctx, c, name) }}
		switch code {
		case codes.DeadlineExceeded:
			r.class, r.again = recovery.ClassTimeout, true
		case codes.ResourceExhausted:
			r.class, r.again = recovery.ClassSystem, true
		case codes.Canceled, codes.Unknown, codes.Aborted, codes.Unimplemented, codes.Internal, codes.Unavailable, codes.DataLoss: // of the other side: our ctx lives
			r.class, r.again = recovery.ClassDependency, true
		}
		rows = append(rows, r)
	}
	check(t, rows)
	t.Run("we have left", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := call(ctx, c, "x")
		require.Equal(t, recovery.ClassCanceled, recovery.ClassifyIn(ctx, err), "%v", err)
	})
}
