package main

import (
	"embed"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
)

//go:embed data
var data embed.FS

// load reads a service's data set.
func load[T any](name string) (set T) {
	text, err := data.ReadFile("data/" + name + ".json")
	if err == nil {
		err = json.Unmarshal(text, &set)
	}
	if err != nil {
		panic("data set " + name + ": " + err.Error())
	}
	return set
}

// answer is what a service knows about a query, if anything.
type answer func(query url.Values) (any, bool)

// byKey answers with the entry of the data set that the query names.
func byKey[T any](name, key string) answer {
	set := load[map[string]T](name)
	return func(query url.Values) (any, bool) {
		v, ok := set[query.Get(key)]
		return v, ok
	}
}

// coupons answers with all coupons for a category and a region.
func coupons() answer {
	type rule struct {
		Coupon
		Category, Region string // empty: any
	}
	rules := load[[]rule]("coupons")
	return func(query url.Values) (any, bool) {
		found := []Coupon{}
		for _, r := range rules {
			if (r.Category == "" || r.Category == query.Get("category")) && (r.Region == "" || r.Region == query.Get("region")) {
				found = append(found, r.Coupon)
			}
		}
		return found, true
	}
}

// freight answers with what a weight costs to a region.
func freight() answer {
	type rate struct {
		Carrier    string
		BaseCents  int `json:"base_cents"`
		CentsPerKg int `json:"cents_per_kg"`
		Days       int
	}
	rates := load[map[string]rate]("freight")
	return func(query url.Values) (any, bool) {
		r, ok := rates[query.Get("region")]
		grams, err := strconv.Atoi(query.Get("grams"))
		return Freight{Carrier: r.Carrier, Cents: r.BaseCents + r.CentsPerKg*grams/1000, Days: r.Days}, ok && err == nil
	}
}

// inspection answers with who inspects a category in a city.
func inspection() answer {
	type centre struct {
		Inspection
		Category, City string
	}
	centres := load[[]centre]("inspection")
	return func(query url.Values) (any, bool) {
		i := slices.IndexFunc(centres, func(c centre) bool {
			return c.Category == query.Get("category") && c.City == query.Get("city")
		})
		if i < 0 {
			return nil, false
		}
		return centres[i].Inspection, true
	}
}
