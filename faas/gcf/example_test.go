package gcf_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/gcf"
)

type guest struct {
	Name string `json:"name"`
}

func greet(_ context.Context, g guest) (string, error) { return "Hello, " + g.Name + "!", nil }

func init() { gcf.Register(faas.New("greet", greet)) }

func ExampleHandler() {
	w := httptest.NewRecorder()
	request := httptest.NewRequest("POST", "/", strings.NewReader(`{"name":"Mei"}`))
	request.Header.Set("Content-Type", "application/json")
	gcf.Handler(faas.New("greet", greet, faas.Logger(quiet))).ServeHTTP(w, request)
	fmt.Println(w.Code, w.Body)
	// Output: 200 "Hello, Mei!"
}
