package fc_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/fc"
	"github.com/jade-go/jade/internal/notes"
)

// A browser reads one Set-Cookie a header, so several are never joined.
func TestWeb_cookies(t *testing.T) {
	pages := http.NewServeMux()
	pages.HandleFunc("/one", func(w http.ResponseWriter, _ *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "old"})
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "new", Path: "/"})
	})
	pages.HandleFunc("/two", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "S3CRET", Path: "/"})
		http.SetCookie(w, &http.Cookie{Name: "b", Value: "S3CRET"})
		w.Header().Add("Vary", strings.Join(r.Header.Values("Accept"), "|"))
		w.Header().Add("Vary", "Cookie")
	})
	var log notes.Text
	p, _ := started(t, fc.Web("pages", pages, faas.Logger(slog.New(slog.NewTextHandler(&log, nil)))))
	n := 0
	ask := func(path, more string) (a fc.Answer, raw string) {
		n++
		got := p.invoke(fmt.Sprint("r-", n), fmt.Sprintf(`{"rawPath":%q,"headers":{"Accept":"a"},"requestContext":{"http":{"method":"GET"}}%s}`, path, more), time.Second)
		require.Equal(t, "response", got.what, got.body)
		require.NoError(t, json.Unmarshal([]byte(got.body), &a))
		return a, got.body
	}

	a, _ := ask("/one", "")
	require.Equal(t, map[string]string{"Set-Cookie": "a=new; Path=/"}, a.Headers, "the last one of a name counts")
	require.NotContains(t, log.String(), "level=WARN")

	// The published events have one value a header, and so have answers to them.
	a, raw := ask("/two", "")
	require.Equal(t, map[string]string{"Set-Cookie": "a=S3CRET; Path=/", "Vary": "a, Cookie"}, a.Headers)
	require.NotContains(t, raw, "multiValueHeaders")
	require.Contains(t, log.String(), `level=WARN msg="cookies lost" function=pages names=[b] request_id=r-2`)
	require.NotContains(t, log.String(), "S3CRET")

	// Events that have several values a header take several.
	a, _ = ask("/two", `,"multiValueHeaders":{"Accept":["a","b"]}`)
	require.Equal(t, map[string]string{"Vary": "a|b, Cookie"}, a.Headers)
	require.Equal(t, map[string][]string{"Set-Cookie": {"a=S3CRET; Path=/", "b=S3CRET"}}, a.MultiValueHeaders)
	a, _ = ask("/one", `,"multiValueHeaders":{}`)
	require.Equal(t, []string{"a=old", "a=new; Path=/"}, a.MultiValueHeaders["Set-Cookie"], "their paths differ")
	require.Equal(t, 1, strings.Count(log.String(), "cookies lost"))
}

// A log handler that fails costs no answer.
func TestWeb_aLogThatFails(t *testing.T) {
	pages := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "1"})
		http.SetCookie(w, &http.Cookie{Name: "b", Value: "2"})
	})
	p, _ := started(t, fc.Web("pages", pages, faas.Logger(slog.New(noDisk{slog.DiscardHandler}))))
	got := p.invoke("r-1", `{"rawPath":"/","requestContext":{"http":{"method":"GET"}}}`, time.Second)
	require.Equal(t, "response", got.what, got.body)
	require.Contains(t, got.body, "a=1")
}

type noDisk struct{ slog.Handler }

func (noDisk) Enabled(context.Context, slog.Level) bool  { return true }
func (noDisk) Handle(context.Context, slog.Record) error { panic("no disk") }
func (h noDisk) WithAttrs([]slog.Attr) slog.Handler      { return h }
func (h noDisk) WithGroup(string) slog.Handler           { return h }
