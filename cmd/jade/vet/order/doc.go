// Package order defines an Analyzer that finds policies of tasks, and limits of flows, that cannot
// act as they are written.
//
// # Analyzer order
//
// order: report policies that never act because of the order in which they are written
//
// Policies apply in the order in which they are written, from inner to outer. A
// Fallback replaces the failures of what is inside of it, so what is written after
// it sees no failure:
//
//	t.Fallback(v).Timeout(time.Second) // finding: a late call fails, and v does not replace that
//	t.Timeout(time.Second).Fallback(v) // right
//
// Findings are, after a Fallback: a Timeout or a Gate without a further Fallback or Recover;
// a Retry, an OnError, a Recover or a Fallback for which no failure is left. So is a Timeout
// inside of a shorter one, and a Timeout right around a shorter one.
//
// In a flow with a constant limit, a finding is a task with a constant limit that
// is longer, and so never acts, unless the task is used elsewhere too; and tasks that need each other's
// results and whose limits are together longer than the flow's. Tasks whose
// failure is replaced do not count there: at the limit, a Fallback acts.
package order
