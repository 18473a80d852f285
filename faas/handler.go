package faas

import (
	"context"
	"log/slog"
	"reflect"
	"time"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/internal/must"
	"github.com/jade-go/jade/internal/source"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/observe/jadeslog"
	recovery "github.com/jade-go/jade/recover"
)

// Func is a function that a platform calls.
type Func[In, Out any] = func(context.Context, In) (Out, error)

// Handler is a function with all that a deployment needs around it. Its methods may be called
// from any number of goroutines, and invocations know nothing of each other.
type Handler[In, Out any] struct {
	settings
	name  string
	place observe.Place
	shape *shape // of In
	init  func(context.Context) (work[In, Out], error)
	catch func(context.Context, In, error) (Out, error)
	ready *initialization[In, Out]
}

// Option changes what a [Handler] does around its function.
type Option func(*settings)

type settings struct {
	reserve  time.Duration // negative: the default
	drain    time.Duration
	grace    time.Duration
	logger   *slog.Logger
	others   observe.Observer    // nil: only the log
	observer observe.Observer    // the others, and the log inside of them
	classify recovery.Classifier // may be nil
	rules    rules

	initTimeout time.Duration
	gate        *gate // nil: all invocations are let in
}

const (
	defaultDrain = 100 * time.Millisecond
	defaultGrace = 100 * time.Millisecond
	mostReserved = 100 * time.Millisecond
)

// Reserve keeps the last d before the platform's deadline for [Handler.Catch] and for the reply: the function's ctx
// ends that much earlier. Without it, a tenth of the time left is kept, and at most 100 ms.
func Reserve(d time.Duration) Option {
	mustNotBeNegative("faas.Reserve", d)
	return func(s *settings) { s.reserve = d }
}

// TimeLeft makes [Drain] wait as long as the platform allows.
const TimeLeft time.Duration = -1

// Drain is how long an invocation that has its answer waits for work that it has started and not waited for, such as the effects of
// a flow.Also; 100 ms without it. Then the invocation cancels the work that still runs, and the log reports an effect as lost.
//
// The caller gets the answer after that, because on every platform a process may be frozen as soon as it has answered. So effects have the shortest of
// three times: d; the time until the function's ctx ends, which is the platform's deadline less [Reserve]; and the Timeout of their flow. With
// [TimeLeft], d is no limit; if there is no deadline, as with [HTTP] without [Limit], TimeLeft means 100 ms.
// An invocation that leaves no work behind does not wait.
func Drain(d time.Duration) Option {
	if d != TimeLeft {
		mustNotBeNegative("faas.Drain", d)
	}
	return func(s *settings) { s.drain = d }
}

// Grace is how long an invocation waits after [Drain] until the cancelled work has ended; 100 ms without it. The log names work that still
// runs then, and the invocation waits no longer.
func Grace(d time.Duration) Option {
	mustNotBeNegative("faas.Grace", d)
	return func(s *settings) { s.grace = d }
}

// Logger makes the handler log to l, and without it to [slog.Default]. [jadeslog] has the records of runs and failures. Two more are "unobserved", for
// failures that nobody looked at, and "still running", for stragglers. All records have the id of the request, if the platform has one.
func Logger(l *slog.Logger) Option {
	if l == nil {
		panic("faas.Logger: nil Logger")
	}
	return func(s *settings) { s.logger = l }
}

// Classifier makes c classify the failures of the function and of its calls: see [recovery.WithClassifier].
func Classifier(c recovery.Classifier) Option {
	if c == nil {
		panic("faas.Classifier: nil Classifier")
	}
	return func(s *settings) { s.classify = c }
}

// Observer adds an observer of all calls, such as one for traces or metrics. Several observers are called in the order of their options, and the log
// is called last. So a log record of a call has the ctx that the observers have made for the call, with its span.
func Observer(o observe.Observer) Option {
	if o == nil {
		panic("faas.Observer: nil Observer")
	}
	return func(s *settings) {
		if s.others != nil {
			o = observe.Tee(s.others, o)
		}
		s.others = o
	}
}

// New returns a handler of that name for fn, which may be called any number of times at once.
func New[In, Out any](name string, fn Func[In, Out], opts ...Option) *Handler[In, Out] {
	if fn == nil {
		panic("faas.New: nil function")
	}
	h := newHandler[In, Out]("faas.New", name, opts)
	h.ready.done.Store(&work[In, Out]{fn: fn})
	return h
}

