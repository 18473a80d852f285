// Package plain has constructors that can be called with made-up arguments.
package plain

import (
	"context"
	"net/http"
	"time"

	"example.com/shapes/internal/deep"
	"example.com/shapes/other"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
)

// Shop is a service.
type Shop interface {
	// Item fetches an item.
	Item(ctx context.Context, id int) (int, error)
}

func one(name string, fn func(context.Context, int) (int, error)) *flow.Flow[int, int] {
	return flow.New(name, func(in flow.Node[int]) flow.Node[int] {
		return flow.Step(task.New("item of "+name, fn), in)
	})
}

// NewInterface takes an interface.
func NewInterface(s Shop) *flow.Flow[int, int] { return one("interface", s.Item) }

// NewNested has a flow inside.
func NewNested(s Shop) *flow.Flow[int, int] {
	inner := NewInterface(s).Task()
	return flow.New("nested", func(in flow.Node[int]) flow.Node[int] { return flow.Step(inner, in) })
}

// Service hides its flow.
type Service struct {
	shop Shop
	page *flow.Flow[int, int]
}

// NewService makes a service.
func NewService(s Shop) *Service { return &Service{s, one("hidden", s.Item)} }

// Page is a flow of the service's shop.
func (s *Service) Page() *flow.Flow[int, int] { return one("method", s.shop.Item) }

// Get answers a request: it is not a constructor.
func (s *Service) Get(ctx context.Context, id int) (int, error) { return s.page.Do(ctx, id) }

// NewHandler makes a handler of a function.
func NewHandler(s Shop) *faas.Handler[int, int] { return faas.FromFlow(one("handler", s.Item)) }

// NewServer makes an HTTP handler.
func NewServer(s Shop) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/page", faas.HTTP(faas.FromFlow(one("server", s.Item))))
	return mux
}

// NewClosure makes a function.
func NewClosure(s Shop) func(context.Context, int) (int, error) { return one("closure", s.Item).Do }

// Option changes a setting.
type Option func(*settings)

type settings struct{ name string }

// NewOptions takes options.
func NewOptions(s Shop, opts ...Option) *flow.Flow[int, int] {
	set := settings{"options"}
	for _, o := range opts {
		o(&set)
	}
	return one(set.name, s.Item)
}

// NewAround takes a flow and a task.
func NewAround(inner *flow.Flow[int, int], call task.Task[int, int]) *flow.Flow[int, int] {
	return flow.New("around", func(in flow.Node[int]) flow.Node[int] {
		return flow.Step(call.Named("given"), flow.Step(inner.Task().Named("inner"), in))
	})
}

// NewMap makes several flows.
func NewMap(s Shop) map[string]*flow.Flow[int, int] {
	return map[string]*flow.Flow[int, int]{"a": one("of a map, a", s.Item), "b": one("of a map, b", s.Item)}
}

// NewSlice makes several flows.
func NewSlice(s Shop) ([]*flow.Flow[int, int], error) {
	return []*flow.Flow[int, int]{one("of a slice, 1", s.Item), one("of a slice, 2", s.Item)}, nil
}

// NewInternal takes a type of an internal package.
func NewInternal(c *deep.Config) *flow.Flow[int, int] { return one("internal of "+c.Name, nothing) }

// NewAlias takes a type that another package does not export.
func NewAlias(c *other.Config) *flow.Flow[int, int] { return other.Use(c) }

// NewSealed takes an interface that only another package can implement.
func NewSealed(other.Sealed) *flow.Flow[int, int] {
	return one("interface with a hidden method", nothing)
}

// NewLimited has limits that are arguments, or made of one.
func NewLimited(s Shop, limit time.Duration, o struct{ Slow time.Duration }) *flow.Flow[int, int] {
	item := task.New("limited item", s.Item).Timeout(limit - 50*time.Millisecond)
	slow := task.New("slow item", s.Item).Timeout(o.Slow)
	return flow.New("limited", func(in flow.Node[int]) flow.Node[int] {
		return flow.Step(slow, flow.Step(item, in))
	}).Timeout(limit)
}

// Page is a flow of the package.
var Page = one("variable", nothing)

var handler = faas.FromFlow(one("wrapped variable", nothing))

var pages = struct{ Home *flow.Flow[int, int] }{one("field of a variable", nothing)}

func nothing(context.Context, int) (int, error) { return 0, nil }

// newUnused is a constructor that nothing exports.
func newUnused() *flow.Flow[int, int] { return one("unexported", nothing) }

var _ = newUnused
var _ = handler
var _ = pages
