// Package storm tells a process to end while thousands of requests are in progress, and counts the answers that clients get.
package storm

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"os/signal"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Size is how many requests are in progress.
const Size = 3000

const patience = 60 * time.Second

// Gate is where the function of a server waits, until the process has been told to end.
type Gate struct {
	begun   chan struct{}
	release chan struct{}
}

// NewGate returns a gate for [Size] calls.
func NewGate() *Gate { return &Gate{make(chan struct{}, Size), make(chan struct{})} }

// Pass waits.
func (g *Gate) Pass() {
	g.begun <- struct{}{}
	<-g.release
}

// Tell waits until all calls are at the gate, tells this process to end by SIGTERM, and then lets the calls pass. The server's ctx is that of [Serving].
func (g *Gate) Tell(t testing.TB, told context.Context) {
	late := time.After(patience)
	for i := range Size {
		select {
		case <-g.begun:
		case <-late:
			t.Errorf("only %d of %d calls have begun", i, Size)
			close(g.release)
			return
		}
	}
	if err := syscall.Kill(syscall.Getpid(), syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	<-told.Done()
	close(g.release)
}

// Serving returns a ctx that ends when this process gets a SIGTERM.
func Serving(t testing.TB) context.Context {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	t.Cleanup(stop)
	return ctx
}

// Requests sends the same request [Size] times, each on a connection of its own, and returns the number of answers for each status. A request without an
// answer counts as status 0.
func Requests(addr, request string) map[int]int {
	var mu sync.Mutex
	statuses := map[int]int{}
	var all sync.WaitGroup
	for range Size {
		all.Go(func() {
			status := send(addr, request)
			mu.Lock()
			defer mu.Unlock()
			statuses[status]++
		})
	}
	all.Wait()
	return statuses
}

func send(addr, request string) (status int) {
	c, err := net.DialTimeout("tcp", addr, patience)
	if err != nil {
		return 0
	}
	defer c.Close()
	if c.SetDeadline(time.Now().Add(patience)) != nil {
		return 0
	}
	if _, err := io.WriteString(c, request); err != nil {
		return 0
	}
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return 0
	}
	defer r.Body.Close()
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return 0
	}
	return r.StatusCode
}
