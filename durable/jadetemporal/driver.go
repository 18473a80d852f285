package jadetemporal

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/jade-go/jade/durable"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
)

const (
	longest = 10 * 365 * 24 * time.Hour // of a call: Jade limits calls, and heartbeats find those that are lost
	burst   = 3_000_000                 // bytes that one workflow task may send; a server takes 4 MiB
)

// driver carries out one run in the goroutine of its workflow. All that it waits for and all that it reads is recorded in the history of the workflow: so a replay
// goes the same way.
type driver struct {
	fam      *family
	version  *version
	settings Settings

	run     workflow.Context // ends when somebody cancels the workflow
	ctx     workflow.Context // of what the run does: the machine decides what a cancellation ends
	cancels workflow.ReceiveChannel

	calls   []*call // that are with the server, in the order of their ids
	waiting []*call // activities that are not
	active  int     // activities among calls
	sent    int     // bytes, in this workflow task
	pause   workflow.Future
	events  []event // that Next has not returned
	left    bool
	now     time.Time

	answered bool
	value    json.RawMessage
	failure  error
}

// call is a call that runs.
type call struct {
	id     int
	of     durable.Call
	node   flow.GraphNode
	input  json.RawMessage         // of an activity
	done   workflow.Future         // of an activity or a timer
	signal workflow.ReceiveChannel // of a signal
	cancel workflow.CancelFunc
}

func (c *call) ready() bool {
	if c.signal != nil {
		return c.signal.Len() > 0
	}
	return c.done.IsReady()
}

// event is what Next returns, and when it happened.
type event struct {
	id      int
	outcome durable.Outcome
	at      time.Time
}

func newDriver(ctx workflow.Context, fam *family, v *version, s Settings) *driver {
	d := &driver{fam: fam, version: v, settings: s, run: ctx, now: workflow.GetInfo(ctx).WorkflowStartTime, cancels: workflow.GetSignalChannel(ctx, signalCancel)}
	d.ctx, _ = workflow.NewDisconnectedContext(ctx)
	return d
}

// Now is the time of the last event: of a call, when it ended, by the clock of the worker that made it, as far as the server's clock agrees.
func (d *driver) Now() time.Time { return d.now }

// Start begins a call.
func (d *driver) Start(id int, of durable.Call, n flow.GraphNode) {
	c := &call{id: id, of: of, node: n}
	switch of.Verb {
	case flow.VerbSleep:
		d.sleep(c)
	case flow.VerbSignal:
		c.signal, c.cancel = workflow.GetSignalChannel(d.ctx, of.Signal), func() {}
		d.calls = append(d.calls, c)
	default:
		d.perform(c)
	}
}

func (d *driver) sleep(c *call) {
	left := c.of.Until.Sub(workflow.Now(d.ctx))
	if left <= 0 {
		d.happened(c.id, durable.Outcome{}, c.of.Until)
		return
	}
	ctx, cancel := workflow.WithCancel(d.ctx)
	c.cancel, c.done = cancel, workflow.NewTimerWithOptions(ctx, left, workflow.TimerOptions{Summary: d.titleOf(c)})
	d.calls = append(d.calls, c)
}

// titleOf is what a timer is for, in Temporal's UI.
func (d *driver) titleOf(c *call) string {
	if c.of.Node != "" {
		return c.of.Node
	}
	return "limit of " + strings.Join(append([]string{d.version.graph.Name}, c.of.Path...), "/")
}

// perform queues a call for an activity, unless it is too large.
func (d *driver) perform(c *call) {
	input, err := json.Marshal(Work{Version: d.version.name, Call: c.of})
	if err == nil && len(input) > d.settings.MaxPayload {
		err = &TooLargeError{d.fam.name, "the input of " + what(c.of), len(input), d.settings.MaxPayload}
	}
	if err != nil {
		d.happened(c.id, durable.Outcome{Failure: durable.EncodeError(err)}, time.Time{})
		return
	}
	c.input = input
	d.waiting = append(d.waiting, c)
}

// release begins calls that wait, as many as the server takes.
func (d *driver) release() {
	for len(d.waiting) > 0 && d.active < d.settings.MaxCalls {
		c := d.waiting[0]
		if d.sent > 0 && d.sent+len(c.input) > burst {
			if d.pause == nil { // a timer ends this workflow task, and begins another
				d.pause = workflow.NewTimerWithOptions(d.ctx, time.Millisecond, workflow.TimerOptions{Summary: "more calls"})
			}
			return
		}
		d.waiting = d.waiting[1:]
		d.sent += len(c.input)
		d.active++
		ctx, cancel := workflow.WithCancel(workflow.WithActivityOptions(d.ctx, workflow.ActivityOptions{
			StartToCloseTimeout: longest, HeartbeatTimeout: d.fam.engine.beat, Summary: summaryOf(c.of, c.node),
			RetryPolicy: &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: 10 * time.Second},
		}))
		c.cancel, c.done = cancel, workflow.ExecuteActivity(ctx, typeOf(d.version.graph.Name, c.of), c.input)
		at, _ := find(d.calls, c.id)
		d.calls = slices.Insert(d.calls, at, c)
	}
}

