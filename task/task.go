package task

import (
	"context"
	"sync"

	"github.com/jade-go/jade/internal/must"
	"github.com/jade-go/jade/internal/seam"
	"github.com/jade-go/jade/internal/source"
	"github.com/jade-go/jade/observe"
)

// Func is the shape of everything that can be a task.
type Func[In, Out any] func(context.Context, In) (Out, error)

// Task is a named function with policies around it. It is an immutable value;
// its methods may be called from any number of goroutines. The zero Task is no task: to use it panics.
type Task[In, Out any] struct{ d *definition[In, Out] }

// definition is what a task is. It does not change.
type definition[In, Out any] struct {
	name     string
	origin   *seam.Origin
	fn       Func[In, Out]
	starter  seam.Starter[In, Out] // instead of fn
	policies []policy[In, Out]     // inner to outer; what is within a Wrap is part of fn
	about    []Policy              // all of them, for descriptions
	timed    bool                  // one is a timeout, perhaps within a Wrap
	limits   bool                  // one is a timeout
	tries    bool                  // one is a retry
	gated    bool                  // one is a gate
	budgeted bool                  // one has a budget
	row      int                   // so many of the innermost are gates
	bent     bool                  // and so is another one
	passages *sync.Pool            // of *passage, through the row; nil if there is none
	standsIn bool                  // one is a recover or a fallback
	shown    []any                 // see engineSide.Showing
	discard  func(Out)             // nil: a result that nobody takes is dropped
	undo     func(context.Context, In, Out) error

	hedged     *hedge[In, Out]      // the starter, if it is one
	wrapped    *definition[In, Out] // what is within the outermost Wrap
	middleware middleware[In, Out]
	quiet      *definition[In, Out]                            // what fn calls inside of its Wraps and has policies or a starter; nil if nothing has
	again      func(renew func(Gate, bool) Gate) Func[In, Out] // makes fn with other gates; nil if it has none
	beyond     []Gate                                          // that fn asks
	hides      bool                                            // what stands in there would be hidden by the Wrap: see inside.go
}

// New makes a task of fn, which may be called by any number of goroutines at
// once. It records the place that called it.
//
// A name that is empty, has surrounding space or unprintable characters
// panics, and so does a nil function.
func New[In, Out any](name string, fn func(context.Context, In) (Out, error)) Task[In, Out] {
	must.HaveFunc("task.New", fn == nil)
	return newTask("task.New", name, fn)
}

// newTask makes a task for the function called where, whose caller made it.
func newTask[In, Out any](where, name string, fn func(context.Context, In) (Out, error)) Task[In, Out] {
	must.HaveName(where, name)
	file, line := source.Caller(2)
	return Task[In, Out]{&definition[In, Out]{name: name, origin: &seam.Origin{Place: observe.Place{File: file, Line: line}}, fn: fn}}
}

// Named returns the same task under another name.
func (t Task[In, Out]) Named(name string) Task[In, Out] {
	d := *t.must("Named")
	must.HaveName("task.Task.Named", name)
	d.alter(func(d *definition[In, Out]) { d.name = name })
	return Task[In, Out]{&d}
}

// Name returns the task's name, or "" for the zero Task.
func (t Task[In, Out]) Name() string {
	if t.d == nil {
		return ""
	}
	return t.d.name
}

// Place returns where the task was made, which is the same for all tasks that were made of it; zero for the zero Task.
func (t Task[In, Out]) Place() observe.Place {
	if t.d == nil {
		return observe.Place{}
	}
	return t.d.origin.Place
}

// Policies describes the policies of the task, inner to outer.
func (t Task[In, Out]) Policies() []Policy {
	if t.d == nil {
		return nil
	}
	return append([]Policy(nil), t.d.about...)
}

// must returns the definition for a method.
func (t Task[In, Out]) must(method string) *definition[In, Out] {
	if t.d == nil {
		panic("task.Task." + method + ": zero Task")
	}
	return t.d
}

// Misuse panics in the caller's goroutine, with the function and the reason.
