// Package quick defines an Analyzer that finds functions given to Jade that must be quick, and wait.
//
// # Analyzer quick
//
// quick: report functions given to Jade that must be quick, and wait
//
// Jade calls some functions inline, on the goroutine that completes a value: those
// of Map, Tap, OnError of futures, flow.Map, flow.MapErr and Degraded, and those that
// make a key or a class. If one waits, it delays everything else that the
// goroutine has to do, and no limit ends it:
//
//	price := flow.Map(item, func(i Item) Price { return fetchPrice(i) }) // finding, if fetchPrice calls http.Get
//	price := flow.Step(task.New("price", fetchPrice), item)             // right
//
// A finding is one of these, in the function or in what it calls, in any package
// outside of the standard library: a receive, a send to a channel without a buffer, a select without
// default; Await, Do and all else that waits for Jade's work; a method of an interface that takes
// a ctx and returns an error; time.Sleep, WaitGroup.Wait, Cond.Wait; calls of net, net/http, database/sql, os (files)
// and os/exec. A lock is a finding only if some function of the package waits
// while it holds that lock.
//
// What the function starts on other goroutines is no finding.
package quick
