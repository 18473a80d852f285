package jadedbos

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/dbos-inc/dbos-transact-golang/dbos"

	"github.com/jade-go/jade/durable"
)

// perform is a step of DBOS: it makes a call. If the result is not wanted, it ends the goroutine of the step, because DBOS writes whatever a step returns.
func (d *driver) perform(ctx context.Context, k *call, c durable.Call) (text string, err error) {
	d.e.calls.Add(1)
	defer d.e.calls.Done()
	select {
	case <-d.open:
	case <-d.over:
	case <-ctx.Done():
	}
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	if !d.begin(k, end) {
		runtime.Goexit()
	}
	defer d.forget(k)
	r, ok := d.ended(k, d.bounded(durable.Perform(ctx, d.g, c), nameOf(c)))
	if !ok {
		runtime.Goexit()
	}
	return textFor(r), nil
}

// begin reports whether the call is to be made.
func (d *driver) begin(k *call, end context.CancelCauseFunc) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed || k.dropped || d.ctx.Err() != nil {
		return false
	}
	k.end = end
	d.running[k] = true
	return true
}

func (d *driver) forget(k *call) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.running, k)
}

// bounded is o, or a failure if its value is too big.
func (d *driver) bounded(o durable.Outcome, name string) durable.Outcome {
	if size := len(o.Value); size > maxValue {
		o = durable.Outcome{Failure: durable.EncodeError(fmt.Errorf("jadedbos: %s: the value has %d bytes of JSON, and may have %d: keep it elsewhere and return where", name, size, maxValue))}
	}
	return o
}

// ended gives the outcome of a call its place in the order of events, if anybody needs it.
func (d *driver) ended(k *call, o durable.Outcome) (r record, needed bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed || k.dropped || d.ctx.Err() != nil { // the outcome may be due to that
		return r, false
	}
	r = record{Call: k.id, Outcome: o}
	d.number(&r)
	return r, true
}

// number makes r the next event. Who calls it holds mu.
func (d *driver) number(r *record) {
	if now := instant(time.Now()); now.After(d.at) {
		d.at = now
	}
	d.last++
	r.Event, r.At = d.last, d.at
}

// receive takes the result of a step, which is written.
func (d *driver) receive(o dbos.StepOutcome[any]) {
	if o.Err != nil {
		d.fail(o.Err)
		return
	}
	if o.Result == nil { // perform has ended its goroutine
		return
	}
	r, err := read[record](o.Result)
	if err != nil {
		d.fail(err)
		return
	}
	d.arrive(r)
}

func (d *driver) arrive(r record) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.arrived[r.Event] = r
	wake(d.changed)
}
