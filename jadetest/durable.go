package jadetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jade-go/jade/flow"
)

// Durable runs f with in on a journal in a temporary folder, and lets it crash: once before each event is recorded, when a call has been made and nobody knows, and
// once after. After each crash it goes on with the run in a new journal, to its end. It fails t with one line for each thing that a crash changes:
//
//   - the answer: the value in JSON, or the text of the error
//   - what an [Effect] counts, such as charges: a task is not idempotent
//   - the input of a call: a function that runs inline, as that of a Map, depends on more than its arguments
//   - the key that the function of a task gets for the same call
//   - what is undone: a success that the answer does not use is not undone, or one that it uses is; and an Undo that fails
//
// That a call is begun twice is no problem: it has the same key. The report lists which ones were.
//
// Each run has an id of its own, and so keys of its own; in answers Durable takes the ids for equal. All runs share in, and whatever f's functions share. They
// have to answer the same in each run: two runs without a crash come first, and tell if they do not.
//
// A process does not die here: the functions that run at a crash get the end of their ctx, and Durable waits for them. Durable can be called in a bubble of
// [testing/synctest], and outside of one. A flow that sleeps, or has a limit that is reached, wants a bubble.
//
// Concurrency: one run after the other. Cost: some milliseconds a run, and what f's functions take, twice for each record.
func Durable[In, Out any](t testing.TB, f *flow.Flow[In, Out], in In, opts ...DurableOption) *Durability {
	t.Helper()
	var s durableSettings
	for _, opt := range opts {
		opt(&s)
	}
	k := &crashKit[In, Out]{t: t, f: f, in: in, settings: s, dir: t.TempDir()}
	d := &Durability{Flow: f.Name(), effects: s.effects}
	usual := k.run(crash{})
	d.Records = usual.records
	d.judgeAlone(usual, k.run(crash{}))
	for n := 1; n <= usual.records && len(d.unlike) == 0; n++ {
		for _, c := range []crash{{at: n, before: true}, {at: n}} {
			d.Crashes++
			d.judge(usual, k.run(c), c)
		}
	}
	for _, problem := range d.Problems() {
		t.Error("jadetest.Durable: " + problem)
	}
	return d
}

// DurableOption says more of a test with [Durable].
type DurableOption func(*durableSettings)

type durableSettings struct {
	effects []effect
	signals []signaled
}

type effect struct {
	name  string
	count func() int
}

type signaled struct {
	name  string
	value any
}

// Effect has [Durable] compare how often something outside of the flow happens in a run, such as a charge that a fake service makes. Count returns how often it
// has happened until now, in all runs together.
func Effect(name string, count func() int) DurableOption {
	if count == nil {
		panic("jadetest.Effect: nil function")
	}
	return func(s *durableSettings) { s.effects = append(s.effects, effect{name, count}) }
}

// Signaled has [Durable] bring a value for a [flow.Signal] to each run, when it starts.
func Signaled(name string, value any) DurableOption {
	return func(s *durableSettings) { s.signals = append(s.signals, signaled{name, value}) }
}

// Durability is what crashes do to a flow.
type Durability struct {
	Flow    string
	Records int        // of a run without a crash
	Crashes int        // one before, and one after each record
	Twice   []Repeated // calls that were begun before a crash and again after it

	effects  []effect
	unlike   []string // why runs cannot be compared
	problems []damage
}

// Repeated is a call that is begun again after a crash.
type Repeated struct {
	Node string // with the nodes around it, as in "rules/muted"
	Verb flow.Verb
	Key  string // without the id of the run
	At   []int  // the records before or after which there was a crash
}

// damage is one line, and the crashes that it was found at.
type damage struct {
	text string
	at   []string
}

// Problems lists what a crash changes, one line each: the first crash that shows it is named.
func (d *Durability) Problems() (lines []string) {
	for _, text := range d.unlike {
		lines = append(lines, d.Flow+": "+text)
	}
	for _, p := range d.problems {
		line := d.Flow + ": " + p.text + " (crash " + p.at[0]
		if more := len(p.at) - 1; more > 0 {
			line += fmt.Sprintf(", and %d more", more)
		}
		lines = append(lines, line+")")
	}
	return lines
}

// String is a report in some lines.
func (d *Durability) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d records, %d crashes, %d problems\n", d.Flow, d.Records, d.Crashes, len(d.Problems()))
	for _, r := range d.Twice {
		fmt.Fprintf(&b, "  begun twice: %s (%s)\n", r.Node, r.Key)
	}
	for _, line := range d.Problems() {
		fmt.Fprintf(&b, "  %s\n", line)
	}
	return b.String()
}

func (d *Durability) problem(c crash, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	i := slices.IndexFunc(d.problems, func(p damage) bool { return p.text == text })
	if i < 0 {
		i = len(d.problems)
		d.problems = append(d.problems, damage{text: text})
	}
	d.problems[i].at = append(d.problems[i].at, c.String())
}

// crash is when a run crashes.
type crash struct {
	at     int // the record, from 1 on; 0: never
	before bool
}

func (c crash) String() string {
	if c.before {
		return fmt.Sprintf("before record %d", c.at)
	}
	return fmt.Sprintf("after record %d", c.at)
}

// begins is a ctx for the runs: what is random is as it is on average.
func begins() context.Context { return without(context.Background()) }
