// Package jadeslog writes what goes wrong in tasks and flows to a [slog.Logger]: one
// record for each failure and one line for each run. Messages and keys are the same in
// every program, so one alert rule is enough for all. A task that succeeds writes nothing.
//
//	ctx = observe.With(ctx, jadeslog.New(slog.Default(), jadeslog.Function("order-page")))
//
// # Records
//
//	message    level  when
//	run        Info   the run of a flow has ended, however; a flow inside another one has no line
//	                  of its own, nor has a task that runs alone
//	failed     Error  a call has failed, and so has its run, or it was a task that ran alone or an effect: class
//	                  code, system, dependency, timeout or unknown
//	           Warn   class business: the author meant it, and nobody has to get up for it
//	degraded   Warn   a call has failed, and the run or the effect goes on without it: a Fallback, a Recover, a Try, an Any, a
//	                  Catch or a function has taken the failure; of an effect it is not told whether an Any has
//	           Error  class code: a fallback mends no bug
//	lost       Warn   an effect of a flow.Also was cut off or never began: its time was up, or its scope was closed
//	straggler  Warn   a call was given up because its time was up, and still runs; nothing stands in for it, and its run has
//	                  not failed of it
//	           Debug  it was given up because the run has its answer, or has failed of something else: it
//	                  has just been cancelled, and most return at once
//	returned   Info   a straggler has returned, if it was on record as one or has taken a second more
//	           Debug  any other straggler has returned
//	canceled   Info   nobody wanted the result of a task that runs alone any more
//	           Debug  the same, of a call inside another one
//	skipped    Debug  a node never started, because of a failure that is told elsewhere or because nothing needed it
//	attempt    Debug  an attempt has failed, or was given up
//
// A call that a gate has rejected is a failure of class system, and its record has the attribute gate. No other record has this attribute. So for an alert
// on services that fail, count the records without a gate. For an alert on limits that are too low, count the records with one, by gate.
//
// So an alert on level Error, or on the message failed, counted by function, task and class, sees each
// failure once. LineLevel changes the level of the run's line; nothing changes the level of a record.
//
// # One failure, one record
//
// A failure passes through many calls: an attempt, an element, a node, the run of a
// nested flow, the node that is that flow, and the run around it. The innermost task,
// element or run that fails has the record, with the number of its attempts. A call
// around it has no record if its error is or wraps that error. A node that is skipped
// because of the failure has none either. The line of the run names the task. This holds
// within one chain of calls: two nodes that fail with the same error are two failures.
//
// What a call turns into another error, without wrapping it, is a failure of its own. So is a panic with an
// error as its value, and each failure of a task that another one calls again. A call that fails because
// the time of what is around it is up has no record: the one around it has. A task that was to be started by
// itself after its deadline is a failure with the status skipped.
//
// Only at the end of a run is it known whether a failure has failed the run, or the run has gone on without the call. So the records of failures
// inside a run are written when the run ends, with the time at which the call ended. Records of effects, and of tasks that run alone, are written
// at once. What a flow does without
// ([observe.Outcome], Losses) is one record a node: of an Each with the number of elements as count, and also of a node that never began. Its
// message is degraded, and its status that of the call itself: failed, degraded or, of a call that was late, straggler.
//
// An attempt that was given up is told of by the record of its task, if that fails of it; if another attempt is made
// instead, or the task ends otherwise, while the old attempt still runs, that is a straggler. A straggler that panics in the end is
// a failure: level Error, with its stack.
//
// # Attributes
//
// In this order. An attribute without a value is left out.
//
//	key               type      of what                what it is
//	function          string    all                    the option Function
//	kind              string    all but run            of the call: run, node, element or attempt
//	run               integer   all                    id of the outermost call, unique in the process
//	flow              string    all                    that the call is part of, or that has run
//	path              string    all                    the nodes around the nested flow that the task is in, with "/" between them
//	task              string    all                    name; of a run that has failed: of the task that has
//	node              string    all                    its name in the flow, where that is another one
//	element           integer   all but run            index in a flow.Each
//	attempt           integer   attempts               1 for the first
//	attempts          integer   failed, degraded       how many have begun, if the task has a Timeout or a Retry
//	place             string    all but run            file:line where the task, the node or the flow was made
//	status            string    all                    ok, degraded, failed, canceled, skipped or straggler
//	class             string    all with an error      code, system, dependency, timeout, canceled, business or unknown
//	error             string    all with an error      its text, at most 4 KiB
//	gate              string    of a rejection         name of the gate that did not let a call in, or else its kind
//	retry_after_ms    number    of a rejection         milliseconds after which the gate may let the call in, if that is known
//	panic             string    all with a panic       the value that was passed to panic
//	stack             string    all with a panic       of the goroutine that has panicked, at most 16 KiB; of nothing but a panic
//	retries           integer   run                    attempts above the first of each call
//	degraded          strings   run                    what the run has gone on without: nodes, with their path, sorted
//	count             integer   degraded               elements that have failed of a flow.Each or a flow.SettleEach, if there are several
//	elapsed_ms        number    all                    milliseconds since the start of the call
//	deadline_left_ms  number    all with a deadline    milliseconds until the call is late or, of a run, until the end of its Timeout or of the caller's ctx, below zero after it
//
// Records are written with the ctx of the call, so that a handler finds there what it adds, such as the id of a request. To find the span of the
// call there, too, the observer that starts it comes first: observe.Tee(jadeotel.New(), jadeslog.New(logger)).
//
// # What it does not do
//
// It changes no result. If the slog handler panics, the record is lost; if it blocks, it delays what comes after that call: see [New].
//
// Cost: no record for a call that succeeds. The observer is an [observe.Selective]: it does not see a task or an element that succeeds, has
// no Timeout and no Retry, and has no call inside that is reported. Any other call costs two allocations, together less than 400 bytes.
package jadeslog
