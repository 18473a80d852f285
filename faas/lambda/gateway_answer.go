package lambda

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
)

// gatewayAnswer is a complete answer.
type gatewayAnswer struct {
	status int
	header http.Header
	body   []byte
}

// to is the answer as the platform takes it that has sent e. No map or slice of it is null, as load balancers answer 502 to that.
func (a gatewayAnswer) to(from platform, e *gatewayEvent) any {
	body, encoded := a.text()
	switch {
	case from == httpAPI2 || from == functionURL: // which have the same format
		cookies := append([]string{}, a.header.Values("Set-Cookie")...)
		a.header.Del("Set-Cookie")
		return events.LambdaFunctionURLResponse{StatusCode: a.status, Headers: joined(a.header), Cookies: cookies, Body: body, IsBase64Encoded: encoded}
	case from != balancer:
		return events.APIGatewayProxyResponse{StatusCode: a.status, Headers: map[string]string{}, MultiValueHeaders: a.header, Body: body, IsBase64Encoded: encoded}
	}
	answer := events.ALBTargetGroupResponse{StatusCode: a.status, StatusDescription: strings.TrimSpace(fmt.Sprint(a.status, " ", http.StatusText(a.status))),
		Headers: map[string]string{}, MultiValueHeaders: map[string][]string{}, Body: body, IsBase64Encoded: encoded}
	if e.MultiValueHeaders != nil { // the target group has them for both directions, or for none
		answer.MultiValueHeaders = a.header
	} else {
		answer.Headers = joined(a.header)
		for i, cookie := range a.header.Values("Set-Cookie") {
			answer.Headers[variant("Set-Cookie", i)] = cookie
		}
	}
	return answer
}

// text is the body as a string, and whether that is base64.
func (a gatewayAnswer) text() (body string, encoded bool) {
	coding := a.header.Get("Content-Encoding")
	if len(a.body) == 0 || (coding == "" || strings.EqualFold(coding, "identity")) && utf8.Valid(a.body) {
		return string(a.body), false
	}
	return base64.StdEncoding.EncodeToString(a.body), true
}

// joined has one value for each header. (For Set-Cookie that is wrong: see to.)
func joined(h http.Header) map[string]string {
	all := make(map[string]string, len(h))
	for name, values := range h {
		all[name] = strings.Join(values, ", ")
	}
	return all
}

// variant is the nth way to write name in lower and upper case. The 0th is name.
func variant(name string, n int) string {
	letters := []byte(name)
	for i, c := range letters {
		if c < 'A' {
			continue
		}
		if n&1 == 1 {
			letters[i] = c ^ 0x20
		}
		n >>= 1
	}
	return string(letters)
}

// sorted ranges over m by key, so that what comes of an event is always the same.
func sorted[K cmp.Ordered, V any, M ~map[K]V](m M) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for _, key := range slices.Sorted(maps.Keys(m)) {
			if !yield(key, m[key]) {
				return
			}
		}
	}
}
