// Package trace records what happened in a run, of a flow or of a task alone, and
// finds out which calls made the run as long as it was.
//
// A trace has a span for every call. A span has the start and the end of the
// call, its outcome, the source line that made it, the call that it was part of,
// and the calls whose data it took.
//
// A [Recorder] is a [observe.Observer]. It makes one [Trace] of each run, and
// passes it to a function when the run is over. A trace is plain data with a
// stable JSON form (docs/schema/trace.schema.json). A [History] keeps the latest
// traces, the slowest, and those of runs that failed, within a bounded memory.
//
//	runs := trace.NewHistory(20)
//	ctx = observe.With(ctx, trace.NewRecorder(runs.Add))
//
// [Trace.CriticalPath] says which calls the answer waited for. For each call it
// says how much longer the call could have taken without delaying the answer,
// and how much sooner the answer would have come if the call had taken no time.
//
// Package diagram draws traces.
package trace
