package journal

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/jade-go/jade/durable"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
)

// driver carries out one run. First it returns the events that are recorded. Only then are the calls begun that have no outcome yet.
type driver struct {
	run   *run
	g     flow.Graph
	ctx   context.Context
	scope *future.Scope

	now     time.Time
	past    []record     // that is still to be returned
	ended   map[int]bool // calls whose outcome is in it
	waiting map[int]call // begun only when the past is over
	going   map[int]call
	asked   []ask            // signals that are waited for, in order
	kept    map[string][]raw // signals that nobody has asked for
	left    *durable.Failure
	once    sync.Once

	mu    sync.Mutex
	ready []record // calls that have ended
	more  chan struct{}
}

type raw = json.RawMessage

// call is a call that the run has made.
type call struct {
	id     int
	c      durable.Call
	cancel context.CancelCauseFunc
}

// ask is a signal that a run waits for.
type ask struct {
	id   int
	name string
}

func newDriver(ctx context.Context, r *run, known []record, g flow.Graph) *driver {
	d := &driver{
		run: r, g: g, now: known[0].At, past: known[1:], ended: map[int]bool{}, waiting: map[int]call{}, going: map[int]call{},
		kept: map[string][]raw{}, more: make(chan struct{}, 1),
	}
	d.ctx, d.scope = future.WithScope(ctx, future.Unobserved(func(error) {}))
	for _, e := range d.past {
		if e.ID > 0 {
			d.ended[e.ID] = true
		}
	}
	return d
}

// close waits for what still runs.
func (d *driver) close() { _ = d.scope.Close() } // nothing is reported there: failures are outcomes

// Now implements [durable.Driver].
func (d *driver) Now() time.Time { return d.now }

// Start implements [durable.Driver].
func (d *driver) Start(id int, c durable.Call, _ flow.GraphNode) {
	if asked := d.run.j.asked; asked != nil {
		asked(d.run.id, id, c)
	}
	if c.Verb == flow.VerbSignal {
		d.asked = append(d.asked, ask{id, c.Signal})
		return
	}
	if d.ended[id] {
		return
	}
	d.waiting[id] = call{id: id, c: c}
}

// Cancel implements [durable.Driver].
func (d *driver) Cancel(id int) {
	delete(d.waiting, id)
	d.asked = slices.DeleteFunc(d.asked, func(a ask) bool { return a.id == id })
	if c, ok := d.going[id]; ok {
		delete(d.going, id)
		c.cancel(&future.CanceledError{Cause: flow.ErrUnneeded})
	}
}

// Stop implements [durable.Stopper]. A call that waits to be begun may have been begun by an earlier process, which did not record how it ended.
func (d *driver) Stop(id int) {
	if c, ok := d.going[id]; ok {
		c.cancel(&future.CanceledError{Cause: flow.ErrUnneeded})
	}
}

// Answered implements [durable.Answerer].
func (d *driver) Answered(value json.RawMessage, failure error) {
	d.once.Do(func() {
		d.run.value, d.run.failure = value, failure
		close(d.run.answered)
	})
}

// Next implements [durable.Driver].
func (d *driver) Next() (id int, o durable.Outcome, err error) {
	for len(d.past) > 0 {
		e := d.past[0]
		d.past = d.past[1:]
		if id, o, ok := d.happened(e); ok {
			return id, o, nil
		}
	}
	if e, ok := d.overdue(); ok {
		return d.recorded(e)
	}
	d.begin()
	for {
		if e, ok := d.next(); ok {
			return d.recorded(e)
		}
		select {
		case <-d.more:
		case <-d.run.arrived:
		case <-d.ctx.Done():
			return 0, o, ErrClosed
		}
	}
}

// happened is an event as Execute takes it. It is not ok if nothing follows from it yet.
func (d *driver) happened(e record) (id int, o durable.Outcome, ok bool) {
	if e.Signal != nil {
		d.kept[e.Signal.Name] = append(d.kept[e.Signal.Name], e.Signal.Value)
		return 0, o, false
	}
	if e.ID == 0 && e.Left == nil {
		return 0, o, false
	}
	if e.At.After(d.now) { // a clock may go backwards
		d.now = e.At
	}
	if e.Left != nil {
		return durable.Left, durable.Outcome{Failure: e.Left}, true
	}
	if i := slices.IndexFunc(d.asked, func(a ask) bool { return a.id == e.ID }); i >= 0 {
		name := d.asked[i].name
		d.asked = slices.Delete(d.asked, i, i+1)
		d.kept[name] = d.kept[name][1:]
	}
	return e.ID, *e.Outcome, true
}

