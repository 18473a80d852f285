package lambda_test

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	awslambda "github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/lambda"
)

// taking is a handler whose function takes an In.
func taking[In any]() awslambda.Handler {
	return lambda.Handler(faas.New("takes", func(context.Context, In) (string, error) { return "taken", nil }, quiet))
}

type nested struct {
	Tenant string                         `json:"tenant"`
	Events []map[string]*events.SNSEntity `json:"events"`
}

type list struct {
	events.S3Event

	Next *list `json:"next"`
}

// AWS adds fields to its events. What is not of AWS is read strictly.
func TestHandler_eventsOfAWS(t *testing.T) {
	for name, c := range map[string]struct {
		h     awslambda.Handler
		event string
		taken bool
	}{
		"an event":             {taking[events.SQSEvent](), `{"Records":[{"messageId":"m-1","body":"b","addedLater":{"x":1}}],"addedLater":true}`, true},
		"a pointer":            {taking[*events.APIGatewayV2HTTPRequest](), `{"version":"2.0","requestContext":{"http":{"method":"GET","added":1}}}`, true},
		"a list":               {taking[[]events.KinesisEventRecord](), `[{"eventID":"1","added":[]}]`, true},
		"inside of a type":     {taking[nested](), `{"tenant":"t","events":[{"a":{"Message":"m","added":1}}]}`, true},
		"embedded, and a loop": {taking[list](), `{"Records":[],"added":1,"next":{"next":null}}`, true},
		"a type of one's own":  {taking[struct{ ID string }](), `{"ID":"1","added":1}`, false},
		"twice the same key":   {taking[events.SQSEvent](), `{"Records":[],"Records":[]}`, false},
		"another type":         {taking[events.SQSEvent](), `{"Records":7}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			answer, err := c.h.Invoke(t.Context(), []byte(c.event))
			if c.taken {
				require.NoError(t, err)
				require.Equal(t, `"taken"`, string(answer))
				return
			}
			told, ok := errors.AsType[messages.InvokeResponse_Error](err)
			require.True(t, ok)
			require.Equal(t, "jade.input", told.Type)
		})
	}
}

func TestStreamHandler_eventsOfAWS(t *testing.T) {
	h := lambda.StreamHandler(faas.New("takes", lambda.Streamed(func(_ context.Context, _ events.LambdaFunctionURLRequest, w io.Writer) error {
		_, err := io.WriteString(w, "taken")
		return err
	}), quiet))
	r, err := h(t.Context(), []byte(`{"version":"2.0","addedLater":1}`))
	require.NoError(t, err)
	answer, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Equal(t, "taken", string(answer))
	require.NoError(t, r.Close())
}
