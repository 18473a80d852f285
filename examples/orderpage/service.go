package main

import (
	"encoding/json"
	"net/http"
	"time"
)

// service is one of the six that a page asks: what it knows, and how long it thinks.
type service struct {
	name    string
	latency time.Duration
	answer  answer
}

func allServices() []service {
	const ms = time.Millisecond
	return []service{
		{"item", 60 * ms, byKey[Item]("item", "id")},
		{"address", 45 * ms, byKey[Address]("address", "user")},
		{"coins", 30 * ms, byKey[Coins]("coins", "user")},
		{"coupons", 80 * ms, coupons()},
		{"freight", 50 * ms, freight()},
		{"inspection", 90 * ms, inspection()},
	}
}

// names is a set of services.
type names map[string]bool

// faults says how the services misbehave.
type faults struct {
	slow map[string]time.Duration // answer after this time
	fail names                    // answer HTTP 500
	down names                    // refuse connections
	hang names                    // accept, and never answer
}

// handler returns the service with its faults.
func (s service) handler(f faults) http.Handler {
	latency, slow := f.slow[s.name]
	if !slow {
		latency = s.latency
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var thought <-chan time.Time // nil: thinks for ever
		if !f.hang[s.name] {
			timer := time.NewTimer(latency)
			defer timer.Stop()
			thought = timer.C
		}
		select {
		case <-thought:
		case <-r.Context().Done(): // nobody listens any more
			return
		}
		if f.fail[s.name] {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		v, found := s.answer(r.URL.Query())
		if !found {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v) // fails only if the caller left
	})
}
