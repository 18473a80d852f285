package main

import (
	"context"
	"time"
)

// handler gathers the page of an order.
type handler func(ctx context.Context, order Order) (Page, error)

// styles are the ways in which the page is written, each with the limit of a page. Their answers are the same.
var styles = map[string]func(s *shop, limit time.Duration) handler{"flow": byFlow, "futures": byFutures}

// Order is what the page is asked for.
type Order struct {
	ID   string
	Item string
	User string
}

func (o Order) item() string { return o.Item }

func (o Order) user() string { return o.User }

// Page is the answer.
type Page struct {
	Order      string       `json:"order"`
	Item       Item         `json:"item"`
	Address    Address      `json:"address"`
	Coins      Coins        `json:"coins"`
	Coupons    []Coupon     `json:"coupons"`
	Freight    Freight      `json:"freight"`
	Inspection Inspection   `json:"inspection"`
	Degraded   []*PartError `json:"degraded"` // the parts that are fallbacks, in the order of the page
}

type Item struct {
	ID          string `json:"id"`
	Title       string `json:"title"`
	Category    string `json:"category"`
	PriceCents  int    `json:"price_cents"`
	WeightGrams int    `json:"weight_grams"`
}

type Address struct {
	Name   string `json:"name"`
	Street string `json:"street"`
	City   string `json:"city"`
	Region string `json:"region"`
}

type Coins struct {
	Balance int `json:"balance"`
}

type Coupon struct {
	Code     string `json:"code"`
	Title    string `json:"title"`
	OffCents int    `json:"off_cents"`
}

type Freight struct {
	Carrier string `json:"carrier"`
	Cents   int    `json:"cents"`
	Days    int    `json:"days"`
}

type Inspection struct {
	Centre string   `json:"centre"`
	Checks []string `json:"checks"`
	Days   int      `json:"days"`
}

// What the page shows where a part cannot be had. They are shared by all pages,
// and nobody changes them.
var (
	noCoins      = Coins{}
	noCoupons    = []Coupon{}
	flatFreight  = Freight{Carrier: "flat rate", Cents: 1500, Days: 7}
	noInspection = Inspection{Centre: "not inspected", Checks: []string{}}
)
