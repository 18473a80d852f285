package faas_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
)

type paging struct {
	Page int  `query:"page"`
	Size *int `query:"size"`
}

type color string

// search is an input that comes from path and query alone.
type search struct {
	paging
	Shop  string        `path:"shop"`
	ID    uint16        `path:"id"`
	Rest  string        `path:"rest"`
	Text  string        `query:"q"`
	Tags  []string      `query:"tag"`
	Sizes []int8        `query:"n"`
	Color color         `query:"color"`
	Fresh bool          `query:"fresh"`
	Price float64       `query:"price"`
	Wait  time.Duration `query:"wait"`
	Since time.Time     `query:"since"`
	Addr  *netip.Addr   `query:"addr"`
	IPs   []netip.Addr  `query:"ip"`
	notes int
}

func asked(t *testing.T, h http.Handler, method, target, body string, headers ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func TestHTTP_inputFromPathAndQuery(t *testing.T) {
	var got search
	h := faas.New("search", func(_ context.Context, in search) (int, error) { got = in; return in.notes, nil }, faas.Logger(quiet))
	mux := http.NewServeMux()
	mux.Handle("/shops/{shop}/items/{id}/{rest...}", faas.HTTP(h))
	two, addr := 2, netip.MustParseAddr("10.0.0.1")
	for target, want := range map[string]search{
		"/shops/tea%2Fcoffee/items/7/": {Shop: "tea/coffee", ID: 7},
		"/shops/a/items/65535/x/y?q=oil+lamp&tag=new&tag=r%26d&page=-3&size=2&n=1&n=-128&color=red&fresh=true&price=1e3&wait=1m30s&other=1&utm_source=x": {
			paging: paging{Page: -3, Size: &two}, Shop: "a", ID: 65535, Rest: "x/y", Text: "oil lamp", Tags: []string{"new", "r&d"}, Sizes: []int8{1, -128},
			Color: "red", Fresh: true, Price: 1000, Wait: 90 * time.Second,
		},
		"/shops/a/items/0/?since=2026-11-30T04:00:00Z&addr=10.0.0.1&ip=10.0.0.1&ip=::1": {
			Shop: "a", Since: time.Date(2026, 11, 30, 4, 0, 0, 0, time.UTC), Addr: &addr, IPs: []netip.Addr{addr, netip.IPv6LinkLocalAllNodes()},
		},
		"/shops/a/items/0/?q=&tag=": {Shop: "a", Tags: []string{""}},
	} {
		if want.IPs != nil {
			want.IPs[1] = netip.MustParseAddr("::1")
		}
		r := asked(t, mux, "GET", target, "")
		body, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		require.Equal(t, 200, r.StatusCode, string(body))
		require.Equal(t, want, got, target)
		require.Equal(t, 200, asked(t, mux, "HEAD", target, "").StatusCode)
	}
	for target, why := range map[string]string{
		"/shops/a/items/x/":                  `path "id": want an integer of 16 bits that is not negative`,
		"/shops/a/items/65536/":              `path "id": want an integer of 16 bits that is not negative`,
		"/shops/a/items/-1/":                 `path "id": want an integer of 16 bits that is not negative`,
		"/shops/%ff/items/1/":                `path "shop": not UTF-8`,
		"/shops/a/items/1/?page=":            `query "page": want an integer of 64 bits`,
		"/shops/a/items/1/?page=1.5":         `query "page": want an integer of 64 bits`,
		"/shops/a/items/1/?page=1&page=1":    `query "page": given twice`,
		"/shops/a/items/1/?size=two":         `query "size": want an integer of 64 bits`,
		"/shops/a/items/1/?n=1&n=128":        `query "n": want an integer of 8 bits`,
		"/shops/a/items/1/?fresh=yes":        `query "fresh": want a boolean`,
		"/shops/a/items/1/?price=NaN":        `query "price": want a number`,
		"/shops/a/items/1/?price=inf":        `query "price": want a number`,
		"/shops/a/items/1/?price=1e999":      `query "price": want a number`,
		"/shops/a/items/1/?wait=90":          `query "wait": want a duration such as "1m30s"`,
		"/shops/a/items/1/?since=yesterday":  `query "since": not accepted`,
		"/shops/a/items/1/?q=%ff":            `query "q": not UTF-8`,
		"/shops/a/items/1/?q=%zz":            "the query is malformed",
		"/shops/a/items/1/?q=a;b=c":          "the query is malformed",
		"/shops/a/items/1/?addr=10.0.0.1.99": `query "addr": not accepted`,
	} {
		p := problemOf(t, asked(t, mux, "GET", target, ""))
		require.Equal(t, faas.Problem{Title: "Bad Request", Status: 400, Detail: why}, p, target)
	}
	p := problemOf(t, asked(t, mux, "POST", "/shops/a/items/1/", "{}", "Content-Type", "application/json"))
	require.Equal(t, "the method is GET, HEAD", p.Detail)
}

// patch is an input of which the body has a part.
type patch struct {
	ID    string `path:"id"`
	Quiet bool   `query:"quiet"`
	Item  string `json:"item"`
}

// What comes from the path does not come from the body.
func TestHTTP_inputFromPathAndBody(t *testing.T) {
	var got patch
	h := faas.New("patch", func(_ context.Context, in patch) (int, error) { got = in; return 0, nil }, faas.Logger(quiet))
	mux := http.NewServeMux()
	mux.Handle("/items/{id}", faas.HTTP(h, faas.Methods("PATCH", "POST")))
	for _, method := range []string{"PATCH", "POST"} {
		r := asked(t, mux, method, "/items/7", `{"ID":"8","Quiet":true,"item":"lamp"}`, "Content-Type", "application/json")
		require.Equal(t, 200, r.StatusCode)
		require.Equal(t, patch{ID: "7", Item: "lamp"}, got)
		require.Equal(t, 415, asked(t, mux, method, "/items/7", `{}`).StatusCode)
	}
	r := asked(t, mux, "PUT", "/items/7", `{}`, "Content-Type", "application/json")
	require.Equal(t, 405, r.StatusCode)
	require.Equal(t, "PATCH, POST", r.Header.Get("Allow"))

	// On other platforms all of it is JSON.
	_, err := h.InvokeJSON(t.Context(), []byte(`{"ID":"8","Quiet":true,"item":"lamp"}`))
	require.NoError(t, err)
	require.Equal(t, patch{ID: "8", Quiet: true, Item: "lamp"}, got)
}

// A request without a body needs no content type, unless a browser would send it for any page.
func TestHTTP_methodsWithoutABody(t *testing.T) {
	type cancel struct {
		ID string `path:"id"`
	}
	var got *cancel
	h := faas.New("cancel", func(_ context.Context, in *cancel) (int, error) { got = in; return 0, nil }, faas.Logger(quiet))
	mux := http.NewServeMux()
	mux.Handle("/orders/{id}", faas.HTTP(h, faas.Methods("DELETE", "POST")))
	require.Equal(t, 200, asked(t, mux, "DELETE", "/orders/7", "").StatusCode)
	require.Equal(t, &cancel{"7"}, got)
	require.Equal(t, 415, asked(t, mux, "POST", "/orders/7", "").StatusCode)
	require.Equal(t, 200, asked(t, mux, "POST", "/orders/8", "", "Content-Type", "application/json").StatusCode)
	require.Equal(t, &cancel{"8"}, got)

	ping := faas.HTTP(faas.New("ping", func(context.Context, struct{}) (string, error) { return "pong", nil }, faas.Logger(quiet)), faas.Methods("GET"))
	require.Equal(t, 200, asked(t, ping, "GET", "/", "").StatusCode)
}

// A pattern that has no wildcard for a field is a mistake of the program.
func TestHTTP_aPatternWithoutTheWildcard(t *testing.T) {
	var log logbook
	h := faas.HTTP(faas.New("patch", func(context.Context, patch) (int, error) { return 0, nil }, log.option()))
	mux := http.NewServeMux()
	mux.Handle("POST /items/{item}", h)
	p := problemOf(t, asked(t, mux, "POST", "/items/7", `{}`, "Content-Type", "application/json"))
	require.Equal(t, 500, p.Status)
	require.Contains(t, log.String(), `the pattern \"POST /items/{item}\" of the http.ServeMux has no {id}`)
}

// A body that nobody reads, and that does not come, keeps no connection for longer than the request may take.
func TestHTTP_aBodyThatIsNotReadAndDoesNotCome(t *testing.T) {
	type in struct {
		Page int `query:"page"`
	}
	h := faas.New("search", func(_ context.Context, in in) (int, error) {
		if in.Page == 0 {
			return 0, errSoldOut
		}
		return in.Page, nil
	}, faas.Logger(quiet))
	addr := serving(t, faas.HTTP(h, faas.Limit(200*ms)))
	for target, status := range map[string]int{"/?page=7": 200, "/": 422} {
		c, err := net.Dial("tcp", addr)
		require.NoError(t, err)
		defer c.Close()
		require.NoError(t, c.SetDeadline(time.Now().Add(20*time.Second)))
		_, err = fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n1", target)
		require.NoError(t, err)
		r, err := http.ReadResponse(bufio.NewReader(c), nil)
		require.NoError(t, err)
		require.Equal(t, status, r.StatusCode)
		require.True(t, r.Close, "what comes on it may be the rest of the body")
		require.NoError(t, r.Body.Close())
	}
}

// explosive is a text that does not let itself be read.
type explosive struct{ Text string }

func (*explosive) UnmarshalText(text []byte) error {
	if string(text) == "panic" {
		panic("oh")
	}
	return errors.New("secret of shop.go: " + string(text))
}

func TestHTTP_textsThatPanic(t *testing.T) {
	type in struct {
		What explosive `query:"what"`
	}
	h := faas.HTTP(faas.New("price", func(context.Context, in) (int, error) { return 0, nil }, faas.Logger(quiet)))
	require.Equal(t, 500, problemOf(t, asked(t, h, "GET", "/?what=panic", "")).Status)
	require.Equal(t, faas.Problem{Title: "Bad Request", Status: 400, Detail: `query "what": not accepted`}, problemOf(t, asked(t, h, "GET", "/?what=x", "")))
}

// Tags that ask for what cannot be are a mistake of the program, and so is an input that a method leaves empty.
func TestHTTP_tagsThatCannotBe(t *testing.T) {
	type (
		hidden struct {
			id string `path:"id"` //nolint:unused // that is the mistake
		}
		both struct {
			ID string `path:"id" query:"id"`
		}
		nameless struct {
			ID string `query:""`
		}
		options struct {
			ID string `query:"id,omitempty"`
		}
		maps struct {
			All map[string]string `query:"all"`
		}
		raw struct {
			All []byte `query:"all"`
		}
		many struct {
			IDs []string `path:"ids"`
		}
		deep struct {
			IDs [][]string `query:"ids"`
		}
		rest struct {
			Rest string `path:"rest..."`
		}
		Target struct {
			ID string `path:"id"`
		}
		pointer struct {
			*Target // would come from the body
		}
	)
	require.PanicsWithValue(t, "faas.HTTP: field id of faas_test.hidden: it is not exported", func() { tagged[hidden]() })
	require.PanicsWithValue(t, "faas.HTTP: field ID of faas_test.both: it has a tag path and a tag query", func() { tagged[both]() })
	require.PanicsWithValue(t, "faas.HTTP: field ID of faas_test.nameless: its tag query has to be a name", func() { tagged[nameless]() })
	require.PanicsWithValue(t, "faas.HTTP: field ID of faas_test.options: its tag query has to be a name", func() { tagged[options]() })
	require.PanicsWithValue(t, "faas.HTTP: field All of faas_test.maps: a map[string]string cannot come from a query", func() { tagged[maps]() })
	require.PanicsWithValue(t, "faas.HTTP: field All of faas_test.raw: a []uint8 cannot come from a query", func() { tagged[raw]() })
	require.PanicsWithValue(t, "faas.HTTP: field IDs of faas_test.many: a []string cannot come from a path", func() { tagged[many]() })
	require.PanicsWithValue(t, "faas.HTTP: field IDs of faas_test.deep: a [][]string cannot come from a query", func() { tagged[deep]() })
	require.PanicsWithValue(t, "faas.HTTP: field Rest of faas_test.rest: its tag path has to be a name", func() { tagged[rest]() })
	require.PanicsWithValue(t, "faas.HTTP: field Target of faas_test.pointer: it is a pointer to a struct, whose tags path and query cannot be used: embed the struct", func() { tagged[pointer]() })
	require.PanicsWithValue(t, "faas.HTTP: price takes GET, but no field of its int has a tag path or query", func() {
		faas.HTTP(faas.New("price", plusOne(0)), faas.Methods("GET"))
	})
	require.PanicsWithValue(t, "faas.Methods: no method", func() { faas.Methods() })
	require.PanicsWithValue(t, `faas.Methods: "put" is no method: they are in capital letters, as in PUT`, func() { faas.Methods("put") })
}

func tagged[In any]() {
	faas.HTTP(faas.New("price", func(context.Context, In) (int, error) { return 0, nil }))
}

// Whatever a client sends as path and query, it gets 200 or 400.
func FuzzQuery(f *testing.F) {
	f.Add("page=1&tag=a&tag=b", "7")
	f.Add("since=2026-11-30T04:00:00Z&addr=%31%30.0.0.1;x", "-1")
	h := faas.HTTP(faas.New("search", func(_ context.Context, in search) (int, error) { return 0, nil }, faas.Logger(quiet)))
	f.Fuzz(func(t *testing.T, query, id string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.URL.RawQuery = query
		for name, value := range map[string]string{"shop": id, "id": id, "rest": query} {
			r.SetPathValue(name, value)
		}
		r.Pattern = "/{shop}/{id}/{rest...}"
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != 200 && w.Code != 400 {
			t.Fatal(w.Code, w.Body)
		}
	})
}

func ExampleMethods() {
	type cancel struct {
		Order  string `path:"order"`
		Reason string `query:"reason"`
	}
	h := faas.New("cancel", func(_ context.Context, in cancel) (string, error) {
		return fmt.Sprintf("order %s: %s", in.Order, in.Reason), nil
	})
	mux := http.NewServeMux()
	mux.Handle("/orders/{order}", faas.HTTP(h, faas.Methods(http.MethodDelete)))

	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest(http.MethodDelete, "/orders/7?reason=changed+my+mind", nil))
	fmt.Println(w.Code, w.Body)
	// Output: 200 "order 7: changed my mind"
}
