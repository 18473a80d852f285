package diagram

import (
	"strconv"
	"strings"
	"time"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/trace"
)

// item is what a page tells of a call or of a box.
type item struct {
	ID    string
	Name  string
	State state
	Word  string // of the state
	Facts []fact
	Err   string
	Panic string
	Stack string
	First bool // it is told if nothing is chosen
}

// fact is a word and what it says of an item.
type fact struct{ Key, Value string }

// itemID is where a page tells of a span.
func itemID(span int) string { return "s" + strconv.Itoa(span) }

// add adds a fact that is known.
func (it *item) add(key, value string) {
	if value != "" {
		it.Facts = append(it.Facts, fact{key, value})
	}
}

// items are all that a page tells of: each box, and each span that has a row.
func (p *page) items() (items []item) {
	p.whole.each(func(b *box) {
		it := item{ID: p.links[b], Name: oneLine(b.label), State: b.state, Word: b.state.word()}
		if b.span != nil {
			it.tellSpan(p.Diagram, b.span)
		}
		it.tellBox(b)
		items = append(items, it)
	})
	for _, r := range p.rows {
		if r.span == nil || p.boxOf[r.span.ID] == r.span.ID {
			continue
		}
		it := item{ID: itemID(r.span.ID), Name: oneLine(r.label), State: state(r.span.Status.String())}
		it.Word = it.State.word()
		it.tellSpan(p.Diagram, r.span)
		items = append(items, it)
	}
	return items
}

// tellBox tells what the flow says of it.
func (it *item) tellBox(b *box) {
	if b.span == nil {
		it.add("made at", b.place.String())
	}
	switch b.kind {
	case "", flow.KindStep:
	default:
		it.add("kind", string(b.kind))
	}
	if b.out != "" {
		it.add("type", strings.TrimPrefix(known(b.in)+" → "+oneLine(b.out), " → "))
	}
	it.add("policies", strings.Join(b.notes, ", "))
	if b.output {
		it.add("result", "the flow's result is made here")
	}
}

// tellSpan tells how a call went.
func (it *item) tellSpan(d *Diagram, s *trace.Span) {
	it.Err, it.Panic, it.Stack = s.Err, s.Panic, s.Stack
	if s.Task != "" && s.Task != s.Label() {
		it.add("task", oneLine(s.Task))
	}
	it.add("made at", s.Place.String())
	if s.Class != 0 {
		it.add("class", s.Class.String())
	}
	it.add("rejected by", known(s.Gate))
	if s.Status != observe.StatusSkipped {
		it.add("took", spell(s.Elapsed()))
		it.add("from", "+"+spell(s.Start)+" to +"+spell(s.End))
		if s.Waited > 0 {
			it.add("waited for gates", spell(s.Waited))
		}
	}
	switch {
	case s.Lost:
		it.add("effect", "lost: it was cut off, or never began")
	case s.Effect:
		it.add("effect", "the answer does not need it")
	}
	if s.Returned > 0 {
		it.add("returned", "+"+spell(s.Returned)+", "+spell(s.Returned-s.End)+" after it was given up")
	}
	if s.Deadline > 0 {
		it.add("deadline", "+"+spell(s.Deadline))
	}
	if s.Attempts > 1 {
		it.add("attempts", strconv.Itoa(s.Attempts))
	}
	it.tellPath(d, s)
	it.add("takes", names(s.Inputs))
	it.add("waits for", names(s.After))
}

// tellPath tells what the call meant for the answer.
func (it *item) tellPath(d *Diagram, s *trace.Span) {
	if s.ID == 0 {
		return
	}
	switch slack := d.path.Slack[s.ID]; {
	case d.path.Has(s.ID):
		it.add("critical path", "yes: "+saves(d.path.Saving[s.ID]))
	case slack != trace.Unlimited:
		it.add("to spare", spell(slack)+": it could have taken so much longer")
	case s.Status != observe.StatusSkipped:
		it.add("to spare", "the answer did not wait for it")
	}
}

func saves(saving time.Duration) string {
	if saving <= 0 {
		return "but the answer would have come no sooner without it"
	}
	return "without it the answer would have come " + spell(saving) + " sooner"
}

// names are those of nodes.
func names(nodes []string) string {
	shown := make([]string, len(nodes))
	for i, n := range nodes {
		shown[i] = oneLine(n)
	}
	return strings.Join(shown, ", ")
}

// known is a type's name, or empty if there is none.
func known(text string) string {
	if text == "" {
		return ""
	}
	return oneLine(text)
}
