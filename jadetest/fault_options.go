package jadetest

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Option says what [Faults] tries, and what it demands.
type Option func(*settings)

type settings struct {
	faults   []Fault // nil: those that apply
	pairs    bool
	deadline time.Duration
	due      time.Duration
	around   []func(context.Context) context.Context
	must     []string
	may      []string
	alter    []string
}

// Only limits the faults that are tried.
func Only(fs ...Fault) Option {
	for _, f := range fs {
		if f < 0 || int(f) >= faults {
			panic(fmt.Sprintf("jadetest.Only: no fault has the number %d", int(f)))
		}
	}
	return func(s *settings) {
		s.faults = slices.DeleteFunc(AllFaults(), func(f Fault) bool { return !slices.Contains(fs, f) })
	}
}

// Pairs has every pair of faults of two tasks tried too. (If the caller leaves, there is nobody for a second one to matter to.)
// Of faults of a task that lead to the same alone - the same answer at the same time, by calls that end alike - one is tried, and stands for the others.
func Pairs() Option { return func(s *settings) { s.pairs = true } }

// Deadline gives the caller's ctx a deadline, d after the start of each run, as a platform does.
func Deadline(d time.Duration) Option {
	mustBePositive("jadetest.Deadline", d)
	return func(s *settings) { s.deadline = d }
}

// AnswerWithin demands each answer within d of the start. Without it an answer has to be there within
// the flow's Timeout and the [Deadline], whichever is shorter.
func AnswerWithin(d time.Duration) Option {
	mustBePositive("jadetest.AnswerWithin", d)
	return func(s *settings) { s.due = d }
}

// Context makes the ctx of each run from the caller's, as the handler around the flow does.
func Context(make func(context.Context) context.Context) Option {
	if make == nil {
		panic("jadetest.Context: nil function")
	}
	return func(s *settings) { s.around = append(s.around, make) }
}

// MustDegrade demands that there is an answer, if perhaps not the best one, whatever happens to the tasks of these names,
// or to any two of them: one that the flow has made, not its Catch. None is needed for a caller who leaves, nor if a task says that it was
// cancelled, which a Fallback passes on. A name is that of a node or, for one in a
// flow within, the path to it, such as "rules/muted". Once there is a MustDegrade or a [MayFail], each task of the flow has to be in
// one of them: so a task that is added is decided on.
func MustDegrade(tasks ...string) Option {
	return func(s *settings) { s.must = append(s.must, tasks...) }
}

// MayFail says that without the tasks of these names there is no answer: they may fail the flow, with an error that says so or to its Catch.
func MayFail(tasks ...string) Option {
	return func(s *settings) { s.may = append(s.may, tasks...) }
}

// MayAlter says that a failure of the tasks of these names may give another answer though nothing tells of the failure: neither an error,
// nor a Fallback, Recover or Try, but mostly a Wrap or the function of another task. For other tasks that is a problem, as nobody would notice. It takes the place of no
// [MustDegrade] or [MayFail], and a task that returns nothing and no error may alter the answer anyway.
func MayAlter(tasks ...string) Option {
	return func(s *settings) { s.alter = append(s.alter, tasks...) }
}

func mustBePositive(where string, d time.Duration) {
	if d <= 0 {
		panic(where + ": the duration is " + d.String() + ", and must be positive")
	}
}
