package fc

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	recovery "github.com/jade-go/jade/recover"
)

// work is a handler without its types.
type work struct {
	name   string
	invoke func(context.Context, []byte) ([]byte, error)
	init   func(context.Context) error
	logger *slog.Logger
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
		i, err := r.next(ctx)
		switch {
		case err == nil: // it is answered, whatever the process is told meanwhile
			failures, wait = 0, firstWait
			invocations.Go(func() { r.answer(i) })
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

// next waits for an invocation.
func (r *runtime) next(ctx context.Context) (*invocation, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.base+"next", nil)
	if err != nil {
		return nil, err
	}
	response, err := r.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	event, err := io.ReadAll(response.Body)
	switch {
	case err != nil:
		return nil, err
	case response.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("status %d", response.StatusCode)
	}
	return newInvocation(response.Header, event), nil
}

// answer does what an invocation is for, and tells the platform. The process may be told to end
// meanwhile: an invocation that has begun is answered.
func (r *runtime) answer(i *invocation) {
	r.say(i.kind.started(i.id))
	answer, err := r.do(i)
	if err != nil {
		r.say(i.kind.failed(i.id))
		r.send(i.id, "error", r.errorBody(err))
		return
	}
	r.say(i.kind.ended(i.id))
	r.send(i.id, "response", answer)
}

func (r *runtime) do(i *invocation) ([]byte, error) {
	ctx, cancel, err := i.context(context.Background(), r.name)
	if err != nil {
		return nil, err
	}
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
		r.logger.LogAttrs(ctx, slog.LevelError, MessagePhase, slog.String("function", r.name), slog.String("phase", kinds[k]),
			slog.String("class", recovery.Classify(err).String()), slog.Any("error", err))
	}
	return nil, err
}

// MessagePhase is that of the record of another phase than an invocation that has failed, on level Error.
const MessagePhase = "phase failed"

// send posts an answer. One that the platform does not take, it would not take again.
func (r *runtime) send(id, what string, body []byte) {
	const limit = 30 * time.Second // the platform is on this machine
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if err := r.post(ctx, url.PathEscape(id)+"/"+what, body); err != nil {
		slog.Error("fc: an answer was not taken", "function", r.name, "request_id", id, "what", what, "error", err)
	}
}

func (r *runtime) post(ctx context.Context, path string, body []byte) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.base+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := r.client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	_, _ = io.Copy(io.Discard, response.Body) // so that the connection is used again
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", response.StatusCode)
	}
	return nil
}

// say writes a line for the platform's console.
func (r *runtime) say(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, _ = io.WriteString(r.console, line+"\n")
}
