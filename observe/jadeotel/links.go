package jadeotel

import (
	"slices"
	"time"

	"github.com/jade-go/jade/observe"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
)

// input is a node that has ended, and what to link to.
type input struct {
	span trace.SpanContext
	at   time.Time
}

// registerAsInput has those that take the node's data find its span. Its end is told before they start.
func (c *call) registerAsInput(o observe.Outcome, at time.Time) {
	run := c.around
	if c.about.Kind != observe.KindNode || run == nil || run.about.Kind != observe.KindRun || c.about.Node == "" {
		return
	}
	if o.Status == observe.StatusCanceled || o.Status == observe.StatusStraggler || o.Status == observe.StatusSkipped {
		return // nobody has anything from it
	}
	p := run.allParts()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.inputs == nil {
		p.inputs = make(map[string]input)
	}
	p.inputs[c.about.Node] = input{c.span.SpanContext(), at}
}

var (
	linkInput = []attribute.KeyValue{KeyLink.String(LinkInput)}
	linkAfter = []attribute.KeyValue{KeyLink.String(LinkAfter)}
)

// linkInputs links the node's span to those of the nodes that it could not start before.
func (c *call) linkInputs() {
	if c.about.Kind != observe.KindNode || c.around == nil {
		return
	}
	for _, name := range c.about.Inputs {
		c.link(name, linkInput)
	}
	for _, name := range c.about.After {
		if !slices.Contains(c.about.Inputs, name) {
			c.link(name, linkAfter)
		}
	}
}

func (c *call) link(name string, as []attribute.KeyValue) {
	if from, ok := c.around.input(name); ok && !from.at.After(c.about.Start) {
		c.span.AddLink(trace.Link{SpanContext: from.span, Attributes: as})
	}
}

func (c *call) input(name string) (input, bool) {
	p := c.parts.Load()
	if p == nil {
		return input{}, false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	from, ok := p.inputs[name]
	return from, ok
}
