// Package fc runs a [faas.Handler] on Alibaba Function Compute, by its runtime interface: a main is
//
//	func main() { fc.Start(faas.FromFlow(newOrderPage(clients))) }
//
// The runtime asks the platform for invocations and answers each on its own, so an instance may have as many at once as it is
// configured for. An invocation has the platform's deadline, less what the handler keeps in reserve, and is over,
// with all that it has started, before its answer is sent. The initialiser of the handler runs in the platform's initialise phase.
//
// [Custom] is for custom runtimes, which are HTTP servers, and [Web] for functions behind an HTTP trigger.
//
// A failure is sent to the platform with its text, which whoever invokes the function synchronously is shown; see [Opaque]. The stack
// is sent for a panic only. Credentials that the platform hands out are in the ctx (see [CredentialsOf]), and in no log.
//
// What it does not do: the HTTP functions of the platform's older generation, and its tracing headers.
//
// # How to read this package
//
// start.go is what a main calls, runtime.go the loop, invocation.go what the platform says of one, errors.go how a failure is
// told. custom.go and web.go are the other two ways to be deployed.
package fc
