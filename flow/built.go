package flow

import (
	"slices"
	"sync"
	"sync/atomic"
)

// Built calls fn with each flow that is finished from now on, until stop is called: with a flow that [New] makes, and with each flow that a method such as
// [Flow.Timeout] derives from another one, which is from. For a flow of New from is nil. It is for tools that make documents from source: they call the
// functions of a program that build flows, and so find flows inside of handlers and closures too.
//
// Concurrency: fn is called by the goroutine that builds the flow, so several may call it at once. Flows may be compared with ==.
// Panics: a panic of fn is one of New.
// Cost: without a call of Built, an atomic load for each flow that is built.
func Built(fn func(made, from interface{ Graph() Graph })) (stop func()) {
	if fn == nil {
		panic("flow.Built: nil function")
	}
	b := &building{fn}
	change := func(with func(was []*building) []*building) {
		buildingMu.Lock()
		defer buildingMu.Unlock()
		var now []*building
		if was := buildings.Load(); was != nil {
			now = slices.Clone(*was)
		}
		now = with(now)
		buildings.Store(&now)
	}
	change(func(was []*building) []*building { return append(was, b) })
	return func() {
		change(func(was []*building) []*building {
			return slices.DeleteFunc(was, func(other *building) bool { return other == b })
		})
	}
}

// building is a function that Built was given.
type building struct {
	fn func(made, from interface{ Graph() Graph })
}

var (
	buildingMu sync.Mutex // held by who changes buildings
	buildings  atomic.Pointer[[]*building]
)

// tellBuilt tells who asked for it of a flow that is finished.
func tellBuilt[In, Out any](made, from *Flow[In, Out]) {
	all := buildings.Load()
	if all == nil {
		return
	}
	var was interface{ Graph() Graph }
	if from != nil {
		was = from
	}
	for _, b := range *all {
		b.fn(made, was)
	}
}
