package recovery

import "context"

// Classifier is an application's rule for the errors of its clients: it
// returns the class of err, and whether it knows one.
//
// It is called with an error, and then with each that this wraps, until one has a class; it need not look inside
// itself. It is called by several goroutines at once, and has to return.
// Panics: a panic, or a Goexit, counts as no answer.
type Classifier func(err error) (Class, bool)

// WithClassifier returns a ctx in which c classifies the failures of tasks and
// flows: see [ClassifyIn]. An application calls it once, at the top. Where ctx
// has a Classifier already, c is asked first.
//
// Cost: where there is one, a goroutine for each failure, which keeps a Goexit of c from its caller.
func WithClassifier(ctx context.Context, c Classifier) context.Context {
	switch {
	case ctx == nil:
		panic("recovery.WithClassifier: nil context")
	case c == nil:
		panic("recovery.WithClassifier: nil Classifier")
	}
	return context.WithValue(ctx, classifierKey{}, &classifiers{c, classifiersOf(ctx)})
}

type classifierKey struct{}

// classifiers are those of a ctx, the innermost first.
type classifiers struct {
	ask    Classifier
	around *classifiers
}

func classifiersOf(ctx context.Context) *classifiers {
	c, _ := ctx.Value(classifierKey{}).(*classifiers)
	return c
}

// classify returns the answer of the first that knows.
func (c *classifiers) classify(err error) Class {
	for ; c != nil; c = c.around {
		class, _ := ask(func() Class {
			if class, ok := c.ask(err); ok {
				return class
			}
			return ClassNone
		})
		if class != ClassNone {
			return class
		}
	}
	return ClassNone
}
