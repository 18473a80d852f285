// Package pages has constructors.
package pages

import (
	"context"
	"time"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
)

func load(ctx context.Context, id string) (string, error) { return id, nil }

var page = New(time.Second)

func New(limit time.Duration) *flow.Flow[string, string] { // want New:"makes by flow.New"
	f := flow.New("page", func(id flow.Node[string]) flow.Node[string] { return flow.Step(task.New("load", load), id) })
	return f.Timeout(limit)
}

func Page() *flow.Flow[string, string] { return page }

func Checked(limit time.Duration) (*flow.Flow[string, string], error) { // want Checked:"makes by flow.New"
	if limit < 0 {
		return nil, context.Canceled
	}
	return New(limit), nil
}
