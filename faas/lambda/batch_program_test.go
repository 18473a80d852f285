package lambda_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/examples/faas/orderpage/cases"
)

// A batch that is too large for its time is answered in time. What is not reported was booked, and everything else is reported.
func TestPayments_booksWhatThereIsTimeFor(t *testing.T) {
	p := start(t, "payments")
	p.ready(t)
	var e events.SQSEvent
	for i := range 200 {
		m := events.SQSMessage{MessageId: fmt.Sprintf("m%03d", i), EventSourceARN: standard, Body: fmt.Sprintf(`{"order":"%d","cents":1}`, i)}
		if i == 2 {
			m.Body = `{"order":"2","cents":-1}`
		}
		e.Records = append(e.Records, m)
	}
	payload, err := json.Marshal(e)
	require.NoError(t, err)
	insist(t, func(t *assert.CollectT) {
		const limit = 700 * time.Millisecond // enough for about 100 of them
		before := p.text(t)
		deadline := time.Now().Add(limit)
		got := p.invoke(t, limit, string(payload))
		require.Equal(t, "response", got.path, got.body())
		require.True(t, got.at.Before(deadline), "late by %v", got.at.Sub(deadline))
		var answer events.SQSEventResponse
		require.NoError(t, json.Unmarshal([]byte(got.body()), &answer))
		ids := reported(answer)
		require.Less(t, len(ids), 200)
		log := strings.TrimPrefix(got.log, before)
		for _, m := range e.Records {
			booked := strings.Contains(log, "INFO run ") && strings.Contains(log, "request_id="+m.MessageId) && !failedIn(log, m.MessageId)
			require.Equal(t, !booked, slices.Contains(ids, m.MessageId), "%s\n%s", m.MessageId, log)
		}
		require.Contains(t, log, "WARN returned")
		require.Contains(t, ids, "m002")
	})
}

// failedIn reports whether the log has a line about the failure of a message.
func failedIn(log, id string) bool {
	for line := range strings.Lines(log) {
		if strings.Contains(line, "request_id="+id) && !strings.Contains(line, "status=ok") {
			return true
		}
	}
	return false
}

// The order page behind a Function URL has the pages that it has everywhere.
func TestGatewayProgram_servesTheOrderPage(t *testing.T) {
	p := start(t, "gateway")
	p.ready(t)
	for _, c := range cases.All() {
		if c.Page == nil {
			continue
		}
		event, err := json.Marshal(events.LambdaFunctionURLRequest{
			Version: "2.0", RawPath: "/", Headers: map[string]string{"content-type": "application/json"}, Body: string(c.Input),
			RequestContext: events.LambdaFunctionURLRequestContext{
				DomainName: "id.lambda-url.eu-west-1.on.aws",
				HTTP:       events.LambdaFunctionURLRequestContextHTTPDescription{Method: http.MethodPost},
			},
		})
		require.NoError(t, err)
		insist(t, func(t *assert.CollectT) {
			got := p.invoke(t, 500*time.Millisecond, string(event))
			require.Equal(t, "response", got.path, "%s: %s", c.Name, got.body())
			var answer events.LambdaFunctionURLResponse
			require.NoError(t, json.Unmarshal([]byte(got.body()), &answer))
			require.Equal(t, http.StatusOK, answer.StatusCode, answer.Body)
			require.JSONEq(t, string(c.Page), answer.Body)
		})
	}
}

// The lines that the package's comment shows are of programs that are built, and run, by the tests.
func TestDoc_showsBatchesAndGateways(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	for program, line := range map[string]string{
		"gateway":  `func main() { lambda.Start(lambda.Gateway("shop", faas.HTTP(orderpage.New()))) }`,
		"payments": `func main() { lambda.Start(lambda.SQS(faas.New("book", book), lambda.Concurrency(4))) }`,
	} {
		text, err := os.ReadFile("examples/" + program + "/main.go")
		require.NoError(t, err)
		require.Contains(t, string(text), line)
		require.Contains(t, string(doc), "//\t"+line+"\n")
	}
}
