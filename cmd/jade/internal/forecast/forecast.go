// Package forecast computes from recorded runs how a flow would answer if a call had another limit, were faster, or were not there.
//
// It uses nothing but the traces, so it assumes that all else stays as it was: a call begins as long after its inputs as it did, and takes
// as long as it did. [Changes] has the details.
package forecast

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/trace"
)

// Changes are by the names of calls. In a nested flow a name is the path to the call, such as "rules/muted".
type Changes struct {
	Timeout map[string]time.Duration // the limit of the call with all its attempts
	Faster  map[string]time.Duration // how much less time the call takes
	Drop    map[string]bool          // the call takes no time and does not fail
}

func (c Changes) names() []string {
	names := slices.Collect(maps.Keys(c.Timeout))
	names = slices.AppendSeq(names, maps.Keys(c.Faster))
	names = slices.AppendSeq(names, maps.Keys(c.Drop))
	slices.Sort(names)
	return slices.Compact(names)
}

// inside reports whether a change is for a call inside of the call with that path.
func (c Changes) inside(path string) bool {
	return slices.ContainsFunc(c.names(), func(name string) bool { return strings.HasPrefix(name, path+"/") })
}

// Forecast is for one flow.
type Forecast struct {
	Flow    string   `json:"flow"`
	Runs    int      `json:"runs"`      // compared; the shares and times are of these
	Unknown int      `json:"not_known"` // runs whose answer cannot be known
	Left    int      `json:"left_out"`  // runs that the caller has cancelled, and runs whose trace is not whole
	Before  Answers  `json:"before"`
	After   Answers  `json:"after"`
	Assumed []string `json:"assumed"` // what happens at new limits
}

// Answers is how a flow answers.
type Answers struct {
	P50      time.Duration `json:"p50"` // in nanoseconds, failures included
	P90      time.Duration `json:"p90"`
	P99      time.Duration `json:"p99"`
	Degraded float64       `json:"degraded"` // share of the answers
	Failed   float64       `json:"failed"`   // share of the runs
}

// Of forecasts all flows that have a call with a change. A name that no flow has is an [*UnknownCallError].
func Of(traces []*trace.Trace, c Changes) (all []Forecast, err error) {
	flows := map[string][]*trace.Trace{}
	for _, t := range traces {
		flows[t.Name] = append(flows[t.Name], t)
	}
	known := map[string]*seen{}
	calls := map[string]bool{}
	for name, traces := range flows {
		known[name] = look(traces)
		maps.Copy(calls, known[name].calls)
	}
	for _, name := range c.names() {
		elements, ok := calls[name]
		switch {
		case !ok:
			return nil, &UnknownCallError{Name: name, Known: slices.Sorted(maps.Keys(calls))}
		case elements && !c.Drop[name]:
			return nil, fmt.Errorf("%q is made for each element of a list, and how many ran at a time is not recorded: it can only be dropped", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(flows)) {
		if slices.ContainsFunc(c.names(), func(call string) bool { _, has := known[name].calls[call]; return has }) {
			all = append(all, compare(name, flows[name], known[name], c))
		}
	}
	return all, nil
}

// UnknownCallError is the failure of a change whose call is in no trace.
type UnknownCallError struct {
	Name  string
	Known []string
}

// mostNames is how many names an error lists.
const mostNames = 50

func (e *UnknownCallError) Error() string {
	if len(e.Known) == 0 {
		return fmt.Sprintf("no trace has a call %q, nor any other call", e.Name)
	}
	known := e.Known
	if len(known) > mostNames {
		known = append(slices.Clone(known[:mostNames]), fmt.Sprintf("and %d more", len(known)-mostNames))
	}
	line := fmt.Sprintf("no trace has a call %q: the calls are %s", e.Name, strings.Join(known, ", "))
	quoted := strconv.QuoteToGraphic(line) // names may have any characters
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}

func compare(flow string, traces []*trace.Trace, known *seen, c Changes) Forecast {
	f := Forecast{Flow: flow, Assumed: known.assumptions(c)}
	var before, after tally
	for _, t := range traces {
		root := t.Root()
		if root.Status == observe.StatusCanceled || t.Dropped > 0 {
			f.Left++
			continue
		}
		a := replay(t, known, c)
		if a.unknown {
			f.Unknown++
			continue
		}
		f.Runs++
		before.add(answer{took: t.Elapsed(), degraded: degraded(root), failed: failed(root)})
		after.add(a)
	}
	f.Before, f.After = before.answers(), after.answers()
	return f
}

// degraded reports whether an answer does without a call.
func degraded(run trace.Span) bool {
	return !failed(run) && (run.Status == observe.StatusDegraded || len(run.Losses) > 0)
}

func failed(s trace.Span) bool {
	return s.Status == observe.StatusFailed || s.Status == observe.StatusStraggler
}

// answer is how one run answers.
type answer struct {
	took             time.Duration
	degraded, failed bool
	unknown          bool
}

// tally counts answers.
type tally struct {
	took             []time.Duration
	degraded, failed int
}

func (t *tally) add(a answer) {
	t.took = append(t.took, a.took)
	switch {
	case a.failed:
		t.failed++
	case a.degraded:
		t.degraded++
	}
}

func (t *tally) answers() (a Answers) {
	n := len(t.took)
	if n == 0 {
		return a
	}
	slices.Sort(t.took)
	at := func(q int) time.Duration { return t.took[max(0, (n*q+99)/100-1)] } // as jadetest.Simulate does
	return Answers{
		P50: at(50), P90: at(90), P99: at(99),
		Degraded: float64(t.degraded) / float64(max(n-t.failed, 1)), Failed: float64(t.failed) / float64(n),
	}
}
