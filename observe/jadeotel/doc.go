// Package jadeotel reports tasks and flows to OpenTelemetry: a span for each call, and
// metrics of how long calls took and how many run at the moment.
//
//	ctx = observe.With(ctx, jadeotel.New())
//
// It is a module of its own, because the rest of Jade does not depend on OpenTelemetry. It needs only the interfaces
// of OpenTelemetry; the program chooses the SDK and the exporters.
//
// # Spans
//
//	span of                  name            parent
//	the run of a flow        the flow        what ctx has: the span of a server, or of the node that the flow is
//	a node of a flow         the node        the run
//	a task that runs alone   the task        what ctx has
//	an element of an Each    TASK element    the node
//	an attempt               TASK attempt    the node, the element or the task; of one with a Timeout or a Retry
//
// All are of the kind internal. The ctx that a function gets has the span of its call, so what an
// instrumented client does with that ctx is part of it.
//
// A span has one parent, but a node may have several that it could not start without. To those it
// has links, with the attribute jade.link: input for one whose data it takes, after for one that
// it only waits for. Several nodes that use the work of one have a link to the same span. Inputs that nobody has
// a result of, as the losers of a flow.Any, have no link.
//
// The span of a call that was given up ends then, not when the function returns. If a span of Jade's around it
// still records by that time, it has an event.
//
// A node that never starts has no span, but an event in that of its run. (If something has asked for its span while it was
// told that the node begins, as another observer may, the span is there, of no length and with the outcome skipped.)
// That is why a span begins when the ctx is first asked for something or the call ends, with the time that the call
// began at: a processor that lists live spans may not know of a call that is still silent.
//
// # Status
//
// It is Error where somebody has to act: for a call that has failed with class code, system, dependency, timeout or unknown, and one
// that was given up because it was late. The description is the text of the error.
//
// A business error leaves the status unset, as a response with status 404 does in the span of a server: the author meant it, the program works,
// and a rate of errors that counts it wakes people for goods that are sold out. It is found by jade.class and
// jade.outcome. Unset, too, is the status of what was canceled, and of what was given up only because its run had its answer or failed of
// something else.
//
// A failure that something replaced is no alarm: the status is unset and the span has an event. That holds if the call has a result that
// stands in for the failure, and if its run ends without failing: a Fallback, a Recover, a Try, an Any, a Catch or a function has taken the failure,
// or the caller has left. It holds for what an effect of a flow.Also goes on without, too. An effect that was cut off has no
// status Error either: it is counted as lost. A failure of class code is an Error all the same: a fallback mends no bug.
//
// So the span of a node that has failed ends when its run does, or the effect that it is part of, but with the time of the failure. Attempts
// are Errors when they fail.
//
// # Attributes of spans
//
// What there is nothing to say about is left out. Those that begin with jade. are
// Jade's own, the others are those of the semantic conventions, version 1.43.
//
//	name               type     of what            what it is
//	jade.kind          string   all                run, node, element or attempt
//	jade.run           int      all                id of the outermost call, unique in the process; jadeslog has it too
//	jade.flow          string   all                that the call is part of, or that runs
//	jade.path          string   all                the nodes around the nested flow, with "/" between them
//	jade.node          string   all but runs       its name in the flow
//	jade.task          string   all but runs       name of its task
//	jade.inputs        strings  nodes, runs        the nodes whose data it takes; of a run, that its answer is made of
//	jade.after         strings  nodes              the nodes that it waits for without taking their data
//	jade.attempt       int      attempts           1 for the first
//	jade.element       int      elements           index in the slice
//	jade.time_left     double   with a deadline    seconds from the start of the call to the deadline of its ctx
//	code.file.path     string   all                last folder and name of the file where the task, the node or the flow was made
//	code.line.number   int      all                and the line
//	jade.losses        strings  runs               the nodes that the answer does without, with the nodes of nested flows after theirs: rules/muted
//	jade.outcome       string   all                ok, degraded, failed, canceled, skipped or straggler
//	jade.class         string   with an error      code, system, dependency, timeout, canceled or business; also of a failure that was replaced
//	error.type         string   status Error       the class
//	jade.error         string   other errors       the text of an error that is not the status's, at most 4 KiB
//
// # Events
//
//	name            in the span of          when                          attributes
//	jade.retry      a task or an element    another attempt begins        jade.attempt: its number; jade.class: of the failure of the one before
//	jade.degraded   a call                  it ends with a result that    jade.class and jade.error, of that failure
//	                                        stands in for a failure, or its run has ended
//	                                        without failing
//	jade.straggler  a call                  it is given up, and goes on
//	jade.returned   what is around it       it returns after all          jade.kind, flow, path, node, task, attempt or element, outcome, class, error
//	jade.skipped    what is around it       a call never starts           jade.flow, path, node, task; jade.class: of the failure because of which
//	exception       a call                  a function has panicked       exception.type, exception.message, exception.stacktrace (at most 16 KiB)
//
// A panic is an exception of the innermost span only, and no error but a panic has a stack. The
// SDK keeps 128 events, links and attributes of a span at most, if it is not told otherwise.
//
// # Metrics
//
//	name                    instrument       unit       attributes                   what it is
//	jade.run.duration       histogram        s          flow, outcome, class         time from the start of a run to its answer
//	jade.run.active         up-down counter  {run}      flow                         runs that have no answer yet
//	jade.task.duration      histogram        s          flow, task, outcome, class   time that a node or a lone task took, all attempts together
//	jade.task.active        up-down counter  {call}     flow, task                   those that run and are waited for
//	jade.element.duration   histogram        s          flow, task, outcome, class   time that a task took for one element of an Each
//	jade.element.active     up-down counter  {element}  flow, task                   those that run and are waited for
//	jade.task.retries       counter          {attempt}  flow, task                   attempts that were not the first of their call
//	jade.run.losses         counter          {loss}     flow, node, class            nodes that an answer did without; of a nested flow, in that
//	jade.task.lost_effects  counter          {effect}   flow, task                   effects of a flow.Also that were cut off or never began
//	jade.task.stragglers    up-down counter  {call}     flow, task                   calls and attempts that were given up and still run
//
// The attributes are jade.flow, jade.task, jade.outcome and jade.class as in spans, and error.type of what has failed if class is not
// business. A call that is given up is measured then, one that is skipped is not. The task of a node without one is the node.
// Runs, tasks and lost nodes of the first five hundred names have series of their own; all that come later share those with
// the attribute jade.overflow. The histograms have buckets from 1 ms to 30 s, which a view of the program's can change. A value that is
// measured inside a sampled span may be kept with it as an exemplar.
//
// # Sampling
//
// A run is sampled as a whole: the sampler is asked for the outermost call, and if that is not recorded,
// no span is started for what is inside of it, whatever a sampler would say of that. It sees name and parent; attributes and links are
// added to what is recorded. Measurements do not depend on it.
//
// # What it does not do
//
// It decides no outcome: a panic of a provider, a sampler or a processor is logged by [log/slog] and otherwise of no consequence. A run that
// is refused because its ctx has ended is not observed. What a straggler returns when all around it is over is seen in jade.task.stragglers only.
//
// Cost: beside what any observer costs, about 0.4 µs and two allocations of 64 bytes for a task in a run that is not recorded, 0.4 µs more
// with the metrics of the SDK. One that is recorded costs about 6 µs, most of it in the SDK. (Measured by the benchmark of this package.)
package jadeotel
