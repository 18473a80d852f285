package main

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// itemPlaces is how many requests the item service works on at the same time in a rush. Others wait.
const itemPlaces = 20

// crowded is a service that works on a few requests at the same time. Like many services, it works on a request even if its caller has left. So when the wait
// in its queue is longer than callers wait, all its work is for callers that have left.
//
// An id may have a variant at its end: i-1001.17 is the item i-1001.
type crowded struct {
	http.Handler
	places chan struct{}
	closed chan struct{}

	mu     sync.Mutex
	inside int // requests that wait, or are worked on
	most   int
	calls  int
	of     map[string]int // calls, by item
}

func newCrowded(h http.Handler) *crowded {
	return &crowded{Handler: h, places: make(chan struct{}, itemPlaces), closed: make(chan struct{}), of: map[string]int{}}
}

// ServeHTTP implements [http.Handler].
func (c *crowded) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	item := r.URL.Query().Get("id")
	c.enter(item)
	defer c.leave()
	select {
	case c.places <- struct{}{}:
	case <-c.closed:
		return
	}
	defer func() { <-c.places }()
	r = r.Clone(context.WithoutCancel(r.Context()))
	item, _, _ = strings.Cut(item, ".")
	r.URL.RawQuery = url.Values{"id": {item}}.Encode()
	c.Handler.ServeHTTP(w, r)
}

func (c *crowded) enter(item string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls++
	c.of[item]++
	c.inside++
	c.most = max(c.most, c.inside)
}

func (c *crowded) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.inside--
}

// now returns how many requests are inside.
func (c *crowded) now() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.inside
}
