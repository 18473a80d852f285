package lambda

import (
	"context"
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

// xray is the header of X-Ray, in which Lambda tells the trace of an invocation.
const xray = "X-Amzn-Trace-Id"

// traceOf returns the trace of an invocation, as [observe.Request] has it. The key of the ctx is that of aws-lambda-go.
func traceOf(ctx context.Context) func(string) string {
	trace, _ := ctx.Value("x-amzn-trace-id").(string)
	return func(name string) string {
		if strings.EqualFold(name, xray) {
			return trace
		}
		return ""
	}
}

// traceOfMessage returns the trace that a message has been sent with: SQS keeps that of X-Ray in an attribute of its own. Senders put others into
// attributes of the message, by the name of the header.
func traceOfMessage(m events.SQSMessage) func(string) string {
	return func(name string) string {
		if strings.EqualFold(name, xray) {
			return m.Attributes["AWSTraceHeader"]
		}
		for attribute, value := range m.MessageAttributes {
			if strings.EqualFold(attribute, name) && value.StringValue != nil {
				return *value.StringValue
			}
		}
		return ""
	}
}
