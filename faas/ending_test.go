package faas_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
)

// ending serves h until end is called, which returns when the server has ended.
func ending(t *testing.T, h http.Handler) (addr string, tell func(), ended chan error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, tell := context.WithCancel(t.Context())
	ended = make(chan error, 1)
	go func() { ended <- faas.Serve(ctx, l, h, 20*time.Second) }()
	return l.Addr().String(), tell, ended
}

func refuses(t *testing.T, addr string) {
	t.Helper()
	require.Eventually(t, func() bool {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			_ = conn.Close()
		}
		return err != nil
	}, 20*time.Second, time.Millisecond)
}

// A request whose first bytes are there when the server is told to end is answered.
func TestServe_endsWhileARequestArrives(t *testing.T) {
	addr, tell, ended := ending(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	conn, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	_, err = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n")
	require.NoError(t, err)
	tell()
	refuses(t, addr)
	_, err = io.WriteString(conn, "\r\n")
	require.NoError(t, err)
	r, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	require.Equal(t, 200, r.StatusCode)
	require.True(t, r.Close, "the connection ends with it")
	require.NoError(t, <-ended)
}

// A connection that has been used may have a request on the way: it is answered, and ends the connection.
func TestServe_endsWithIdleConnections(t *testing.T) {
	addr, tell, ended := ending(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	conn, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	answers := bufio.NewReader(conn)
	for _, last := range []bool{false, true} {
		if last {
			tell()
		}
		_, err = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		require.NoError(t, err)
		r, err := http.ReadResponse(answers, nil)
		require.NoError(t, err)
		require.False(t, r.Close && !last)
	}
	require.NoError(t, <-ended)
}

// Of clients that have connected when the server is told to end, each is answered, whether its connection has been accepted or not, and
// whether its request is there or not.
func TestServe_endsUnderLoad(t *testing.T) {
	const n = 300
	var handled atomic.Int64
	addr, tell, ended := ending(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { handled.Add(1) }))
	var connected, clients sync.WaitGroup
	connected.Add(n)
	for range n {
		clients.Go(func() {
			conn, err := net.Dial("tcp", addr)
			connected.Done()
			if !assert.NoError(t, err) {
				return
			}
			defer conn.Close()
			assert.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
			_, err = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n")
			assert.NoError(t, err)
			connected.Wait()
			tell()
			_, err = io.WriteString(conn, "\r\n")
			assert.NoError(t, err)
			r, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if assert.NoError(t, err) {
				assert.Equal(t, 200, r.StatusCode)
			}
		})
	}
	clients.Wait()
	require.NoError(t, <-ended)
	require.EqualValues(t, n, handled.Load())
}

// busy is a listener that accepts nobody until the test says so, and then fails a few times first.
type busy struct {
	*net.TCPListener
	told  chan struct{} // a deadline has been set
	ready chan struct{}
	fails atomic.Int32
}

func (l *busy) SetDeadline(until time.Time) error {
	select {
	case l.told <- struct{}{}:
	default:
	}
	return l.TCPListener.SetDeadline(until)
}

func (l *busy) Accept() (net.Conn, error) {
	<-l.ready
	if l.fails.Add(-1) >= 0 {
		return nil, &net.OpError{Op: "accept", Net: "tcp", Err: os.NewSyscallError("accept", syscall.EMFILE)}
	}
	return l.TCPListener.Accept()
}

// Who waits to be accepted when the server is told to end is answered, although there are too many open files for a moment.
func TestServe_endsWithTooManyOpenFiles(t *testing.T) {
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	l := &busy{TCPListener: tcp.(*net.TCPListener), told: make(chan struct{}, 1), ready: make(chan struct{})}
	l.fails.Store(3)
	ctx, tell := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- faas.Serve(ctx, l, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), 20*time.Second)
	}()
	conn, err := net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	_, err = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	require.NoError(t, err)
	tell()
	<-l.told
	close(l.ready)
	r, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	require.Equal(t, 200, r.StatusCode)
	require.NoError(t, <-ended)
}

// piped is a listener of connections in memory.
type piped struct {
	conns chan net.Conn
	over  sync.Once
}

func (l *piped) Accept() (net.Conn, error) {
	if c, ok := <-l.conns; ok {
		return c, nil
	}
	return nil, net.ErrClosed
}

func (l *piped) Close() error   { l.over.Do(func() { close(l.conns) }); return nil }
func (l *piped) Addr() net.Addr { return &net.TCPAddr{} }

// Whoever sends requests decides when an idle connection ends: if the server did, a request could be on the way.
func TestServe_keepsIdleConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, tell := context.WithCancel(t.Context())
		l := &piped{conns: make(chan net.Conn)}
		ended := make(chan error, 1)
		go func() {
			ended <- faas.Serve(ctx, l, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), time.Second)
		}()
		conn, served := net.Pipe()
		l.conns <- served
		answers := bufio.NewReader(conn)
		for range 3 {
			_, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
			require.NoError(t, err)
			r, err := http.ReadResponse(answers, nil)
			require.NoError(t, err)
			require.Equal(t, 200, r.StatusCode)
			time.Sleep(time.Hour)
		}
		require.NoError(t, conn.Close())
		tell()
		require.NoError(t, <-ended)
	})
}
