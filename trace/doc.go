// Package trace records what happened in a run: every call with its start and
// end, its attempts, its outcome, the source line that made it, what it was part
// of and whose data it took; and finds out what made the run as long as it was.
//
// A [Recorder] is a [observe.Observer]. It makes one [Trace] of each run, which is
// plain data with a stable JSON form (docs/schema/trace.schema.json), and hands it
// to a function when the run is over. A [History] keeps the latest of them, the
// slowest and those that failed, within a bounded memory.
//
//	runs := trace.NewHistory(20)
//	ctx = observe.With(ctx, trace.NewRecorder(runs.Add))
//
// [Trace.CriticalPath] says which calls the answer waited for, how much longer
// each call could have taken without delaying the answer, and how much sooner the answer
// would have been there had a call taken no time.
//
// Package diagram draws traces.
package trace
