package jadetemporal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"

	"github.com/jade-go/jade/durable"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
)

// Work is the input of an activity: a call of a run.
type Work struct {
	Version string       `json:"version"` // of the flow
	Call    durable.Call `json:"call"`
}

// Done is the result of an activity: how the call has ended, also if it has failed.
type Done struct {
	Outcome durable.Outcome `json:"outcome"`
	At      time.Time       `json:"at"` // when, by the clock of the worker
}

// typeOf is the type of the activity that makes a call: names of the flow and of the nodes, such as checkout/charge.
func typeOf(flowName string, c durable.Call) string {
	name := c.Node
	switch c.Verb {
	case flow.VerbTell:
		name = "OnError"
	case flow.VerbCatch:
		name = "Catch"
	case flow.VerbUndo:
		name += "/undo"
	}
	return strings.Join(append(append([]string{flowName}, c.Path...), name), "/")
}

// typesOf lists the types of the activities of a flow at path, which ends with a slash.
func typesOf(g flow.Graph, path string) (types []string) {
	for _, n := range g.Nodes {
		switch n.Kind {
		case flow.KindStep, flow.KindEach, flow.KindSettleEach, flow.KindRecover:
			types = append(types, path+n.Name)
		}
		if undoes(n) {
			types = append(types, path+n.Name+"/undo")
		}
		if n.Flow != nil {
			types = append(types, typesOf(*n.Flow, path+n.Name+"/")...)
		}
	}
	return append(types, path+"OnError", path+"Catch")
}

// summaryOf is what is to be read of a call beside the type of its activity.
func summaryOf(c durable.Call, n flow.GraphNode) string {
	switch {
	case c.Failure != nil:
		return firstOf(c.Failure.Text)
	case c.Element != nil:
		return n.Name
	case n.Task != n.Name:
		return n.Task
	}
	return ""
}

// firstOf is the beginning of a text.
func firstOf(text string) string {
	if len(text) <= 200 {
		return text
	}
	return strings.ToValidUTF8(text[:200], "") + "…"
}

// what names a call in a text.
func what(c durable.Call) string {
	name := strings.Join(append(c.Path[:len(c.Path):len(c.Path)], c.Node), "/")
	if c.Element != nil {
		name = fmt.Sprintf("%s[%d]", name, *c.Element)
	}
	switch c.Verb {
	case flow.VerbRun:
		return "node " + name
	case flow.VerbTell:
		return "OnError"
	case flow.VerbCatch:
		return "Catch"
	}
	return string(c.Verb) + " of node " + name
}

// perform is the activity of all calls of a flow.
func (fam *family) perform(ctx context.Context, w Work) (Done, error) {
	v, err := fam.find(w.Version)
	if err != nil {
		return Done{}, temporal.NewApplicationErrorWithCause(err.Error(), typeVersion, err)
	}
	work, end := working(ctx)
	defer end()
	stop := beat(ctx, fam.engine.beat/3)
	o := durable.Perform(work, v.graph, w.Call)
	stop()
	if ctx.Err() != nil && o.Failure != nil { // that is not what the call comes to
		return Done{}, stopped(ctx)
	}
	return Done{fam.small(w.Call, o), time.Now().Round(0)}, nil
}

// working returns the ctx of a call: it ends with ctx, but has no deadline, which is but a formality of Temporal's.
func working(ctx context.Context) (work context.Context, end func()) {
	work, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	cut := context.AfterFunc(ctx, func() {
		cause := context.Cause(ctx)
		if temporal.IsCanceledError(cause) {
			cause = flow.ErrUnneeded
		}
		cancel(&future.CanceledError{Cause: cause})
	})
	return work, func() {
		cut()
		cancel(nil)
	}
}

// beat tells the server again and again that the activity runs, until stop is called, which waits for its goroutine.
func beat(ctx context.Context, every time.Duration) (stop func()) {
	quit, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				activity.RecordHeartbeat(ctx)
			case <-ctx.Done():
				return
			case <-quit:
				return
			}
		}
	}()
	return func() {
		close(quit)
		<-gone
	}
}

// stopped is why a call has no outcome: nothing needs it, or its worker stops and another one is to make it.
func stopped(ctx context.Context) error {
	cause := context.Cause(ctx)
	if temporal.IsCanceledError(cause) {
		return cause
	}
	if errors.Is(cause, context.Canceled) {
		cause = errors.New("the worker stops")
	}
	return temporal.NewApplicationErrorWithCause("jadetemporal: the call was stopped: "+cause.Error(), typeStopped, cause)
}

// small is an outcome that may be sent.
func (fam *family) small(c durable.Call, o durable.Outcome) durable.Outcome {
	limit, size := fam.engine.settings.MaxPayload, len(o.Value)
	if size <= limit && (o.Failure != nil || o.Degraded != nil || len(o.Losses) > 0) {
		raw, err := json.Marshal(o)
		if err != nil {
			return durable.Outcome{Failure: durable.EncodeError(err)}
		}
		size = len(raw)
	}
	if size <= limit {
		return o
	}
	return durable.Outcome{Failure: durable.EncodeError(&TooLargeError{fam.name, "the result of " + what(c), size, limit})}
}
