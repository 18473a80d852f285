package observe

import "context"

// Begin tells the observer of ctx, if there is one, that a call begins, and
// returns the ctx for the call and the function to call when it ends, which is never nil.
// Tasks and flows report themselves; Begin is for other code that wants to be seen as a call of its own.
//
// Run, Flow, Node and Path, where they are empty, are taken from the call that ctx belongs to,
// Start and Deadline from the clock and from ctx.
// Panics: those of the observer are logged, here and in the function.
func Begin(ctx context.Context, c Call) (context.Context, func(Outcome)) {
	o := From(ctx)
	if o == nil {
		return ctx, func(Outcome) {}
	}
	s := &ownCall{about: c}
	return s.Open(ctx, o), s.c.tell
}
