package lambda_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/aws/aws-lambda-go/events"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/lambda"
)

// In a main: lambda.Start(lambda.Gateway("shop", mux))
func ExampleGateway() {
	mux := http.NewServeMux()
	mux.Handle("POST /greetings", faas.HTTP(faas.New("greet", greet, unlogged)))
	mux.HandleFunc("GET /hello/{name}", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "hello,", r.PathValue("name")) })

	handler := lambda.Handler(lambda.Gateway("shop", mux, unlogged))
	for _, event := range []string{
		`{"requestContext":{"elb":{}},"httpMethod":"POST","path":"/greetings","headers":{"content-type":"application/json","x-request-id":"r-7"},"body":"{\"name\":\"Mei\"}"}`,
		`{"version":"2.0","rawPath":"/hello/Mei","requestContext":{"http":{"method":"GET"}}}`,
	} {
		answer, err := handler.Invoke(context.Background(), []byte(event))
		fmt.Println(string(answer), err)
	}
	// Output:
	// {"statusCode":200,"statusDescription":"200 OK","headers":{"Content-Length":"12","Content-Type":"application/json","X-Request-Id":"r-7"},"multiValueHeaders":{},"body":"\"hello, Mei\"","isBase64Encoded":false} <nil>
	// {"statusCode":200,"headers":{"Content-Type":"text/plain; charset=utf-8"},"body":"hello, Mei\n","isBase64Encoded":false,"cookies":[]} <nil>
}

// The claims that an HTTP API has checked.
func ExampleEvent() {
	whoami := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var e events.APIGatewayV2HTTPRequest
		if err := json.Unmarshal(lambda.Event(r.Context()), &e); err != nil || e.RequestContext.Authorizer == nil || e.RequestContext.Authorizer.JWT == nil {
			http.Error(w, "nobody", http.StatusUnauthorized)
			return
		}
		fmt.Fprint(w, e.RequestContext.Authorizer.JWT.Claims["sub"])
	})
	answer, err := lambda.Gateway("whoami", whoami, unlogged).Invoke(context.Background(),
		json.RawMessage(`{"version":"2.0","rawPath":"/","requestContext":{"authorizer":{"jwt":{"claims":{"sub":"mei"}}},"http":{"method":"GET"}}}`))
	fmt.Println(answer.(events.LambdaFunctionURLResponse).Body, err)
	// Output: mei <nil>
}
