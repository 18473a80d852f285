// Package cloudevents runs a [faas.Handler] for CloudEvents: the data of an event is the input, and the answer is an event.
//
//	handler := cloudevents.HTTP(orderpage.New(), cloudevents.Type("order.page"), cloudevents.Limit(time.Second))
//
// is an [http.Handler], for Knative, Eventarc and whoever else delivers events by HTTP; serve it by [faas.Serve]. With a client of the SDK for Go, and
// a protocol that takes answers, it is
//
//	return client.StartReceiver(ctx, cloudevents.Receiver(handler, cloudevents.Type("order.page")))
//
// and with one that does not, as those of Kafka, of NATS and of Pub/Sub:
//
//	return kafka.StartReceiver(ctx, cloudevents.Consumer(handler))
//
// Over HTTP, [HTTP] is to be preferred: the SDK's server has no limit for bodies, answers a batch with 500, which senders may try again, and ends the
// process when a malformed event makes its reader panic, as "data_base64":7 does in version 2.16.2. It neither decodes nor encodes the
// attributes in headers. [Middleware] does that for it.
//
// # Events
//
// Binary and structured mode are taken. In binary mode, attributes are percent-encoded, those of answers too: see [Middleware]. The data has to be JSON, by its content type too, and is read as strictly as [faas.Handler.InvokeJSON] says.
// The id of the invocation, in the log and in a [faas.Problem], is the id of the event, an @ and its source. [EventOf] has the rest. An event is
// delivered at least once by most brokers: a function with effects has to bear that.
//
// A sender that asks for permission first, by the handshake of web hooks, gets it: Azure Event Grid does not subscribe without.
//
// # Answers
//
// An answer has a type, a source and a subject: see [Type], [Source] and [Subject]. Its id is made of the event's source and id and of its own
// type, so an event that is delivered again has an answer with the same id, which who receives both may take for one. The
// extension causationid is the id of the event; correlationid, partitionkey, traceparent and tracestate are those of the event, if it has
// them.
//
// # Failures
//
// A failure that another delivery would repeat is acknowledged; all else is not, and so is delivered again, as often as the broker is
// configured for: see [Final] and [Ack].
//
//	                                    acknowledged   HTTP status
//	the data is not In                  yes            400, or see AckStatus
//	class business                      yes            422, or see AckStatus
//	class dependency                    no             502
//	class timeout                       no             504
//	class system or canceled            no             503
//	the initialiser has failed          no             503
//	class code or unknown               no             500
//
// A failure by a bug is not acknowledged, so that no event is lost because of a bug. But if the bug appears with each delivery of the event, the event comes
// back until the bug is mended. So a broker should limit deliveries, and have a place for dead letters. (The SDK's own client does not try again on 500.
// Knative and Pub/Sub do.)
//
// The handler logs each failure. Senders get only its class, and the text of a method Public() string.
//
// # What it does not do
//
// Batches, and events in XML or Protocol Buffers. It keeps no record of the events that it has seen.
//
// Cost: without the network, an event takes 19 µs more than with the SDK and a bare function, with its line in the log. (Measured by the benchmark of this
// package, on two cores that others used too.)
//
// # How to read this package
//
// http.go and receiver.go are the two ways to get events, middleware.go has what the SDK lacks for HTTP, and percent.go encodes attributes. event.go has
// the id of an event, trace.go its trace, and failure.go decides what is acknowledged. options.go has the options.
package cloudevents
