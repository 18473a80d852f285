package task

// Body is what a task does inside of all of its policies. It has one of the two.
type Body[In, Out any] struct {
	Func    Func[In, Out]
	Starter Starter[In, Out]
}

// WithBody returns t with another body: with is given the present one and returns the one to have.
// Name, origin and policies are those of t. It is for what puts something in place of the function, such as a test's fake.
//
// The middleware of a [Task.Wrap] is called again, around the new body, so what it remembers is not that of t.
// A body without a function or a starter, or with both, panics.
func WithBody[In, Out any](t Task[In, Out], with func(Body[In, Out]) Body[In, Out]) Task[In, Out] {
	mustFunc("task.WithBody", with == nil)
	if t.d == nil {
		panic("task.WithBody: zero Task")
	}
	return Task[In, Out]{t.d.withBody(with)}
}

func (d *definition[In, Out]) withBody(with func(Body[In, Out]) Body[In, Out]) *definition[In, Out] {
	c := *d
	if d.wrapped != nil {
		c.wrap(d.wrapped.withBody(with), d.middleware)
		return &c
	}
	b := with(Body[In, Out]{d.fn, d.starter})
	if (b.Func == nil) == (b.Starter == nil) {
		panic("task.WithBody: the body of " + d.name + " must have a function or a starter, and not both")
	}
	c.fn, c.starter = b.Func, b.Starter
	return &c
}
