// Package faas makes a function of a flow, or of any func(context.Context, In) (Out, error), as platforms run it.
//
//	handler := faas.FromFlow(newOrderPage(clients))
//	answer, err := handler.Invoke(ctx, order)
//
// An invocation has a scope of its own: when it returns, nothing of it runs any more, so the platform may freeze the
// process. It answers before the platform's deadline, with time left to degrade and to reply. What goes wrong is classified,
// logged in one vocabulary for all functions, and turned into one kind of answer by class.
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
