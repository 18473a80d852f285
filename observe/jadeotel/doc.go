// Package jadeotel reports tasks and flows to OpenTelemetry: a span for each call, and
// metrics of how long calls took and how many run at the moment. The span of a run that answers a request continues the trace of the caller.
//
//	ctx = observe.With(ctx, jadeotel.New())
//
// It is a module of its own, because the rest of Jade does not depend on OpenTelemetry. It needs only the interfaces
// of OpenTelemetry; the program chooses the SDK and the exporters.
//
// # Spans
//
//	span of                  name            parent
//	the run of a handler     the handler     the span of the caller: see Requests
//	the run of a flow        the flow        what ctx has: the span of a server, or of the node that the flow is
//	a node of a flow         the node        the run
//	a task that runs alone   the task        what ctx has
//	an element of an Each    TASK element    the node
//	an attempt               TASK attempt    the node, the element or the task; of one with a Timeout or a Retry
//
// All are of the kind internal, but for the run that answers a request. The ctx that a function gets has the span of its call, so what an
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
// # Requests
//
// Package faas and its adapters put an [observe.Request] into the ctx of an invocation. If ctx has no span of this process yet, such as that of a server or
// of a middleware, the outermost run is the entry of the request. The span of an entry has the kind server, or consumer if the trigger is pubsub. Its
// parent is the first of these that exists:
//
//   - the remote span in ctx, which a middleware has read from the headers; then jadeotel reads no headers;
//   - what the propagator finds in the headers of the request: see [Propagator];
//   - the span that X-Amzn-Trace-Id names, if it says Sampled=1. (Lambda sends Sampled=0 with each invocation of a function for which X-Ray is off. If that
//     were the parent, such functions would have no spans at all. To take such a parent too, give the X-Ray propagator to [Propagator].)
//
// Baggage of the caller is in the ctx of functions. Headers that are malformed or longer than 8 KiB are ignored. An entry that is refused before
// its function is called has a span too.
//
// If ctx has a span of this process, jadeotel reads no headers, and the span of the run is internal and a child of that span. It has the attributes
// faas.*, with which you find the request. The attributes http.* are for the span around it.
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
// The span of an entry also follows the conventions for HTTP servers. If the answer is 5xx, the status is Error, even if there is no failure or its class is
// business; error.type is the status code then. If the answer is 4xx, the status is unset, even if the class is dependency, system, timeout or unknown,
// because 4xx says that the caller has made the mistake. (The span of the failed call inside is an Error.) For a failure of class code, the status is
// always Error. If the caller has left, nobody got an answer: there is no status code, and the status is unset.
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
//	jade.gate          string   rejected calls     name of the gate that did not let the call in, or else its kind; spans around the call do not have it
//	error.type         string   status Error       the class; see Status
//	jade.error         string   other errors       the text of an error that is not the status's, at most 4 KiB
//
// If there is an [observe.Request], the outermost run also has these attributes of the conventions for functions and for HTTP servers. Texts of the
// caller are cut at 4 KiB.
//
//	name                          type     of what        what it is
//	faas.invocation_id            string   with a request the id of the request, as it is in the log
//	faas.trigger                  string   with a request http, pubsub, timer, datasource or other
//	faas.coldstart                boolean  with a request whether it is the first of the handler in this process
//	http.request.method           string   HTTP entries   one of RFC 9110, PATCH or QUERY, or of OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS; _OTHER for all else
//	http.request.method_original  string   HTTP entries   what was sent, if that is _OTHER
//	http.response.status_code     int      HTTP entries   of the answer
//	http.route                    string   HTTP entries   the pattern that has matched
//	server.address                string   HTTP entries   the name in the header Host
//	server.port                   int      HTTP entries   and the port, if it is there
//	url.path                      string   HTTP entries   of the request
//	url.scheme                    string   HTTP entries   http or https
//	user_agent.original           string   HTTP entries   the header User-Agent
//
// The query and the address of the client are left out, because they may be personal data. The name of the function is the name of the span; faas.name is
// an attribute of the resource.
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
// measured inside a sampled span may be kept by the SDK with the ids of that span, as an exemplar.
//
// These metrics of the conventions are for requests:
//
//	name                          instrument  unit         attributes
//	http.server.request.duration  histogram   s            http.request.method, http.route, url.scheme, http.response.status_code, error.type
//	faas.coldstarts               counter     {coldstart}  faas.trigger
//
// The first one is the time of the run of an HTTP entry, without reading the request and writing the answer. If a server has a span around the run, it
// measures its requests itself. If the caller has left, there is no status code, and error.type is canceled. (There is no faas.invoke_duration,
// faas.errors or faas.timeouts, because jade.run.duration has the same with the name, the outcome and the class.)
//
// # Sampling
//
// A run is sampled as a whole: the sampler is asked for the outermost call, and if that is not recorded,
// no span is started for calls inside of it, whatever a sampler would say about those. The sampler sees the name, the parent and, for a run with a request,
// the attributes of the request. Other attributes and links are added only if the span is recorded. If there is a parent, the SDK's default sampler
// follows the decision of the caller. Measurements do not depend on sampling.
//
// # What it does not do
//
// It changes no outcome: a panic of a provider, a sampler, a processor, a propagator or a function of the Request is logged by [log/slog] and has no other
// effect. A run that is refused because its ctx has ended is not observed. If a straggler returns after all calls around it have ended, only
// jade.task.stragglers shows that.
//
// Cost: beside what any observer costs, about 0.4 µs and two allocations of 64 bytes for a task in a run that is not recorded, 0.4 µs more
// with the metrics of the SDK. One that is recorded costs about 6 µs, most of it in the SDK. An entry costs
// about 2 µs, 12 allocations and 2 KB more than another run, recorded or not. (Measured by the benchmarks of this package.)
//
// # How to read this package
//
// jadeotel.go has New and the options. call.go is a call while it runs, span.go its span, and describe.go the attributes of that. links.go makes links
// between nodes, panics.go the events of panics, and verdict.go decides which failures are errors. meters.go, series.go and tally.go are the metrics.
//
// request.go is the request that a run answers, parent.go finds the trace of its caller, amazon.go reads that of AWS, http.go has the attributes of HTTP,
// and answers.go the metrics of requests. vocabulary.go has the names of attributes.
package jadeotel
