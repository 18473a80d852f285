package main

import (
	"net"
	"net/http"
	"sync"
)

// services is the six services at work, each on a loopback port of its own.
type services struct {
	urls    map[string]string // by service
	servers []*http.Server
	serving sync.WaitGroup
}

// open starts the services. A service that is down has an address too, where
// nobody listens.
func open(f faults) (*services, error) {
	return openWith(f, func(_ service, h http.Handler) http.Handler { return h })
}

// openWith is open with something around each service.
func openWith(f faults, around func(service, http.Handler) http.Handler) (*services, error) {
	all := &services{urls: map[string]string{}}
	var empty []net.Listener // closed last, so that no other service gets the port
	defer func() {
		for _, l := range empty {
			_ = l.Close()
		}
	}()
	for _, s := range allServices() {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			all.close()
			return nil, err
		}
		all.urls[s.name] = "http://" + l.Addr().String()
		if f.down[s.name] {
			empty = append(empty, l)
			continue
		}
		all.serve(l, around(s, s.handler(f)))
	}
	return all, nil
}

func (all *services) serve(l net.Listener, h http.Handler) {
	server := &http.Server{Handler: h}
	all.servers = append(all.servers, server)
	all.serving.Go(func() { _ = server.Serve(l) }) // until close
}

// close stops the services and drops whatever is still connected.
func (all *services) close() {
	for _, server := range all.servers {
		_ = server.Close()
	}
	all.serving.Wait()
}
