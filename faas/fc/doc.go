// Package fc runs a [faas.Handler] on Alibaba Function Compute, through its runtime interface. This is a whole main:
//
//	func main() { fc.Start(faas.FromFlow(newOrderPage(clients))) }
//
// The runtime asks the platform for invocations and answers each on its own. So an instance may have as many at once as it is
// configured for. An invocation has the platform's deadline, less what the handler keeps in reserve. It ends, with all that it
// has started, before its answer is sent. The initialiser of the handler runs in the platform's initialise phase.
//
// The deadline is the header x-fc-function-deadline. If that is missing or makes no sense, as its value is more than 24 hours away, it is
// x-fc-function-timeout after the invocation began, or x-fc-initialization-timeout in the initialise phase. Without both there is no deadline.
// An invocation without an id gets one. When the process is told to end, it stops asking; an invocation whose headers have begun to
// arrive is read and answered.
//
// [Custom] is for custom runtimes, which are HTTP servers, and [Web] for functions behind an HTTP trigger.
//
// The runtime sends a failure to the platform with its text. The platform shows it to callers that invoke the function synchronously:
// see [Opaque]. It sends a stack only for a panic. Credentials from the platform are in the ctx (see [CredentialsOf]), and in no log,
// even if a value that holds them is printed.
//
// Input with an [Event] in it may have fields that this package does not know, as the platform adds some. All other input is read strictly.
//
// What it does not do: the HTTP functions of the platform's older generation, and its tracing headers.
//
// # How to read this package
//
// start.go is what a main calls, runtime.go is the loop, next.go asks for invocations, and send.go sends answers. invocation.go,
// deadline.go and credentials.go are what the platform says of an invocation, and errors.go reports a failure. custom.go, and web.go with
// cookies.go, are the other two ways to deploy a handler.
package fc
