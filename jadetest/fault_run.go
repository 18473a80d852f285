package jadetest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jade-go/jade/flow"
)

// Faults runs f with in once for each of its tasks and each fault, and with [Pairs] once for each two tasks and
// faults, and fails t with one line for each demand that is not met. The matrix says what became of all runs.
//
// Always forbidden are answers that are late, hung or crashed, that leave something running, errors that do not name the task
// or have lost its cause, and other answers for which nothing says that a task failed, unless it returned nothing and no error, or
// [MayAlter] names it. See [MustDegrade] for more. A fault is in place of the task's function, inside of its policies,
// in each attempt and each element; the others are called. Tasks in flows within are among them, flows as a whole are not.
//
// Each run is in a bubble of [testing/synctest], so time in it is virtual, and a goroutine that does not end
// is found; a run without a fault comes first. What would cross a network has to be a fake (see [Replace]): a
// function that waits for something outside of the test is reported, and ends the test.
// All runs share in, and whatever f's functions share: no channel, timer or WaitGroup that is made in a run may be among that, as the
// runtime ends the process when another run uses it. Of two fakes that end at the same instant either is first: where that
// matters, as in a flow.Any, they should take different times. The jitter of a Retry is always half of it.
//
// Concurrency: one run after the other. Cost: about 0.1 ms a run, and what f's functions compute.
func Faults[In, Out any](t *testing.T, f *flow.Flow[In, Out], in In, opts ...Option) *Matrix {
	t.Helper()
	m := Explore(t, f, in, opts...)
	for _, problem := range m.Problems() {
		t.Error("jadetest.Faults: " + problem)
	}
	return m
}

// Explore is [Faults] that fails t only if f cannot be run: what it finds is up to the caller.
func Explore[In, Out any](t *testing.T, f *flow.Flow[In, Out], in In, opts ...Option) *Matrix {
	t.Helper()
	s := settings{faults: AllFaults()}
	for _, opt := range opts {
		opt(&s)
	}
	tasks := tasksOf(nil, f.Graph())
	m := &Matrix{flow: f.Name(), faults: s.faults, must: s.must, may: s.may, alter: s.alter, cells: map[[2]Injected]Cell{}, vanished: map[[2]Injected][]string{}, holders: map[[2]Injected]holder{}, limits: map[string]time.Duration{}}
	for _, task := range tasks {
		m.tasks = append(m.tasks, task.path)
		m.limits[task.path] = task.limit
	}
	limit := f.Graph().Timeout
	if s.deadline > 0 && (limit == 0 || s.deadline < limit) {
		limit = s.deadline
	}
	m.limit, m.due = limit, s.due
	if m.due == 0 {
		m.due = limit
	}
	if unknown := m.unknown(); unknown != "" {
		t.Fatal("jadetest.Faults: " + unknown)
	}
	run := runner(t, f, in, &s, m)
	usual, _ := run()
	m.usual = usual.took
	v, detail := usual.judge(usual, newInjection(limit), m.due)
	if usual.err != nil {
		v, detail = VerdictFailed, usual.err.Error()
	}
	if v >= VerdictFailed {
		t.Fatalf("jadetest.Faults: %s without any fault: %s: %s", m.flow, v, detail)
	}
	alone := kinds{}
	for _, task := range m.tasks {
		for _, fault := range m.faults {
			alone.add(Injected{task, fault}, m.try(run, usual, Injected{task, fault}, Injected{}))
		}
	}
	if s.pairs {
		m.tryPairs(run, usual, alone)
	}
	again, _ := run()
	if m.unlike = different(usual.value, again.value); again.err != nil {
		m.unlike = again.err.Error()
	}
	return m
}

// runner returns what runs f with faults.
func runner[In, Out any](t *testing.T, f *flow.Flow[In, Out], in In, s *settings, m *Matrix) func(...*Injected) (outcome, *injection) {
	watched := f.Intercept(func(path []string, n flow.GraphNode) flow.Interceptor {
		if n.Flow != nil {
			return nil
		}
		return interceptor(strings.Join(append(path, n.Name), "/"), n)
	})
	return func(faults ...*Injected) (outcome, *injection) {
		t.Helper()
		inj := newInjection(m.limit, faults...)
		inj.due = m.due
		o := attempt(t, watched, in, s, inj)
		if o.stuck != "" {
			t.Fatalf("jadetest.Faults: %s: %s", m.flow, o.stuck)
		}
		return o, inj
	}
}

// called is a node that calls a task.
type called struct {
	path  string
	limit time.Duration
}

// tasksOf lists what a flow and those within it call.
func tasksOf(path []string, g flow.Graph) (all []called) {
	for _, n := range g.Nodes {
		at := append(slices.Clone(path), n.Name)
		switch {
		case n.Flow != nil:
			all = append(all, tasksOf(at, *n.Flow)...)
		case n.Task != "":
			all = append(all, called{strings.Join(at, "/"), ownLimit(n)})
		}
	}
	return all
}
