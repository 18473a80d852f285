// Package durable runs a flow on an engine that survives a crash, such as a journal or a workflow engine. What crosses the wire between
// such an engine and a flow is JSON: the values of the calls, and the errors that they fail with. [Check] reports the types of a flow that JSON would
// change. [EncodeError] keeps what a program asks of an error; [RegisterError] and [RegisterSentinel] add a program's own errors.
package durable
