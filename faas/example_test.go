package faas_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/flow"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

// The examples are functions of a small shop.

type Lookup struct {
	Item string `path:"item" json:"item"`
}

type Price struct {
	Cents int `json:"cents"`
}

var errNoItem = recovery.Mark(recovery.ClassBusiness, errors.New("no such item"))

func price(_ context.Context, in Lookup) (Price, error) {
	cents, ok := map[string]int{"bell": 1900, "lamp": 4500}[in.Item]
	if !ok {
		return Price{}, errNoItem
	}
	return Price{cents}, nil
}

// silent keeps the log out of the output.
var silent = faas.Logger(slog.New(slog.DiscardHandler))

// get is what a client of the examples does.
func get(h http.Handler, path string) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	fmt.Println(w.Code, strings.TrimSpace(w.Body.String()))
}

func ExampleNew() {
	h := faas.New("price", price, silent)
	fmt.Println(h.Invoke(context.Background(), Lookup{"bell"}))
	fmt.Println(h.Invoke(context.Background(), Lookup{"anvil"}))
	// Output:
	// {1900} <nil>
	// {0} no such item
}

func ExampleFromFlow() {
	page := flow.New("page", func(in flow.Node[Lookup]) flow.Node[string] {
		cost := flow.Fallback(flow.Step(task.New("price", price), in), Price{})
		return flow.Map2(in, cost, func(in Lookup, p Price) string { return fmt.Sprintf("%s: %d cents", in.Item, p.Cents) })
	})
	h := faas.FromFlow(page, silent)
	answer, err := h.InvokeJSON(context.Background(), []byte(`{"item":"bell"}`))
	fmt.Println(string(answer), err)
	// Output: "bell: 1900 cents" <nil>
}

func ExampleInitialized() {
	h := faas.Initialized("price", func(context.Context) (faas.Func[Lookup, Price], error) {
		fmt.Println("connect to the database")
		return price, nil
	}, silent)
	for range 2 {
		fmt.Println(h.Invoke(context.Background(), Lookup{"lamp"}))
	}
	// Output:
	// connect to the database
	// {4500} <nil>
	// {4500} <nil>
}

// An initialiser that hangs does not keep invocations waiting for longer than it may take.
func ExampleInitTimeout() {
	h := faas.Initialized("price", func(ctx context.Context) (faas.Func[Lookup, Price], error) {
		<-ctx.Done() // the database does not answer
		return nil, context.Cause(ctx)
	}, faas.InitTimeout(10*time.Millisecond), silent)
	_, err := h.Invoke(context.Background(), Lookup{"lamp"})
	failed, _ := errors.AsType[*faas.InitError](err)
	fmt.Println(failed.Function, recovery.Classify(err))
	// Output: price timeout
}

func ExampleHandler_Catch() {
	h := faas.New("price", price, silent).Catch(func(_ context.Context, in Lookup, err error) (Price, error) {
		if errors.Is(err, errNoItem) {
			return Price{}, err
		}
		return Price{Cents: 999}, nil // better than no answer
	})
	fmt.Println(h.Invoke(context.Background(), Lookup{"anvil"}))
	// Output: {0} no such item
}

// The class of a failure decides the status.
func ExampleHTTP() {
	mux := http.NewServeMux()
	mux.Handle("/prices/{item}", faas.HTTP(faas.New("price", price, silent)))
	get(mux, "/prices/lamp")

	r := httptest.NewRequest(http.MethodGet, "/prices/anvil", nil)
	r.Header.Set("X-Request-Id", "r-7")
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	fmt.Println(w.Code, w.Body)
	// Output:
	// 200 {"cents":4500}
	// 422 {"title":"Unprocessable Entity","status":422,"class":"business","request_id":"r-7"}
}

func ExampleStatus() {
	mux := http.NewServeMux()
	mux.Handle("/prices/{item}", faas.HTTP(faas.New("price", price, silent), faas.Status(func(err error) int {
		if errors.Is(err, errNoItem) {
			return http.StatusNotFound
		}
		return 0 // that of the class
	})))
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/prices/anvil", nil))
	fmt.Println(w.Code)
	// Output: 404
}

func ExampleMaxInFlight() {
	begun, end := make(chan struct{}), make(chan struct{})
	h := faas.New("price", func(ctx context.Context, in Lookup) (Price, error) {
		close(begun)
		<-end
		return price(ctx, in)
	}, faas.MaxInFlight(1), silent)
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		_, _ = h.Invoke(context.Background(), Lookup{"bell"})
	}()
	<-begun
	_, err := h.Invoke(context.Background(), Lookup{"lamp"})
	fmt.Println(recovery.Classify(err), err)
	close(end)
	<-answered
	// Output: system price: rejected by the limit in flight: all slots are in use
}

func ExampleProbes() {
	h := faas.Initialized("price", func(context.Context) (faas.Func[Lookup, Price], error) {
		return nil, errors.New("no connection")
	}, silent)
	server := faas.Probes(faas.HTTP(h), h)
	get(server, "/healthz")
	get(server, "/readyz")
	// Output:
	// 200 ok
	// 503 price is not initialized
}

// A program gets its ctx from signal.NotifyContext, with SIGTERM.
func ExampleServe() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, end := context.WithCancel(context.Background())
	mux := http.NewServeMux()
	mux.Handle("/prices/{item}", faas.HTTP(faas.New("price", func(ctx context.Context, in Lookup) (Price, error) {
		end() // the process is told to end while the request is in progress
		return price(ctx, in)
	}, silent), faas.Limit(time.Second)))

	served := make(chan error, 1)
	go func() { served <- faas.Serve(ctx, l, mux, 10*time.Second) }()
	r, err := http.Get("http://" + l.Addr().String() + "/prices/lamp")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer r.Body.Close()
	_, _ = io.Copy(os.Stdout, r.Body)
	fmt.Println(<-served)
	// Output: {"cents":4500}<nil>
}

// Kubernetes sends requests for some seconds after it has told a process to end.
func ExampleLameDuck() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, end := context.WithCancel(context.Background())
	end()
	err = faas.Serve(ctx, l, faas.Probes(http.NotFoundHandler()), time.Second, faas.LameDuck(10*time.Millisecond))
	fmt.Println(err)
	// Output: <nil>
}
