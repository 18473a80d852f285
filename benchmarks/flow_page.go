package main

import "testing"

var flowPage = row{
	name:      "flow-page",
	work:      "order page as a `Flow`, cancellable ctx",
	yardstick: contender{"errgroup by hand", func(b *testing.B) { pages(b, pageErrgroup) }},
	jade:      contender{"jade", func(b *testing.B) { pages(b, pageFlow) }},
	others: []contender{
		{"conc", func(b *testing.B) { pages(b, pageConc) }},
		{"eino", pagesEino},
		{"dag", pagesDAG},
	},
	budget: budget{ratio: atMost(0.5), allocs: atMost(3)},
}

// A request is the input of those order pages that are graphs: they are built
// before there is one.
type request struct{ item, user string }

var order = request{orderItem, orderUser}

func itemOf(r request) string { return r.item }

func userOf(r request) string { return r.user }

// render is the last node of those graphs.
func render(it item, at address, coins, coupons, freight int, inspection bool) page {
	return page{it, at, coins, coupons, freight, inspection}
}
