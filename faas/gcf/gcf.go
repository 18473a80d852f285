package gcf

import (
	"context"
	"log/slog"
	"net/http"
	"os"

	"github.com/GoogleCloudPlatform/functions-framework-go/funcframework"
	"github.com/GoogleCloudPlatform/functions-framework-go/functions"

	"github.com/jade-go/jade/faas"
)

// Register initialises h, and registers it with the framework under its name, as an HTTP function. Call it from an init function, where the
// platform's own main starts the framework, or before [funcframework.Start]. With FUNCTION_TARGET set to the name, the framework serves it at
// "/", else at "/" and the name.
//
// Failure: if the initialiser fails, that is logged as "init failed" to [slog.Default], and the process ends with exit code 1. So it does
// if a function of that name is registered already.
// Panics: the name has to consist of letters, digits, hyphens and underscores, as it becomes a path.
func Register[In, Out any](h *faas.Handler[In, Out], opts ...faas.HTTPOption) {
	const where = "gcf.Register"
	handler := newHandler(where, h, opts)
	mustBeFit(where, h.Name())
	initialize(h)
	functions.HTTP(h.Name(), handler.ServeHTTP)
	registered.Store(h.Name(), true)
}

// Handler is what [Register] registers, for tests and for what wraps handlers: [faas.HTTP], with what the platform says of a request. What
// it costs beside that is a copy of the request.
func Handler[In, Out any](h *faas.Handler[In, Out], opts ...faas.HTTPOption) http.Handler {
	return newHandler("gcf.Handler", h, opts)
}

func newHandler[In, Out any](where string, h *faas.Handler[In, Out], opts []faas.HTTPOption) http.Handler {
	if h == nil {
		panic(where + ": nil Handler")
	}
	about := faas.Invocation{Platform: "gcf", Function: os.Getenv("K_SERVICE"), Version: os.Getenv("K_REVISION")}
	inner := faas.HTTP(h, append([]faas.HTTPOption{faas.RequestID(executionID)}, opts...)...)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !answered(r) {
			inner.ServeHTTP(w, identified(r, about))
		}
	})
}

const executionID = "Function-Execution-Id"

// identified is r with what the platform says of it. The id is that of the execution, if the platform has told it; else that of the
// trace, by which the platform's log is searched; else the one that the framework has made, and writes to its log.
func identified(r *http.Request, about faas.Invocation) *http.Request {
	ctx := r.Context()
	r = r.WithContext(faas.WithInvocation(ctx, about))
	if r.Header.Get(executionID) != "" {
		return r
	}
	id := funcframework.TraceIDFromContext(ctx)
	if id == "" {
		id = funcframework.ExecutionIDFromContext(ctx)
	}
	if id != "" {
		r.Header = r.Header.Clone()
		r.Header.Set(executionID, id)
	}
	return r
}

// mustBeFit refuses a name that the framework would make another path of than the name says.
func mustBeFit(where, name string) {
	for _, c := range name {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_':
		default:
			panic(where + ": the name " + name + " is not only of letters, digits, hyphens and underscores")
		}
	}
}

// initialize calls the initialiser. If that fails, the process ends, and so does not take requests that it cannot answer.
func initialize[In, Out any](h *faas.Handler[In, Out]) {
	if err := h.Init(context.Background()); err != nil {
		faas.LogInit(context.Background(), slog.Default(), h.Name(), err)
		os.Exit(1)
	}
}
