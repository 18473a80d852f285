package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/jade-go/jade/jadetest"
)

// inMemory makes the calls of a shop without a network.
type inMemory map[string]http.Handler

func (m inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := httptest.NewRecorder()
	m[r.URL.Host].ServeHTTP(answer, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return answer.Result(), nil
}

// fakeShop is a shop whose services answer at once.
func fakeShop() *shop {
	m, urls := inMemory{}, map[string]string{}
	for _, s := range allServices() {
		s.latency = 0
		m[s.name], urls[s.name] = s.handler(faults{}), "http://"+s.name
	}
	return &shop{client: &http.Client{Transport: m}, urls: urls}
}

// Whatever happens to a call, or to two of them, the page comes in time, and degraded rather than not at all.
func TestFaults(t *testing.T) {
	jadetest.Faults(t, newOrderPage(fakeShop(), 800*time.Millisecond), order, jadetest.AnswerWithin(750*time.Millisecond),
		jadetest.MayFail("item", "address"), jadetest.MustDegrade("coins", "coupons", "freight", "inspection"),
		jadetest.Pairs()).Golden(t, "testdata/faults.md")
}
