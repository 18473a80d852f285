// Package perrequest defines an Analyzer that finds flows, tasks and gates that are made anew for
// each request.
//
// # Analyzer perrequest
//
// perrequest: report flows, tasks and gates that are made anew for each request
//
// Tasks and flows are made once, and run often. A flow that a handler makes is
// compiled for each request. A gate or a cache that a handler makes has no memory
// of other requests: guard.Slots(10) limits nothing then, and guard.Cache finds nothing.
//
//	func handle(w http.ResponseWriter, r *http.Request) {
//		page := flow.New("page", build) // finding
//		answer, err := page.Do(r.Context(), r.PathValue("id"))
//
// A finding is a flow, a task, a gate or a shared call that is made, straight or by a constructor, in a function
// that gets a ctx, a request or a response writer, and that is used up there: it is
// only run, or only put into something that is.
//
// What the function returns, stores, passes on or gives to a handler inside is no finding:
// it sets something up. Neither is anything in main, in what only main calls, in sync.Once, or in faas.Initialized.
package perrequest
