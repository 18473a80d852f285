package observe_test

import (
	"context"
	"fmt"

	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// byRequest is an observer that names the request of each call.
type byRequest struct{}

func (byRequest) Begin(ctx context.Context, call observe.Call) (context.Context, func(observe.Outcome)) {
	request := observe.RequestOf(ctx)
	return nil, func(o observe.Outcome) { fmt.Println(request.ID, call.Task, o.Status) }
}

// Package faas puts the request into the ctx; an observer finds it there.
func ExampleRequest() {
	ctx := observe.WithRequest(context.Background(), &observe.Request{ID: "r-1", Trigger: "http", Method: "POST"})
	item := task.New("item", func(_ context.Context, id string) (string, error) { return "a book", nil })
	_, _ = item.Do(observe.With(ctx, byRequest{}), "7")
	// Output: r-1 item ok
}

func ExampleRequestOf() {
	ctx := context.Background()
	fmt.Println(observe.RequestOf(ctx) == nil)
	ctx = observe.WithRequest(ctx, &observe.Request{ID: "r-1"})
	fmt.Println(observe.RequestOf(ctx).ID)
	// Output:
	// true
	// r-1
}
