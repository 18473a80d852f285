package jadedbos

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/dbos-inc/dbos-transact-golang/dbos"

	"github.com/jade-go/jade/durable"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
)

// driver carries out one run in one process.
//
// # Order
//
// A replay has to see the events of the run in the order of the first time. DBOS numbers steps when they begin, and does not say which ended first. So
// each step has its place among the events in its own result: the number is taken when the function returns, before the result is written. An event is
// used only when it and all before it have been written. After a crash some numbers may be missing. What comes after the first of those has not been used,
// so any order is right for it: that of the numbers. New numbers go on after the highest.
//
// # Numbers of steps
//
// DBOS finds the result of a step by its number, which it takes in the order of calls. The goroutine of the workflow makes all of them. Calls of functions
// begin in the order of the moves, so they have the same numbers again. Other steps (a sleep that is over, a signal, the cancellation of the run) come when
// they come. They are written before the workflow goes on, so none with a higher number is written if one of them is not. A replay knows their numbers
// from the rows, and takes those when it gets to them.
type driver struct {
	e    *Engine
	ctx  dbos.Context // of the workflow
	g    flow.Graph
	live *live

	// Only the goroutine of the workflow uses these.
	now     time.Time
	step    int                            // number of the next step
	rows    map[int]row                    // what is recorded, by number of the step
	past    []record                       // recorded events, in order, that have not been returned
	seen    int                            // the last event that was returned
	calls   map[int]*call                  // by id
	outs    []<-chan dbos.StepOutcome[any] // of steps whose result nobody receives yet
	alarms  []alarm                        // sleeps that are not over
	waits   map[int]string                 // signals that are waited for, by id: their names
	used    map[string]bool
	left    bool
	answer  string // JSON of the answer, once it is there
	told    bool
	present bool // the past is over

	mu      sync.Mutex
	last    int       // the last event with a number
	at      time.Time // of that
	arrived map[int]record
	failed  error
	changed chan struct{} // has room for one: arrived or failed has changed
	open    chan struct{} // closed when the past is over: functions may be called
	over    chan struct{} // closed when the driver is done
	closed  bool
	running map[*call]bool
}

type row struct {
	name string
	record
}

// call is a call of a function.
type call struct {
	id      int
	dropped bool // under driver.mu
	end     context.CancelCauseFunc
}

type alarm struct {
	id    int
	until time.Time
	name  string
}

func newDriver(e *Engine, ctx dbos.Context, g flow.Graph, l *live, begun time.Time, rows map[int]row) *driver {
	d := &driver{
		e: e, ctx: ctx, g: g, live: l, now: begun, at: begun, rows: rows, calls: map[int]*call{}, waits: map[int]string{}, used: map[string]bool{},
		arrived: map[int]record{}, changed: make(chan struct{}, 1), open: make(chan struct{}), over: make(chan struct{}), running: map[*call]bool{},
	}
	for _, r := range rows {
		d.past = append(d.past, r.record)
	}
	slices.SortFunc(d.past, func(a, b record) int { return a.Event - b.Event })
	if n := len(d.past); n > 0 {
		d.last, d.seen, d.at = d.past[n-1].Event, d.past[n-1].Event, d.past[n-1].At
	}
	return d
}

// Now is the time of the last event.
func (d *driver) Now() time.Time { return d.now }

// Start begins a call.
func (d *driver) Start(id int, c durable.Call, n flow.GraphNode) {
	switch c.Verb {
	case flow.VerbSleep:
		d.alarms = append(d.alarms, alarm{id, c.Until, nameOf(c)})
		return
	case flow.VerbSignal:
		d.waits[id] = c.Signal
		return
	}
	if !d.skip() {
		return
	}
	name := nameOf(c)
	known, recorded := d.rows[d.step]
	if recorded && (known.Call != id || known.name != name) {
		d.fail(fmt.Errorf("%w: step %d was %q, and is %q now: the flow does not do the same again, as when a function of a Map depends on more than its arguments", errStrayed, d.step, known.name, name))
		return
	}
	k := &call{id: id}
	d.calls[id] = k
	out, err := d.ctx.Go(d.ctx, func(ctx context.Context) (any, error) { return d.perform(ctx, k, c) }, dbos.WithStepName(name))
	d.step++
	switch {
	case err != nil:
		d.fail(err)
	case !recorded: // else the result is in the past already
		d.outs = append(d.outs, out)
	}
}

