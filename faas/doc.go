// Package faas turns a flow, or any func(context.Context, In) (Out, error), into a handler for FaaS platforms.
//
//	handler := faas.FromFlow(newOrderPage(clients))
//	answer, err := handler.Invoke(ctx, order)
//
// Each invocation has its own scope. When the invocation returns, nothing that it started with its ctx still runs. The exception is
// work that ignores the end of its ctx for longer than the grace period: the log names it. So the platform may freeze the process
// between invocations. An invocation answers before the platform's deadline, with time left to degrade and to reply. Each failure
// has a class, which decides the answer. The log uses the same words for all functions.
//
// [HTTP] serves a handler for Knative, OpenFaaS, Cloud Run and the like. Package faas/fc runs it on Alibaba Function Compute. Separate
// modules run it on AWS Lambda (faas/lambda), on Google Cloud Functions (faas/gcf) and for CloudEvents (faas/cloudevents).
//
// # How to read this package
//
// handler.go has the handler, init.go its initialiser. exchange.go is one invocation, in the goroutine that guards the caller from what
// users have written. invoke.go divides its time and ends it. inflight.go limits how many invocations are in progress. held.go keeps the end of a run
// until its answer is written, tame.go guards the methods of errors, and refuse.go reports invocations that never reach the function. invocation.go is
// what a platform says about an invocation, and log.go writes that to the log.
//
// json.go reads input and writes answers. strict.go rejects what is probably a mistake in the input, with what shape.go knows of its type. lenient.go allows
// unknown fields in the event types of a platform.
//
// http.go is a handler behind HTTP. http_request.go finds the id, the key and the trace of a request, http_input.go reads fields from path and query,
// and http_body.go reads the body. http_reply.go writes an answer, problem.go the answer to a failure, and losses.go says what an answer lacks.
// serve.go is a server, and probes.go has its probes. acceptor.go and ending.go end it without losing a request.
package faas
