package lambda

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// gatewayEvent is what [Gateway] reads of an event, whichever gateway has sent it. The types of package events have more, and so more that could keep a
// request from being read, such as a claim that is no string.
type gatewayEvent struct {
	Version string `json:"version"` // of the payload; a REST API and a load balancer have none

	HTTPMethod      string              `json:"httpMethod"` // formats before 2.0
	Path            string              `json:"path"`
	Query           map[string]string   `json:"queryStringParameters"`
	MultiValueQuery map[string][]string `json:"multiValueQueryStringParameters"`

	RawPath  string   `json:"rawPath"` // format 2.0
	RawQuery string   `json:"rawQueryString"`
	Cookies  []string `json:"cookies"`

	Headers           map[string]string   `json:"headers"`
	MultiValueHeaders map[string][]string `json:"multiValueHeaders"`
	Body              string              `json:"body"`
	IsBase64Encoded   bool                `json:"isBase64Encoded"`
	RequestContext    struct {
		ELB        *struct{} `json:"elb"`
		DomainName string    `json:"domainName"`
		Protocol   string    `json:"protocol"` // formats before 2.0
		Identity   struct {
			SourceIP string `json:"sourceIp"`
		} `json:"identity"`
		HTTP struct { // format 2.0
			Method   string `json:"method"`
			Protocol string `json:"protocol"`
			SourceIP string `json:"sourceIp"`
		} `json:"http"`
	} `json:"requestContext"`
}

// platform is who has sent an event.
type platform uint8

const (
	unknown     platform = iota
	restAPI              // API Gateway, REST API
	httpAPI1             // API Gateway, HTTP API, payload format 1.0
	httpAPI2             // payload format 2.0
	functionURL          // format 2.0 too
	balancer
)

func (e *gatewayEvent) platform() platform {
	switch {
	case e.RequestContext.ELB != nil && e.HTTPMethod != "":
		return balancer
	case e.Version == "2.0" && e.RequestContext.HTTP.Method != "":
		if strings.Contains(e.RequestContext.DomainName, ".lambda-url.") {
			return functionURL
		}
		return httpAPI2
	case e.HTTPMethod == "" || e.Version != "" && e.Version != "1.0":
		return unknown
	case e.Version == "1.0": // which REST APIs do not say
		return httpAPI1
	}
	return restAPI
}

func (e *gatewayEvent) method() string {
	if e.HTTPMethod != "" {
		return e.HTTPMethod
	}
	return e.RequestContext.HTTP.Method
}

// request is the request of an event, as a server would have it.
func (e *gatewayEvent) request(ctx context.Context, from platform) (*http.Request, error) {
	target, err := e.url(from)
	if err != nil {
		return nil, err
	}
	body := []byte(e.Body)
	if e.IsBase64Encoded {
		if body, err = base64.StdEncoding.DecodeString(e.Body); err != nil {
			return nil, errors.New("the body is not base64")
		}
	}
	r, err := http.NewRequestWithContext(ctx, e.method(), "/", bytes.NewReader(body)) // http.NoBody if it is empty
	if err != nil {
		return nil, errors.New("the method is none")
	}
	r.GetBody = nil // which is for clients
	r.URL, r.RequestURI = target, target.RequestURI()
	r.Header = e.header()
	r.Host = r.Header.Get("Host")
	if r.Host == "" {
		r.Host = e.RequestContext.DomainName
	}
	r.Header.Del("Host") // as a server has it
	r.Header.Del("Transfer-Encoding")
	if r.Header.Get("Content-Length") != "" { // it may be that of the base64
		r.Header.Set("Content-Length", strconv.Itoa(len(body)))
	}
	e.setProtocol(r)
	r.RemoteAddr = e.remote(from, r.Header)
	return r, nil
}

// url is the target of the request.
func (e *gatewayEvent) url(from platform) (*url.URL, error) {
	u := &url.URL{}
	switch from {
	case httpAPI2, functionURL:
		u.Path, u.RawQuery = e.RawPath, e.RawQuery
	case balancer:
		u.Path, u.RawQuery = e.Path, e.rawQuery()
	default:
		u.Path, u.RawQuery = e.Path, e.values().Encode()
	}
	if !strings.HasPrefix(u.Path, "/") {
		u.Path = "/" + u.Path
	}
	if from == httpAPI1 || from == httpAPI2 { // which have decoded it
		return u, nil
	}
	path, err := url.PathUnescape(u.Path)
	if err != nil {
		return nil, errors.New("the path is not percent-encoded")
	}
	u.Path, u.RawPath = path, u.Path
	if (&url.URL{Path: path}).EscapedPath() == u.RawPath {
		u.RawPath = "" // as package url has it
	}
	return u, nil
}

// header has the headers of an event. Those that have several values have them in one of two fields, those that have one maybe in both.
func (e *gatewayEvent) header() http.Header {
	h := http.Header{}
	for name, values := range sorted(e.MultiValueHeaders) {
		for _, value := range values {
			h.Add(name, value)
		}
	}
	single := http.Header{}
	for name, value := range sorted(e.Headers) {
		single.Add(name, value)
	}
	for name, values := range single {
		if _, known := h[name]; !known {
			h[name] = values
		}
	}
	if len(e.Cookies) > 0 {
		h.Set("Cookie", strings.Join(e.Cookies, "; "))
	}
	return h
}

// values are the parameters of a query that the gateway has decoded.
func (e *gatewayEvent) values() url.Values {
	all := url.Values{}
	for name, value := range e.Query {
		all.Set(name, value)
	}
	for name, values := range e.MultiValueQuery {
		all[name] = values
	}
	return all
}

// rawQuery is the query of a load balancer, which has split it and not decoded it.
func (e *gatewayEvent) rawQuery() string {
	var b strings.Builder
	for name, values := range sorted(e.values()) {
		for _, value := range values {
			if b.Len() > 0 {
				b.WriteByte('&')
			}
			writeRaw(&b, name, true)
			b.WriteByte('=')
			writeRaw(&b, value, false)
		}
	}
	return b.String()
}

// writeRaw writes a part of a query that is encoded already. It encodes what cannot be in such a part, as it comes from somebody who has
// not encoded it.
func writeRaw(b *strings.Builder, part string, name bool) {
	const hex = "0123456789ABCDEF"
	for i := range len(part) {
		c := part[i]
		if c <= ' ' || c >= 0x7f || c == '&' || c == '#' || name && c == '=' {
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
			continue
		}
		b.WriteByte(c)
	}
}

func (e *gatewayEvent) setProtocol(r *http.Request) {
	said := e.RequestContext.HTTP.Protocol
	if said == "" {
		said = e.RequestContext.Protocol
	}
	if major, minor, ok := http.ParseHTTPVersion(said); ok {
		r.Proto, r.ProtoMajor, r.ProtoMinor = said, major, minor
	}
}

// remote returns the address of the client. A load balancer sends it only as the last value of X-Forwarded-For, and with the port if it is configured to
// preserve the port.
func (e *gatewayEvent) remote(from platform, h http.Header) string {
	ip := e.RequestContext.Identity.SourceIP
	switch from {
	case httpAPI2, functionURL:
		ip = e.RequestContext.HTTP.SourceIP
	case balancer:
		all := strings.Split(strings.Join(h.Values("X-Forwarded-For"), ","), ",")
		ip = strings.TrimSpace(all[len(all)-1])
	}
	if _, err := netip.ParseAddrPort(ip); ip == "" || err == nil {
		return ip
	}
	return net.JoinHostPort(ip, "0")
}