// nameOf is the name of a call in the tables of DBOS.
func nameOf(c durable.Call) string {
	name := c.Node
	switch {
	case c.Element != nil:
		name = fmt.Sprintf("%s[%d]", name, *c.Element)
	case c.Verb == flow.VerbTell:
		name = "OnError"
	case c.Verb == flow.VerbCatch:
		name = "Catch"
	case name == "" && c.Verb == flow.VerbSleep:
		name = "limit"
	}
	if c.Verb != flow.VerbRun && c.Node != "" && c.Verb != flow.VerbSleep && c.Verb != flow.VerbSignal {
		name += " " + string(c.Verb)
	}
	return strings.Join(append(slices.Clone(c.Path), name), "/")
}

// fail stops the driver.
func (d *driver) fail(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.failed == nil {
		d.failed = err
	}
	wake(d.changed)
}

// Cancel ends a call that nothing needs any more.
func (d *driver) Cancel(id int) {
	d.alarms = slices.DeleteFunc(d.alarms, func(a alarm) bool { return a.id == id })
	delete(d.waits, id)
	k := d.calls[id]
	if k == nil {
		return
	}
	delete(d.calls, id)
	d.mu.Lock()
	k.dropped = true
	end := k.end
	d.mu.Unlock()
	if end != nil {
		end(&future.CanceledError{Cause: flow.ErrUnneeded})
	}
}

// Stop asks a call to stop whose outcome is needed. One that has not begun here may have succeeded in an earlier process, so it has to be made.
func (d *driver) Stop(id int) {
	k := d.calls[id]
	if k == nil {
		return
	}
	d.mu.Lock()
	end := k.end
	d.mu.Unlock()
	if end != nil {
		end(&future.CanceledError{Cause: flow.ErrUnneeded})
	}
}

// Answered is told the answer.
func (d *driver) Answered(value json.RawMessage, failure error) {
	d.answer = textFor(answer{Value: value, Failure: durable.EncodeError(failure)})
	d.live.answer(d.answer)
}

// Next returns what happens next.
func (d *driver) Next() (int, durable.Outcome, error) {
	if d.answer != "" && !d.told {
		d.told = true
		d.e.publish(d.live.id, d.answer)
	}
	for {
		if len(d.past) > 0 {
			r := d.past[0]
			d.past = d.past[1:]
			return d.happen(r)
		}
		d.mu.Lock()
		r, ok := d.arrived[d.seen+1]
		delete(d.arrived, d.seen+1)
		failed := d.failed
		d.mu.Unlock()
		if ok {
			d.seen++
			return d.happen(r)
		}
		if failed == nil {
			failed = d.live.stoppedBy()
		}
		if failed == nil && d.ctx.Err() != nil {
			failed = context.Cause(d.ctx)
		}
		if failed != nil {
			return 0, durable.Outcome{}, failed
		}
		if d.notice() {
			continue
		}
		if !d.present { // after what is due already: that may drop calls
			d.present = true
			close(d.open)
		}
		d.wait()
	}
}

// happen returns an event.
func (d *driver) happen(r record) (int, durable.Outcome, error) {
	d.now = r.At
	switch {
	case r.Call == durable.Left:
		d.left = true
	case r.Inline:
		d.alarms = slices.DeleteFunc(d.alarms, func(a alarm) bool { return a.id == r.Call })
		delete(d.waits, r.Call)
		d.used[r.Mail] = true
	default:
		delete(d.calls, r.Call)
	}
	return r.Call, r.Outcome, nil
}

// wait waits until something may have happened. It receives the results of a few steps itself: that is one switch of goroutines less for each.
func (d *driver) wait() {
	var due <-chan time.Time
	if i := d.nextAlarm(); i >= 0 {
		timer := time.NewTimer(time.Until(d.alarms[i].until))
		defer timer.Stop()
		due = timer.C
	}
	var out [3]<-chan dbos.StepOutcome[any]
	for len(d.outs) > len(out) {
		go func(out <-chan dbos.StepOutcome[any]) { d.receive(<-out) }(d.outs[0])
		d.outs = d.outs[1:]
	}
	copy(out[:], d.outs)
	take := func(i int, o dbos.StepOutcome[any]) {
		d.outs = slices.Delete(d.outs, i, i+1)
		d.receive(o)
	}
	select {
	case o := <-out[0]:
		take(0, o)
	case o := <-out[1]:
		take(1, o)
	case o := <-out[2]:
		take(2, o)
	case <-d.changed:
	case <-d.live.changed:
	case <-due:
	case <-d.ctx.Done():
	}
}

// close ends the calls that still run.
func (d *driver) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return
	}
	d.closed = true
	close(d.over)
	for k := range d.running {
		k.end(&future.CanceledError{Cause: errStopped})
	}
}

const maxValue = 64 << 20 // bytes of JSON

var (
	errStopped = errors.New("jadedbos: this process does not have the run any more")
	errStrayed = errors.New("jadedbos: the replay differs from what is recorded")
)