// FromFlow returns a handler for f, of the same name.
func FromFlow[In, Out any](f *flow.Flow[In, Out], opts ...Option) *Handler[In, Out] {
	if f == nil {
		panic("faas.FromFlow: nil Flow")
	}
	h := newHandler[In, Out]("faas.FromFlow", f.Name(), opts)
	h.ready.done.Store(&work[In, Out]{flow: f})
	return h
}

// Initialized returns a handler whose function is made by init, once in a process. So init can make clients, pools, and all else that the first
// invocation needs. A platform with an init phase calls init in that phase. Otherwise the first invocation calls it, or a readiness probe (see
// [Probes]), and invocations that come in that time wait. The ctx of init is that of the process, with a limit (see [InitTimeout]): so init goes on
// even if the invocation that has begun it ends first.
//
// If init fails, all invocations that wait for it fail. It is called again by a later invocation, after a pause. The first pause is 100 ms. Each next one
// is twice as long, up to 5 s, and a random part of up to a half is taken off. An invocation that comes in a pause waits for the next call. If its
// deadline is earlier, it fails at once with an [*InitError] that says when to come back.
func Initialized[In, Out any](name string, init func(context.Context) (Func[In, Out], error), opts ...Option) *Handler[In, Out] {
	if init == nil {
		panic("faas.Initialized: nil function")
	}
	h := newHandler[In, Out]("faas.Initialized", name, opts)
	h.init = func(ctx context.Context) (work[In, Out], error) {
		fn, err := init(ctx)
		return work[In, Out]{fn: fn}, err
	}
	return h
}

// InitializedFlow is [Initialized] for a flow that init makes. The handler has the name that it is given; the flow may have another.
func InitializedFlow[In, Out any](name string, init func(context.Context) (*flow.Flow[In, Out], error), opts ...Option) *Handler[In, Out] {
	if init == nil {
		panic("faas.InitializedFlow: nil function")
	}
	h := newHandler[In, Out]("faas.InitializedFlow", name, opts)
	h.init = func(ctx context.Context) (work[In, Out], error) {
		f, err := init(ctx)
		return work[In, Out]{flow: f}, err
	}
	return h
}

// newHandler makes a handler for the function called where, whose caller is the user.
func newHandler[In, Out any](where, name string, opts []Option) *Handler[In, Out] {
	must.HaveName(where, name)
	file, line := source.Caller(2)
	h := &Handler[In, Out]{name: name, place: observe.Place{File: file, Line: line}, ready: &initialization[In, Out]{}, shape: shapeOf(reflect.TypeFor[In]())}
	h.settings = settings{reserve: -1, drain: defaultDrain, grace: defaultGrace, logger: slog.New(defaultHandler{}), rules: rules{depth: defaultDepth}, initTimeout: defaultInit}
	for _, opt := range opts {
		opt(&h.settings)
	}
	h.logger = slog.New(&requestHandler{h.logger.Handler()})
	h.observer = observe.Tee(h.others, jadeslog.New(h.logger, jadeslog.Function(name)))
	return h
}

// Catch returns the handler with fn to answer in place of an invocation that has failed, with what is left of the platform's time: see
// [Reserve]. It is not called when the platform's ctx has ended. Of several, the last one counts.
//
// Panics: a panic of fn is joined to the failure, and so is that it was late.
func (h *Handler[In, Out]) Catch(fn func(ctx context.Context, in In, err error) (Out, error)) *Handler[In, Out] {
	if fn == nil {
		panic("faas.Handler.Catch: nil function")
	}
	c := *h
	c.catch = fn
	return &c
}

// Name returns the name of the function.
func (h *Handler[In, Out]) Name() string { return h.name }

// Logger returns what the handler logs to, for adapters of platforms. It may log to [slog.Default], so it must not become that.
func (h *Handler[In, Out]) Logger() *slog.Logger { return h.logger }

// Observed reports whether invocations with ctx have an observer besides the log. If so, an adapter puts an [observe.Request] into the ctx.
func (h *Handler[In, Out]) Observed(ctx context.Context) bool {
	return h.others != nil || observe.From(ctx) != nil
}

// Init calls the initialiser, unless it has succeeded already. Its failure is an [*InitError].
func (h *Handler[In, Out]) Init(ctx context.Context) error {
	_, err := h.initialized(ctx)
	return err
}

func mustNotBeNegative(where string, d time.Duration) {
	if d < 0 {
		panic(where + ": the duration is " + d.String() + ", and must not be negative")
	}
}
