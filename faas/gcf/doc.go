// Package gcf runs a [faas.Handler] on Google Cloud Functions, with the Functions Framework for Go. A program with a main of its
// own has
//
//	func main() { gcf.Start(orderpage.New()) }
//
// If the platform makes the main, the package of the function has
//
//	func init() { gcf.Register(faas.New("greet", greet)) }
//
// Deploy the function with the name of the handler as its entry point. A request is one of [faas.HTTP], with its options: a POST with
// JSON, which the handler reads strictly. A failure is a [faas.Problem]; its class decides the status. An invocation has the platform's
// deadline, which the framework takes from CLOUD_RUN_TIMEOUT_SECONDS, less what the handler keeps in reserve.
//
// # What differs from the framework alone
//
// The initialiser runs before the process listens. So no request waits for it, and a revision whose initialiser fails takes no request.
//
// Each request has an argument of its own. (The framework's typed functions share one argument: a field that a request leaves out has
// the value from an earlier request.)
//
// On SIGTERM, [Start] accepts no more connections, and answers each request that has begun to arrive. The framework alone goes on
// accepting and drops what is under way. Slow senders are given up: see [faas.Serve].
//
// # Ids
//
// The id of a request, in the log and in a [faas.Problem], is that of the header Function-Execution-Id; else the trace id of
// X-Cloud-Trace-Context; else the execution id that the framework has made. With [faas.RequestID] it is that of another header. The
// function's ctx has those of the framework too, so [funcframework.LogWriter] and what else takes a ctx of it works as it does
// without Jade.
//
// # What it does not do
//
// Events: package faas/cloudevents has a handler for those, which can be registered as an HTTP function. Logs are those of the
// handler's logger: give it one in the format of Cloud Logging by [faas.Logger]. The framework writes an empty line to standard output and
// to standard error after each request, where K_SERVICE is set.
//
// Cost: without the network, a request takes some 17 µs more than with a function that reads and writes JSON itself, with its line in the log. (Measured by the
// benchmark of this package, on two cores that others used too.)
package gcf
