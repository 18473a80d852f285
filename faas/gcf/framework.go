package gcf

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/GoogleCloudPlatform/functions-framework-go/funcframework"
)

// The framework hands its handler of all that is registered to a server of its own only, and that can neither be stopped nor has limits.
// So it runs for one request, which asks for the server, on an address that nobody else knows.

// asking is for the request that asks for the server; nil when there is none.
var asking atomic.Pointer[question]

type question struct {
	secret string
	server chan *http.Server // has room for one
}

const secretHeader = "Jade-Gcf-Server"

// answered reports whether a request is the one that asks for its server.
func answered(r *http.Request) bool {
	q := asking.Load()
	if q == nil || r.Header.Get(secretHeader) != q.secret {
		return false
	}
	if server, ok := r.Context().Value(http.ServerContextKey).(*http.Server); ok {
		q.server <- server
	}
	return true
}

// registered are the names that [Register] was called with.
var registered sync.Map

// pathOfOurs is a path that the framework serves a function of this package at. Where the target is another function, there is none.
func pathOfOurs() (path string, ok bool) {
	target := os.Getenv("FUNCTION_TARGET")
	if target != "" {
		_, ok = registered.Load(target)
		return "/", ok
	}
	for name := range registered.Range {
		return "/" + name.(string), true
	}
	return "", false
}

// How long the framework may take to serve the one request, and how often to try: somebody else may take the port before it does.
const (
	toAsk = 5 * time.Second
	tries = 3
)

// frameworkHandler returns the framework's handler, which serves a function of this package at path.
func frameworkHandler(path string) (handler http.Handler, err error) {
	for range tries {
		if handler, err = askFramework(path); err == nil {
			break
		}
	}
	return handler, err
}

func askFramework(path string) (http.Handler, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- funcframework.StartHostPort("127.0.0.1", port) }() // until its server is closed, below
	q := &question{rand.Text(), make(chan *http.Server, 1)}
	asking.Store(q)
	defer asking.Store(nil)
	request, err := http.NewRequest(http.MethodGet, "http://"+net.JoinHostPort("127.0.0.1", port)+path, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set(secretHeader, q.secret)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Second} // and no proxy
	until := time.Now().Add(toAsk)
	for {
		response, err := client.Do(request)
		if err == nil {
			_ = response.Body.Close()
		}
		select {
		case server := <-q.server:
			_ = server.Close()
			<-ended
			return server.Handler, nil
		case err := <-ended:
			return nil, err
		case <-time.After(time.Millisecond):
		}
		if time.Now().After(until) {
			return nil, fmt.Errorf("the framework does not answer: %w", errors.Join(err, errNoServer))
		}
	}
}

var errNoServer = errors.New("no request of it has a server")

// freePort returns a port of 127.0.0.1 that is free, as yet.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, errors.Join(err, l.Close())
}
