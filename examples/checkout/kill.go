package main

import (
	"net/http"
	"os"
	"path"
)

// killer is a network on which the process is killed at the worst moment of a call: the service has done it, and nobody knows.
type killer struct {
	at string // the action
	http.RoundTripper
}

func (k killer) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := k.RoundTripper.RoundTrip(r)
	if err != nil || path.Base(r.URL.Path) != k.at {
		return response, err
	}
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Kill() // SIGKILL: nothing is cleaned up
	}
	if err != nil {
		panic(err)
	}
	select {} // it comes at once
}
