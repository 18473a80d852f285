package lambda_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/lambda"
)

var update = flag.Bool("update", false, "write the golden files anew")

// echo writes what it sees of a request.
func echo(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: "session", Value: "1"})
	http.SetCookie(w, &http.Cookie{Name: "theme", Value: "dark"})
	w.Header().Add("Vary", "Accept")
	w.Header().Add("Vary", "Cookie")
	w.WriteHeader(http.StatusCreated)
	body, err := io.ReadAll(r.Body)
	fmt.Fprintf(w, "%s %s %s\nhost %s\nfrom %s\npath %q raw %q\n", r.Method, r.RequestURI, r.Proto, r.Host, r.RemoteAddr, r.URL.Path, r.URL.RawPath)
	var lines []string
	for name, values := range r.Header {
		lines = append(lines, fmt.Sprintf("header %s %q\n", name, values))
	}
	for name, values := range r.URL.Query() {
		lines = append(lines, fmt.Sprintf("query %s %q\n", name, values))
	}
	for _, c := range r.Cookies() {
		lines = append(lines, fmt.Sprintf("cookie %s %s\n", c.Name, c.Value))
	}
	slices.Sort(lines)
	fmt.Fprintf(w, "%sbody %d %q %v\n", strings.Join(lines, ""), r.ContentLength, body, err)
}

// The events that the platforms publish, with what a handler sees of them and what it answers.
func TestGateway_golden(t *testing.T) {
	files, err := filepath.Glob("testdata/gateway/*.event.json")
	require.NoError(t, err)
	require.Len(t, files, 6)
	handler := lambda.Handler(lambda.Gateway("echo", http.HandlerFunc(echo), unlogged))
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			event, err := os.ReadFile(file)
			require.NoError(t, err)
			answer, err := handler.Invoke(t.Context(), event)
			require.NoError(t, err)
			var fields map[string]any
			require.NoError(t, json.Unmarshal(answer, &fields))
			body, _ := fields["body"].(string)
			fields["body"] = strings.Split(body, "\n")
			got, err := json.MarshalIndent(fields, "", "  ")
			require.NoError(t, err)
			golden := strings.TrimSuffix(file, ".event.json") + ".golden.json"
			if *update {
				require.NoError(t, os.WriteFile(golden, append(got, '\n'), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			require.Equal(t, string(want), string(got)+"\n")
		})
	}
}

// The handler of faas.HTTP runs behind all of them, and has the id of Lambda's request.
func TestGateway_runsAHandler(t *testing.T) {
	greeting := faas.HTTP(faas.New("greet", greet, unlogged))
	handler := lambda.Handler(lambda.Gateway("greet", greeting, unlogged))
	for _, event := range []string{
		`{"httpMethod":"POST","path":"/","headers":{"content-type":"application/json"},"body":"{\"name\":\"Mei\"}"}`,
		`{"version":"1.0","httpMethod":"POST","path":"/","headers":{"content-type":"application/json"},"body":"{\"name\":\"Mei\"}"}`,
		`{"version":"2.0","rawPath":"/","headers":{"content-type":"application/json"},"requestContext":{"http":{"method":"POST"}},"body":"eyJuYW1lIjoiTWVpIn0=","isBase64Encoded":true}`,
		`{"version":"2.0","rawPath":"/","headers":{"content-type":"application/json"},"requestContext":{"domainName":"x.lambda-url.eu-west-1.on.aws","http":{"method":"POST"}},"body":"{\"name\":\"Mei\"}"}`,
		`{"requestContext":{"elb":{}},"httpMethod":"POST","path":"/","headers":{"content-type":"application/json"},"body":"{\"name\":\"Mei\"}"}`,
		`{"requestContext":{"elb":{}},"httpMethod":"POST","path":"/","multiValueHeaders":{"content-type":["application/json"]},"body":"{\"name\":\"Mei\"}"}`,
	} {
		answer, err := handler.Invoke(t.Context(), []byte(event))
		require.NoError(t, err)
		var a struct {
			StatusCode int
			Body       string
		}
		require.NoError(t, json.Unmarshal(answer, &a))
		require.Equal(t, http.StatusOK, a.StatusCode, event)
		require.Equal(t, `"hello, Mei"`, a.Body)
		require.NotContains(t, string(answer), "null")
	}
}
