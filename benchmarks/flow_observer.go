package main

import (
	"context"
	"testing"
)

// flowObserverOff has no build without the hook to compare with. Instead both
// run the same flow without an observer: to find out that there is none costs
// something only where ctx carries values to walk along.
var flowObserverOff = row{
	name:      "flow-observer-off",
	work:      "observer not installed: the order page as a `Flow`, ctx with 10 values",
	yardstick: contender{"the same flow, ctx without values", func(b *testing.B) { pages(b, pageFlow) }},
	jade:      contender{"jade", pagesWithValues},
	budget:    budget{ratio: atMost(1.05)},
}

// valueKey is the type of the keys of those values.
type valueKey int

func pagesWithValues(b *testing.B) {
	parent := context.Background()
	for i := range 10 {
		parent = context.WithValue(parent, valueKey(i), i)
	}
	pagesFrom(b, parent, pageFlow)
}
