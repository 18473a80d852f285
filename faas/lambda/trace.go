package lambda

import (
	"context"
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

// xray is the header of X-Ray. Lambda sends the trace of an invocation in it.
const xray = "X-Amzn-Trace-Id"

// traceOf returns the function Header of an [observe.Request] for an invocation. It reads the ctx key of aws-lambda-go.
func traceOf(ctx context.Context) func(string) string {
	trace, _ := ctx.Value("x-amzn-trace-id").(string)
	return func(name string) string {
		if strings.EqualFold(name, xray) {
			return trace
		}
		return ""
	}
}

// traceOfMessage returns the function Header of an [observe.Request] for a message. SQS keeps the trace of X-Ray in a system attribute. Senders put other
// traces into message attributes with the name of the header.
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
