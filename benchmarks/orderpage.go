package main

import "context"

// The order page: item, address and coins at once; coupons, freight and
// inspection as soon as item and address are there. The calls do nothing, so
// that only their orchestration is measured, and all are required.

type item struct {
	id    string
	price int
}

type address struct{ user, city string }

type page struct {
	item       item
	address    address
	coins      int
	coupons    int
	freight    int
	inspection bool
}

const (
	orderItem = "tea"
	orderUser = "mei"
)

var wantPage = page{
	item:       item{orderItem, 1200},
	address:    address{orderUser, "Hangzhou"},
	coins:      3,
	coupons:    2,
	freight:    1208,
	inspection: true,
}

func fetchItem(_ context.Context, id string) (item, error) {
	return item{id, 1200}, nil
}

func fetchAddress(_ context.Context, user string) (address, error) {
	return address{user, "Hangzhou"}, nil
}

func fetchCoins(_ context.Context, user string) (int, error) {
	return len(user), nil
}

// A couponsFunc is fetchCoupons, or what protects it.
type couponsFunc func(context.Context, item, address) (int, error)

func fetchCoupons(_ context.Context, it item, at address) (int, error) {
	return len(at.user) + len(it.id) - 4, nil
}

func fetchFreight(_ context.Context, it item, at address) (int, error) {
	return it.price + len(at.city), nil
}

func fetchInspection(_ context.Context, it item, at address) (bool, error) {
	return it.price > len(at.city), nil
}
