package realerrors

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	recovery "github.com/jade-go/jade/recover"
)

func TestHTTP(t *testing.T) {
	hang := make(chan struct{})
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/drop":
			c, _, _ := w.(http.Hijacker).Hijack()
			_ = c.Close()
		case "/cut":
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("half"))
		case "/hang":
			select {
			case <-hang:
			case <-r.Context().Done():
			}
		case "/nonsense":
			c, _, _ := w.(http.Hijacker).Hijack()
			_, _ = c.Write([]byte("nonsense\r\n\r\n"))
			_ = c.Close()
		case "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
		}
	})
	plain, secure := httptest.NewServer(handler), httptest.NewUnstartedServer(handler)
	secure.Config.ErrorLog = nil
	secure.StartTLS()
	t.Cleanup(func() { close(hang); plain.Close(); secure.Close() })
	client := func(config *tls.Config) *http.Client {
		transport := &http.Transport{TLSClientConfig: config}
		t.Cleanup(transport.CloseIdleConnections)
		return &http.Client{Transport: transport}
	}
	c := client(nil)
	get := func(c *http.Client, url string) func(context.Context) error {
		return func(ctx context.Context) error {
			request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
			if err != nil {
				return err
			}
			r, err := c.Do(request)
			if err != nil {
				return err
			}
			defer func() { _ = r.Body.Close() }()
			_, err = io.ReadAll(r.Body)
			return err
		}
	}
	roots := x509.NewCertPool()
	roots.AddCert(secure.Certificate())
	impatient := client(nil)
	impatient.Timeout = 50 * time.Millisecond
	check(t, []row{
		{"a dropped connection", recovery.ClassDependency, true, get(c, plain.URL+"/drop")},
		{"a body that is cut off", recovery.ClassDependency, true, get(c, plain.URL+"/cut")},
		{"nonsense", recovery.ClassDependency, true, get(c, plain.URL+"/nonsense")},
		{"too many redirects", recovery.ClassDependency, true, get(c, plain.URL+"/round")},
		{"a limit of the client", recovery.ClassTimeout, true, get(impatient, plain.URL+"/hang")},
		{"a deadline of ctx", recovery.ClassTimeout, true, func(ctx context.Context) error { return get(c, plain.URL+"/hang")(soon(ctx)) }},
		{"refused", recovery.ClassDependency, true, get(c, "http://"+address(freePort(t)))},
		{"no such host", recovery.ClassDependency, true, get(c, "http://nosuch.invalid")},
		{"an unknown authority", recovery.ClassDependency, true, get(c, secure.URL)},
		{"another host's certificate", recovery.ClassDependency, true, get(client(&tls.Config{RootCAs: roots, ServerName: "shop.test"}), secure.URL)},
		{"no TLS there", recovery.ClassDependency, true, get(c, strings.Replace(plain.URL, "http:", "https:", 1))},
		{"a version of TLS that is too old", recovery.ClassDependency, true, get(client(&tls.Config{RootCAs: roots, MaxVersion: tls.VersionTLS10, MinVersion: tls.VersionTLS10}), secure.URL)},
		{"cancelled by somebody else", recovery.ClassDependency, true, func(ctx context.Context) error {
			other, cancel := context.WithCancel(ctx)
			cancel()
			return get(c, plain.URL+"/hang")(other)
		}},
		{"a URL that is none", recovery.ClassUnknown, false, get(c, "http://[::1")},
	})
	t.Run("we have left", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := get(c, plain.URL+"/hang")(ctx)
		require.Equal(t, recovery.ClassCanceled, recovery.ClassifyIn(ctx, err), "%v", err)
	})
}

func TestStandardLibrary(t *testing.T) {
	check(t, []row{
		{"tls", recovery.ClassDependency, true, func(ctx context.Context) error {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			defer func() { _ = l.Close() }()
			go func() {
				c, err := l.Accept()
				if err == nil {
					_, _ = c.Write([]byte("220 mail.test\r\n"))
					_ = c.Close()
				}
			}()
			_, err = (&tls.Dialer{}).DialContext(ctx, "tcp", l.Addr().String())
			return err
		}},
		{"a closed listener", recovery.ClassDependency, true, func(context.Context) error {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			require.NoError(t, l.Close())
			_, err = l.Accept()
			return err
		}},
		{"a read deadline", recovery.ClassTimeout, true, func(context.Context) error {
			a, b := net.Pipe()
			defer func() { _, _ = a.Close(), b.Close() }()
			require.NoError(t, a.SetReadDeadline(time.Now()))
			_, err := a.Read(make([]byte, 1))
			return err
		}},
		{"no such file", recovery.ClassUnknown, false, func(context.Context) error { _, err := os.Open("/no/such/file"); return err }},
		{"a URL", recovery.ClassUnknown, false, func(context.Context) error { _, err := url.Parse("http://[::1"); return err }},
		{"the end of a text", recovery.ClassUnknown, true, func(context.Context) error { _, err := strings.NewReader("").ReadByte(); return err }},
	})
}
