// Package directive says how its constructors are called.
package directive

import (
	"context"
	"strings"
	"time"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
)

// Shop is a service.
type Shop interface {
	Name() string
	Item(context.Context, int) (int, error)
}

// New asks the shop for its name.
//
//jade:flow New(fakeShop{}, 800*time.Millisecond)
func New(s Shop, limit time.Duration) *flow.Flow[int, int] {
	if s.Name() == "" {
		panic("a shop without a name")
	}
	return flow.New("page of "+strings.ToLower(s.Name()), func(in flow.Node[int]) flow.Node[int] {
		return flow.Step(task.New("item", s.Item).Timeout(limit/2), in)
	}).Timeout(limit)
}

// NewGeneric has a type parameter.
//
//jade:flow NewGeneric[string]()
func NewGeneric[T any]() *flow.Flow[T, T] {
	return flow.New("generic", func(in flow.Node[T]) flow.Node[T] { return flow.Map(in, func(v T) T { return v }) })
}
