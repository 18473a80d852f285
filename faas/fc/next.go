package fc

import (
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptrace"
	"time"
)

// arrival is an invocation that the platform has handed out. Its event may be on the way yet.
type arrival struct {
	*invocation
	body   io.ReadCloser
	cancel context.CancelFunc // of the request
}

// next waits for an invocation. The end of ctx ends that, until an answer begins to arrive: then there is an invocation that the
// platform gives to nobody else.
func (r *runtime) next(ctx context.Context) (*arrival, error) {
	asking, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, cancel)
	late := time.AfterFunc(math.MaxInt64, cancel)
	defer late.Stop()
	trace := &httptrace.ClientTrace{GotFirstResponseByte: func() {
		stop()
		late.Reset(transfer) // for the rest of the headers
	}}
	request, err := http.NewRequestWithContext(httptrace.WithClientTrace(asking, trace), http.MethodGet, r.base+"next", nil)
	if err != nil {
		cancel()
		return nil, err
	}
	response, err := r.client.Do(request)
	stop()
	if err != nil {
		cancel()
		return nil, err
	}
	a := &arrival{newInvocation(response.Header), response.Body, cancel}
	if response.StatusCode != http.StatusOK {
		a.close()
		return nil, fmt.Errorf("status %d", response.StatusCode)
	}
	return a, nil
}

// read reads the event, until the invocation has to be over.
func (a *arrival) read() (err error) {
	defer a.close()
	late := time.AfterFunc(time.Until(a.readUntil()), a.cancel)
	defer late.Stop()
	if a.event, err = io.ReadAll(a.body); err != nil {
		return unreadable(err)
	}
	return nil
}

func (a *arrival) close() {
	_ = a.body.Close()
	a.cancel()
}
