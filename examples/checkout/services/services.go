package services

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Actions are what the services do, each with its service. The last three undo others.
var Actions = []struct{ Name, Service string }{
	{"reserve", "stock"}, {"check", "fraud"}, {"charge", "payments"}, {"ship", "shipping"}, {"mail", "post"},
	{"recall", "shipping"}, {"refund", "payments"}, {"release", "stock"},
}

// Faults say how the services misbehave.
type Faults struct {
	Refuse string        // they refuse this action
	Think  time.Duration // so long before they do anything
}

// Services are the five services at work, each on a loopback port of its own.
type Services struct {
	URLs    map[string]string // by action
	servers []*http.Server
	serving sync.WaitGroup
}

// Open starts the services.
func Open(books *Books, f Faults) (*Services, error) {
	all := &Services{URLs: map[string]string{}}
	at := map[string]string{}
	for _, a := range Actions {
		if at[a.Service] == "" {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				all.Close()
				return nil, err
			}
			at[a.Service] = "http://" + l.Addr().String()
			server := &http.Server{Handler: handler(a.Service, books, f)}
			all.servers = append(all.servers, server)
			all.serving.Go(func() { _ = server.Serve(l) }) // until Close
		}
		all.URLs[a.Name] = at[a.Service] + "/" + a.Name
	}
	return all, nil
}

// Close stops the services and drops whatever is still connected.
func (all *Services) Close() {
	for _, server := range all.servers {
		_ = server.Close()
	}
	all.serving.Wait()
}

// request is what the services read of any order and receipt.
type request struct {
	ID    string `json:"id"`
	Order string `json:"order"` // of a receipt
	Cents int    `json:"cents"`
}

// answer is what they answer.
type answer struct {
	Number  string `json:"number,omitempty"`
	Cents   int    `json:"cents,omitempty"`
	Percent int    `json:"percent,omitempty"`
}

// handler is a service. It does what it is asked for once for each key.
func handler(service string, books *Books, f Faults) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		action := r.URL.Path[1:]
		key := r.Header.Get("Idempotency-Key")
		var in request
		err := json.NewDecoder(r.Body).Decode(&in)
		if err != nil || key == "" || !slices.Contains(Actions, struct{ Name, Service string }{action, service}) {
			http.Error(w, "want a POST of JSON with an Idempotency-Key", http.StatusBadRequest)
			return
		}
		if in.Order != "" {
			in.ID = in.Order
		}
		select {
		case <-time.After(f.Think):
		case <-r.Context().Done(): // nobody listens any more
			return
		}
		if f.Refuse == action {
			if err := books.refuse(Event{Service: service, Action: action, Order: in.ID}); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			http.Error(w, service+" says no", http.StatusUnprocessableEntity)
			return
		}
		e, err := books.enter(key, func(number int) Entry { return do(service, action, key, in, number) })
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(e.Answer) // fails only if the caller left
	})
}

// do is what an action comes to. Number says how often the service has done it.
func do(service, action, key string, in request, number int) Entry {
	e := Entry{Key: key, Service: service, Action: action, Order: in.ID}
	a := answer{Number: fmt.Sprintf("%s-%d", action, 1000+number)}
	switch action {
	case "check":
		a = answer{Percent: min(99, in.Cents/10_000)}
	case "charge":
		e.Cents, a.Cents = in.Cents, in.Cents
	case "refund":
		e.Cents = -in.Cents
	}
	e.Answer, _ = json.Marshal(a) // it has no value that JSON does not
	return e
}
