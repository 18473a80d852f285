package task

import "context"

// Starter is work that an engine runs: it has no function that could be called.
type Starter[In, Out any] interface {
	// Start begins the work with ctx. host is told how it ended, by any
	// goroutine, perhaps before Start returns. Start must not panic; it may
	// end its goroutine by runtime.Goexit once others carry on the work.
	Start(ctx context.Context, in In, host Host[Out])
}

// From makes a task of work that an engine runs, which was made at a place.
func From[In, Out any](name string, at Place, s Starter[In, Out]) Task[In, Out] {
	mustName("task.From", name)
	if s == nil {
		panic("task.From: nil Starter")
	}
	return Task[In, Out]{&definition[In, Out]{name: name, origin: &Origin{Place: at, Engine: s}, starter: s}}
}