// next is an event that has happened and is not recorded, if there is one.
func (d *driver) next() (e record, ok bool) {
	for _, n := range d.run.takeNews() {
		if n.Left != nil {
			d.left = n.Left
			continue
		}
		d.happened(n) // it is recorded already
	}
	if d.left != nil {
		e, d.left = record{Left: d.left}, nil
		return e, true
	}
	for _, a := range d.asked {
		if values := d.kept[a.name]; len(values) > 0 {
			return record{ID: a.id, Outcome: &durable.Outcome{Value: values[0]}}, true
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for len(d.ready) > 0 {
		e, d.ready = d.ready[0], d.ready[1:]
		if _, wanted := d.going[e.ID]; wanted {
			delete(d.going, e.ID)
			return e, true
		}
	}
	return e, false
}

// overdue is the end of a sleep that was over before anything else could begin, the earliest one: a limit that has passed while no process was there. What is late by
// then is not begun.
func (d *driver) overdue() (e record, ok bool) {
	now := time.Now()
	var first call
	for _, c := range d.waiting {
		if c.c.Verb == flow.VerbSleep && !c.c.Until.After(now) && (first.id == 0 || c.c.Until.Before(first.c.Until) || c.c.Until.Equal(first.c.Until) && c.id < first.id) {
			first = c
		}
	}
	if first.id == 0 {
		return e, false
	}
	delete(d.waiting, first.id)
	return record{ID: first.id, Outcome: &durable.Outcome{}}, true
}

// recorded records an event and returns it as Next does.
func (d *driver) recorded(e record) (id int, o durable.Outcome, err error) {
	if e, err = d.record(e); err != nil {
		return 0, o, err
	}
	id, o, _ = d.happened(e)
	return id, o, nil
}

// record records an event, and returns it with its time. Nothing follows from it before.
func (d *driver) record(e record) (record, error) {
	e.At = time.Now().Round(0)
	if e.At.Before(d.now) {
		e.At = d.now
	}
	b, err := e.bytes()
	if err == nil && d.run.j.recording != nil {
		err = d.run.j.recording(d.run.id)
	}
	if err == nil {
		err = d.run.file.Append(b)
	}
	if err == nil && d.run.j.recorded != nil {
		err = d.run.j.recorded(d.run.id)
	}
	if err != nil {
		return e, fmt.Errorf("journal: run %q: %w", d.run.id, err)
	}
	return e, nil
}

// begin begins the calls that have been made, in order.
func (d *driver) begin() {
	all := make([]call, 0, len(d.waiting))
	for _, c := range d.waiting {
		all = append(all, c)
	}
	clear(d.waiting)
	slices.SortFunc(all, func(a, b call) int { return cmp.Compare(a.id, b.id) })
	for _, c := range all {
		ctx, cancel := context.WithCancelCause(d.ctx)
		c.cancel = cancel
		d.going[c.id] = c
		future.Go(ctx, func(ctx context.Context) (struct{}, error) {
			defer cancel(nil)
			d.finished(c.id, d.make(ctx, c))
			return struct{}{}, nil
		})
	}
}

// make makes a call.
func (d *driver) make(ctx context.Context, c call) (o durable.Outcome) {
	if made := d.run.j.made; made != nil {
		ended := made(d.run.id, c.id, c.c)
		defer func() { ended(o) }()
	}
	if c.c.Verb != flow.VerbSleep {
		return durable.Perform(ctx, d.g, c.c)
	}
	timer := time.NewTimer(time.Until(c.c.Until))
	defer timer.Stop()
	select {
	case <-timer.C:
		return durable.Outcome{}
	case <-ctx.Done():
		return durable.Outcome{Failure: durable.EncodeError(future.Cause(ctx))}
	}
}

// finished notes how a call has ended.
func (d *driver) finished(id int, o durable.Outcome) {
	if context.Cause(d.ctx) != nil { // the process stops: it says nothing of the call
		return
	}
	d.mu.Lock()
	d.ready = append(d.ready, record{ID: id, Outcome: &o})
	d.mu.Unlock()
	select {
	case d.more <- struct{}{}:
	default:
	}
}
