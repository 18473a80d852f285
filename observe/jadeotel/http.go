package jadeotel

import (
	"net"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"

	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
)

// This file makes the attributes that the conventions want for spans of HTTP servers. All of them come from the caller, so none can be trusted.

// http adds the attributes of a request. The query and the address of the client are not among them: they may be personal.
func (as *attributes) http(r *request) {
	as.add(semconv.HTTPRequestMethodKey.String(r.method))
	if r.method != r.Method {
		as.text(semconv.HTTPRequestMethodOriginalKey, short(r.Method))
	}
	as.text(semconv.URLSchemeKey, r.scheme())
	as.text(semconv.URLPathKey, short(r.Path))
	as.text(semconv.HTTPRouteKey, short(r.Route))
	if address, port := splitHost(r.Host); address != "" {
		as.text(semconv.ServerAddressKey, short(address))
		if port != 0 {
			as.add(semconv.ServerPort(port))
		}
	}
	as.text(semconv.UserAgentOriginalKey, short(r.UserAgent))
}

// scheme is the scheme, if it is one of HTTP.
func (r *request) scheme() string {
	if r.Scheme != "http" && r.Scheme != "https" {
		return ""
	}
	return r.Scheme
}

// splitHost splits a Host header. The port is 0 if there is none.
func splitHost(host string) (address string, port int) {
	address, number, err := net.SplitHostPort(host)
	if err != nil {
		return strings.TrimSuffix(strings.TrimPrefix(host, "["), "]"), 0
	}
	if n, err := strconv.ParseUint(number, 10, 16); err == nil {
		port = int(n)
	}
	return address, port
}

// methods are the methods that attributes name. All others have one common name.
type methods map[string]bool

// methodsVariable replaces the methods. The conventions have its name.
const methodsVariable = "OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS"

func newMethods() methods {
	names := "CONNECT,DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT,QUERY,TRACE"
	if own := os.Getenv(methodsVariable); own != "" {
		names = own
	}
	all := make(methods)
	for name := range strings.SplitSeq(names, ",") {
		all[valid(strings.TrimSpace(name))] = true
	}
	return all
}

func (all methods) known(name string) string {
	if !all[name] {
		return semconv.HTTPRequestMethodOther.Value.AsString()
	}
	return name
}

// longest is how many bytes an attribute keeps of a text of the caller.
const longest = 4 << 10

// short is the beginning of s.
func short(s string) string {
	if len(s) <= longest {
		return s
	}
	end := longest
	for end > longest-utf8.UTFMax && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end]
}