// Cancel gives up a call: nothing of it comes back.
func (d *driver) Cancel(id int) {
	if i, ok := find(d.waiting, id); ok {
		d.waiting = slices.Delete(d.waiting, i, i+1)
		return
	}
	if i, ok := find(d.calls, id); ok {
		d.calls[i].cancel()
		d.close(i)
		return
	}
	d.events = slices.DeleteFunc(d.events, func(e event) bool { return e.id == id })
}

// find returns where a call is, or would be, in a list in the order of ids.
func find(calls []*call, id int) (at int, ok bool) {
	return slices.BinarySearchFunc(calls, id, func(c *call, id int) int { return c.id - id })
}

// close forgets call i.
func (d *driver) close(i int) {
	if d.calls[i].input != nil {
		d.active--
	}
	d.calls = slices.Delete(d.calls, i, i+1)
}

// Next waits for the next event. What has come together is returned in the order in which it happened.
func (d *driver) Next() (int, durable.Outcome, error) {
	d.release()
	for len(d.events) == 0 {
		waited := false
		if err := workflow.Await(d.ctx, func() bool {
			some := d.some()
			waited = waited || !some
			return some
		}); err != nil {
			return 0, durable.Outcome{}, err // d.ctx does not end
		}
		if waited { // this is another workflow task
			d.sent = 0
		}
		d.gather()
		d.release()
	}
	e := d.events[0]
	d.events = d.events[1:]
	if e.at.After(d.now) {
		d.now = e.at
	}
	return e.id, e.outcome, nil
}

// some reports whether something has happened.
func (d *driver) some() bool {
	return d.leaves() || d.pause != nil && d.pause.IsReady() || slices.ContainsFunc(d.calls, (*call).ready)
}

func (d *driver) leaves() bool { return !d.left && (d.run.Err() != nil || d.cancels.Len() > 0) }

// gather takes what has happened.
func (d *driver) gather() {
	if d.pause != nil && d.pause.IsReady() {
		d.pause = nil
	}
	for i := 0; i < len(d.calls); {
		c := d.calls[i]
		if !c.ready() {
			i++
			continue
		}
		o, at, ok := d.outcomeOf(c)
		if !ok {
			continue
		}
		d.happened(c.id, o, at)
		d.close(i)
	}
	if d.leaves() {
		d.left = true
		d.happened(durable.Left, durable.Outcome{Failure: d.cause()}, time.Time{})
	}
	slices.SortStableFunc(d.events, func(a, b event) int { return a.at.Compare(b.at) })
}

// happened is told of an event, and when it was; zero: now.
func (d *driver) happened(id int, o durable.Outcome, at time.Time) {
	now := workflow.Now(d.ctx)
	if at.IsZero() || at.After(now) {
		at = now
	}
	if at.Before(d.now) {
		at = d.now
	}
	d.events = append(d.events, event{id, o, at})
}

// outcomeOf is how a call has ended, and when; not ok: it has not, as what came for a signal is no JSON.
func (d *driver) outcomeOf(c *call) (o durable.Outcome, at time.Time, ok bool) {
	switch {
	case c.signal != nil:
		ok := c.signal.ReceiveAsync(&o.Value)
		return o, at, ok && json.Valid(o.Value)
	case c.of.Verb == flow.VerbSleep:
		if err := c.done.Get(d.ctx, nil); err != nil {
			o.Failure = durable.EncodeError(err)
		}
		return o, c.of.Until, true
	}
	var done Done
	if err := c.done.Get(d.ctx, &done); err != nil {
		o.Failure = durable.EncodeError(fmt.Errorf("jadetemporal: %s: %w", what(c.of), err))
		return o, at, true
	}
	return done.Outcome, done.At, true
}

// cause is why somebody cancels the run.
func (d *driver) cause() (f *durable.Failure) {
	if d.cancels.Len() > 0 && d.cancels.ReceiveAsync(&f) && f != nil {
		return f
	}
	return durable.EncodeError(&future.CanceledError{})
}

// Answered is told the answer.
func (d *driver) Answered(value json.RawMessage, failure error) {
	if size := len(value); size > d.settings.MaxPayload {
		value, failure = nil, &TooLargeError{d.fam.name, "the answer", size, d.settings.MaxPayload}
	}
	d.answered, d.value, d.failure = true, value, failure
}
