package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
)

// shop makes the calls of all pages, over HTTP. Each is an ordinary function of
// the data it needs.
type shop struct {
	client *http.Client
	urls   map[string]string // of the services, by name
	bugs   names             // calls whose own code is broken: see -panic
}

func (s *shop) item(ctx context.Context, id string) (Item, error) {
	return get[Item](ctx, s, "item", url.Values{"id": {id}})
}

func (s *shop) address(ctx context.Context, user string) (Address, error) {
	return get[Address](ctx, s, "address", url.Values{"user": {user}})
}

func (s *shop) coins(ctx context.Context, user string) (Coins, error) {
	return get[Coins](ctx, s, "coins", url.Values{"user": {user}})
}

func (s *shop) coupons(ctx context.Context, item Item, to Address) ([]Coupon, error) {
	return get[[]Coupon](ctx, s, "coupons", url.Values{"category": {item.Category}, "region": {to.Region}})
}

func (s *shop) freight(ctx context.Context, item Item, to Address) (Freight, error) {
	return get[Freight](ctx, s, "freight", url.Values{"grams": {strconv.Itoa(item.WeightGrams)}, "region": {to.Region}})
}

func (s *shop) inspection(ctx context.Context, item Item, to Address) (Inspection, error) {
	return get[Inspection](ctx, s, "inspection", url.Values{"category": {item.Category}, "city": {to.City}})
}

// get asks the named service.
func get[T any](ctx context.Context, s *shop, name string, query url.Values) (v T, err error) {
	answer := new(T)
	if err := s.fetch(ctx, s.urls[name]+"?"+query.Encode(), answer); err != nil {
		return v, err
	}
	if s.bugs[name] {
		answer = nil // -panic: the next line dereferences it
	}
	return *answer, nil
}

func (s *shop) fetch(ctx context.Context, from string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return err
	}
	response, err := s.client.Do(request)
	if err != nil {
		return why(ctx, err)
	}
	defer func() { _ = response.Body.Close() }()
	switch response.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound: // what was asked for: nobody's fault
		return recovery.Mark(recovery.ClassBusiness, StatusError(response.StatusCode))
	default:
		return StatusError(response.StatusCode)
	}
	if err := json.NewDecoder(response.Body).Decode(into); err != nil {
		return why(ctx, err)
	}
	return nil
}

// why returns the reason for a failed call: that ctx has ended, if it has,
// whatever the transport makes of that; else err, without the address in
// front, which the reader of a page has no use for.
func why(ctx context.Context, err error) error {
	if cause := future.Cause(ctx); cause != nil {
		return cause
	}
	if outer, ok := errors.AsType[*url.Error](err); ok {
		return outer.Err
	}
	return err
}

// StatusError is an HTTP status that is not 200. Its StatusCode is what tells
// recovery.Classify whose fault it is.
type StatusError int

func (e StatusError) Error() string {
	return "HTTP " + strconv.Itoa(int(e)) + " " + http.StatusText(int(e))
}

// StatusCode returns the status.
func (e StatusError) StatusCode() int { return int(e) }
