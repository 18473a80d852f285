// Package faas turns a flow, or any func(context.Context, In) (Out, error), into a handler for FaaS platforms.
//
//	handler := faas.FromFlow(newOrderPage(clients))
//	answer, err := handler.Invoke(ctx, order)
//
// Each invocation has its own scope. When it returns, nothing that it started with its ctx still runs, unless that work ignores
// the end of its ctx for longer than the grace period. So the platform may freeze the process. An invocation answers before the
// platform's deadline, with time left to degrade and to reply. Failures have a class; the log uses the same words for all
// functions, and the class decides the answer.
//
// [HTTP] serves a handler for Knative, OpenFaaS, Cloud Run and the like. Package faas/fc runs it on Alibaba Function Compute. Modules of
// their own run it on AWS Lambda (faas/lambda), on Google Cloud Functions (faas/gcf) and for CloudEvents (faas/cloudevents).
//
// # How to read this package
//
// handler.go is the value, init.go its initialiser, invoke.go one invocation: how its time is divided and how it ends. invocation.go is what a
// platform says of it, log.go how that gets into the log. json.go reads input and writes answers, strict.go looks for what nobody
// means. http.go, losses.go and problem.go are for HTTP, serve.go is a server.
package faas
