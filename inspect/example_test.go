package inspect_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"

	"github.com/jade-go/jade/inspect"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/trace"
)

func text(run uint64) string { return strconv.FormatUint(run, 10) }

func ExampleHandler() {
	page := newPage("order-page")
	runs := trace.NewHistory(20) // of the latest, the slowest and the failed each
	pages := http.NewServeMux()
	pages.Handle("/debug/jade/", inspect.Handler(runs, page))

	// In the server of the program itself:
	ctx := observe.With(context.Background(), trace.NewRecorder(runs.Add))
	_, _ = page.Do(ctx, "7")

	w := httptest.NewRecorder()
	pages.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/debug/jade/?run="+text(runs.Recent()[0].Run)+"&as=json", nil))
	fmt.Println(w.Code, w.Header().Get("Content-Type"))
	// Output: 200 application/json
}

func ExampleDescriber() {
	flows := []inspect.Describer{newPage("order-page"), newPage("group-chat")} // of any types
	for _, f := range flows {
		fmt.Println(f.Graph().Name)
	}
	// Output:
	// order-page
	// group-chat
}
