package fc

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"reflect"
	"sync"
	"time"

	"github.com/jade-go/jade/faas"
	recovery "github.com/jade-go/jade/recover"
)

// work is a handler without its types.
type work struct {
	name     string
	observed func(context.Context) bool
	admit    func(context.Context) (context.Context, func(), error)
	invoke   func(context.Context, []byte) ([]byte, error)
	refused  func(context.Context, error)
	init     func(context.Context) error
	logger   *slog.Logger
}

func workOf[In, Out any](h *faas.Handler[In, Out]) work {
	h = h.Lenient(reflect.TypeFor[Event]().PkgPath())
	return work{name: h.Name(), observed: h.Observed, admit: h.Admit, invoke: h.InvokeJSON, refused: h.Refused, init: h.Init, logger: h.Logger()}
}

// runtime asks the platform for invocations and answers them.
type runtime struct {
	settings
	work
	client *http.Client
	base   string
	mu     sync.Mutex // of the console
}

func newRuntime(s settings, w work) *runtime {
	transport := &http.Transport{MaxIdleConnsPerHost: 200, DisableCompression: true} // and no proxy
	return &runtime{settings: s, work: w, client: &http.Client{Transport: transport}, base: "http://" + s.api + "/2020-11-11/runtime/invocation/"}
}

// Asking again after something else than an invocation.
const (
	firstWait = 10 * time.Millisecond
	lastWait  = time.Second
	patience  = 20 // times in a row, together about 14 s
)

func (r *runtime) run(ctx context.Context) error {
	defer r.client.CloseIdleConnections()
	var invocations sync.WaitGroup
	defer invocations.Wait()
	failures, wait := 0, firstWait
	for {
		a, err := r.next(ctx)
		switch {
		case err == nil: // it is answered, whatever the process is told meanwhile
			failures, wait = 0, firstWait
			invocations.Go(func() { r.answer(a) })
			continue
		case ctx.Err() != nil:
			return nil
		}
		if failures++; failures >= patience {
			return fmt.Errorf("fc.Run: no invocation from %s: %w", r.api, err)
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil
		}
		wait = min(2*wait, lastWait)
	}
}

// answer does what an invocation is for, and tells the platform. The process may be told to end
// meanwhile: an invocation that has begun is answered.
func (r *runtime) answer(a *arrival) {
	i := a.invocation
	ctx := r.about(context.Background(), i)
	r.say(i.kind.started(i.id))
	var answer []byte
	err := a.read()
	if err != nil {
		r.refused(ctx, err)
	} else {
		answer, err = r.do(ctx, i)
	}
	if err != nil {
		r.say(i.kind.failed(i.id))
		r.send(ctx, i.id, "error", r.errorBody(err))
		return
	}
	r.say(i.kind.ended(i.id))
	r.send(ctx, i.id, "response", answer)
}

// do does what an invocation is for, until its deadline.
func (r *runtime) do(ctx context.Context, i *invocation) ([]byte, error) {
	ctx, cancel := i.limited(ctx)
	defer cancel()
	return r.dispatch(ctx, i.kind, i.event)
}

// dispatch calls what an invocation of the kind is for.
func (r *runtime) dispatch(ctx context.Context, k kind, event []byte) ([]byte, error) {
	phase := r.init
	switch k {
	case invoke:
		return r.invoke(ctx, event)
	case preStop:
		phase = r.preStop
	case preFreeze:
		phase = r.preFreeze
	}
	err := guarded(ctx, phase)
	if err != nil {
		within(ctx, func() {
			r.logger.LogAttrs(ctx, slog.LevelError, MessagePhase, slog.String("function", r.name), slog.String("phase", kinds[k]),
				slog.String("class", recovery.Classify(err).String()), slog.String("error", recovery.Text(err)))
		})
	}
	return nil, err
}

// MessagePhase is that of the record of another phase than an invocation that has failed, on level Error.
const MessagePhase = "phase failed"

// say writes a line for the platform's console. A writer that panics fails no invocation.
func (r *runtime) say(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	defer func() { _ = recover() }()
	_, _ = io.WriteString(r.console, line+"\n")
}
