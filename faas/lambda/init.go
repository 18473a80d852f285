package lambda

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"github.com/jade-go/jade/faas"
)

// initialize calls the initialiser. If that fails, the process ends: Lambda starts another one, and so tries again.
func initialize[In, Out any](h *faas.Handler[In, Out]) {
	err := h.Init(context.Background())
	if err == nil {
		return
	}
	faas.LogInit(context.Background(), slog.Default(), h.Name(), err)
	_ = tellInit(os.Getenv("AWS_LAMBDA_RUNTIME_API"), failure(err)) // or else Lambda says Runtime.ExitError
	os.Exit(1)
}

// toTell is how long it may take to tell Lambda of a failure, which is on the same machine.
const toTell = time.Second

// tellInit reports a failure of the init phase, which aws-lambda-go has no function for: see "Initialization error" in
// AWS's documentation of the runtime API.
func tellInit(api string, failure messages.InvokeResponse_Error) error {
	body, err := json.Marshal(failure)
	if err != nil {
		return err
	}
	r, err := http.NewRequest(http.MethodPost, "http://"+api+"/2018-06-01/runtime/init/error", bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/vnd.aws.lambda.error+json")
	r.Header.Set("Lambda-Runtime-Function-Error-Type", failure.Type)
	client := &http.Client{Transport: &http.Transport{}, Timeout: toTell} // without a proxy
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	return answer.Body.Close()
}
