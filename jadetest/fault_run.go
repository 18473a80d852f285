package jadetest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jade-go/jade/flow"
)

// Faults runs f with in once for each task and each fault; with [Pairs] also for pairs of tasks and
// faults. It fails t with one line for each demand that is not met. The matrix says what became of all runs.
//
// These are always forbidden: an answer that is late, that hangs or crashes, or that leaves something running; an error that does not name the
// task, or has lost its cause; and an altered answer although nothing says that a task failed, unless the task returned nothing and no error or
// [MayAlter] names it. [MustDegrade] demands more. A fault replaces the function of one task, inside of its policies,
// in each attempt and each element. The functions of the other tasks are called. Tasks of nested flows get faults too; nested flows as a whole do not.
//
// Each run gets new gates, caches and shared calls, as [flow.Flow.Fresh] makes them, so it does not depend on the runs before it. A task with a gate also gets
// the fault [FaultRejected]: its gates reject all its calls. Only a Fallback or a Recover that is around the gates can replace such a rejection.
//
// A run without a fault comes first. Each run is in a bubble of [testing/synctest], so time in it is virtual, and a goroutine that does not end
// is found. What would cross a network has to be a fake (see [Replace]): Faults reports a
// function that waits for something outside of the test, and ends the test.
// All runs share in, and whatever f's functions share. That must not be a channel, timer or WaitGroup that is made in a run: the
// runtime ends the process when another run uses it. If two fakes end at the same instant, either may be first. Where that
// matters, as in a flow.Any, let them take different times. The jitter of a Retry is always half of what it may be.
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
	var s settings
	for _, opt := range opts {
		opt(&s)
	}
	tasks := tasksOf(nil, f.Graph())
	if s.faults == nil {
		s.faults = AllFaults()
		if !slices.ContainsFunc(tasks, func(task called) bool { return task.gated }) {
			s.faults = slices.DeleteFunc(s.faults, func(f Fault) bool { return f == FaultRejected })
		}
	}
	m := &Matrix{flow: f.Name(), faults: s.faults, gated: map[string]bool{}, must: s.must, may: s.may, alter: s.alter, cells: map[[2]Injected]Cell{}, vanished: map[[2]Injected][]string{}, holders: map[[2]Injected]holder{}, limits: map[string]time.Duration{}}
	for _, task := range tasks {
		m.tasks = append(m.tasks, task.path)
		m.limits[task.path], m.gated[task.path] = task.limit, task.gated
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
	watch := func(f *flow.Flow[In, Out]) *flow.Flow[In, Out] {
		return f.Intercept(func(path []string, n flow.GraphNode) flow.Interceptor {
			if n.Flow != nil {
				return nil
			}
			return interceptor(strings.Join(append(path, n.Name), "/"), n)
		})
	}
	watched := watch(f)
	make := func() *flow.Flow[In, Out] { return watched }
	if remembers(f.Graph()) { // from one run to the next
		make = func() *flow.Flow[In, Out] { return watch(withGates(f)) }
	}
	return func(faults ...*Injected) (outcome, *injection) {
		t.Helper()
		inj := newInjection(m.limit, faults...)
		inj.due = m.due
		o := attempt(t, make, in, s, inj)
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
	gated bool
}

// tasksOf lists what a flow and those within it call.
func tasksOf(path []string, g flow.Graph) (all []called) {
	for _, n := range g.Nodes {
		at := append(slices.Clone(path), n.Name)
		switch {
		case n.Flow != nil:
			all = append(all, tasksOf(at, *n.Flow)...)
		case n.Task != "":
			all = append(all, called{strings.Join(at, "/"), ownLimit(n), hasGate(n)})
		}
	}
	return all
}
