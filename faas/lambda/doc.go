// Package lambda runs a [faas.Handler] on AWS Lambda. This is a whole main:
//
//	func main() { lambda.Start(orderpage.New()) }
//
// It uses the runtime of aws-lambda-go. An invocation has the platform's deadline, less what the handler keeps in reserve. It ends, with
// all that it has started, before the process asks for the next one. So no work is frozen with the process and goes on in another
// invocation. The log names work that does not end. The id of the request, the function and the version are in the ctx: see
// [faas.InvocationOf]. The initialiser of the handler runs in Lambda's init phase. [Cold] reports whether an invocation is the first
// of its process.
//
// If the function ignores its ctx, three quarters of the reserve are left for the reply: 75 ms, unless [faas.Reserve] sets another
// reserve. A process with little memory has only a part of a core, and needs a longer reserve.
//
// # Failures
//
// A failure is reported with an errorType, which retries and catches of Step Functions match as a whole, and which X-Ray shows:
//
//	errorType        what has failed
//	jade.code        a panic; with its stack in stackTrace
//	jade.system      the machine, or a pool of it
//	jade.dependency  a service
//	jade.timeout     the time was up, and the function has said so itself; Lambda's own is Sandbox.Timedout, and ends the process
//	jade.canceled    a cancellation that the function failed with
//	SoldOut          class business or unknown: the name of the outermost Go type that is not of fmt, of errors or of Jade
//	jade.business    class business, of an error without such a type, as errors.New makes
//	jade.unknown     the same of class unknown
//	jade.input       the event is not what the function takes: the function was not called
//	jade.output      what the function returned cannot be written as JSON
//	jade.init        the initialiser
//
// So a state machine that retries jade.dependency and jade.system, and lets SoldOut be, needs to know no service; and an alarm on the
// log, where each failure has its class, sees what the metric Errors cannot tell apart. A function that wants another type or text fails
// with a [messages.InvokeResponse_Error], which is reported as it is.
//
// errorMessage is the text of the error, at most 4 KiB, as other runtimes have it: who may invoke the function may read it. Frames of the
// stack have the import path of the package, not the folder where the program was built.
//
// A panic in a function that Jade runs does not end the process; with aws-lambda-go alone it does. A panic outside such a function, for
// example in a MarshalJSON, still ends the process, after it was reported.
//
// # Streams
//
// With [StartStreaming] a function writes its answer piece by piece:
//
//	lambda.StartStreaming(faas.New("order-lines", lambda.Streamed(writeLines)))
//
// Its invocation goes on, with its scope and its deadline, until the last piece is read. Headers and a status come before the pieces: see
// the example of [StreamHandler].
//
// # Batches
//
// [SQS] and [Kinesis] make a handler for batches from the handler of one record, or of a whole batch:
//
//	func main() { lambda.Start(lambda.SQS(faas.New("book", book), lambda.Concurrency(4))) }
//
// A record that fails or panics fails alone, and is delivered again; so are records for which there was no time. The order of FIFO groups and
// of streams is kept. Records that cannot succeed go where [DeadLetter] puts them. The event source mapping must have ReportBatchItemFailures.
//
// # Gateways
//
// [Gateway] serves the requests of API Gateway, load balancers and Function URLs with an [http.Handler], such as that of [faas.HTTP]:
//
//	func main() { lambda.Start(lambda.Gateway("shop", faas.HTTP(orderpage.New()))) }
//
// # Logs
//
// The handler logs as package faas says, and aws-lambda-go writes each failure once more, as JSON. [lambdacontext.NewLogger] makes a
// logger in the format that Lambda is configured for; give it to the handler by [faas.Logger].
//
// # Events
//
// Types for the events of AWS's services are in package events of aws-lambda-go, and In and Out can be of them. AWS adds fields that those
// types do not have yet. So if In is, or has in it, a type of that package, unknown fields are ignored, as with [faas.AllowUnknownFields]. All
// other input is read strictly.
//
// # What it does not do
//
// It does not know which attempt of an asynchronous invocation this is, as Lambda does not say.
//
// Cost: a warm invocation takes 10 µs more than with aws-lambda-go alone, and 5 µs more for its line in the log; a process starts
// 0.2 ms later, of 4 ms. (Measured by the benchmarks of this package, on two cores that others used too.)
//
// # How to read this package
//
// lambda.go starts a handler, init.go calls its initialiser, and cold.go finds the first invocation. failure.go and stack.go report a failure, and
// stream.go streams an answer. trace.go finds the trace of an invocation or a message.
//
// sqs.go and kinesis.go are the two kinds of batches. batch.go runs the records, queue.go keeps their order, batch_settle.go decides what becomes of a
// record, and batch_log.go writes the log. gateway.go serves requests: gateway_request.go reads an event, gateway_writer.go collects the answer, and
// gateway_answer.go gives it the form of the platform.
package lambda
