package seam_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/seam"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// line is a small engine: it runs one task after the other in one goroutine,
// unless that ends, and prints what comes out.
type line struct{ workers sync.WaitGroup }

// Join and Leave make it a seam.Crew.
func (l *line) Join() bool { l.workers.Add(1); return true }
func (l *line) Leave()     { l.workers.Done() }

// Finish makes it a seam.Host.
func (l *line) Finish(ans seam.Answer[Item]) { fmt.Println(ans.Value.Name, ans.Err) }

func Example() {
	shop := new(line)
	item := task.New("item", fetchItem)
	if ans, over := task.ForEngines(seal, item).Start(context.Background(), "bell", shop, shop); over {
		shop.Finish(ans)
	}
	shop.workers.Wait()
	// Output: brass bell <nil>
}

// After a timeout another goroutine carries the call on.
func ExampleHost() {
	shop := new(line)
	answer := make(chan struct{})
	item := task.New("item", func(context.Context, string) (Item, error) {
		<-answer
		return Item{Name: "too late"}, nil
	}).Timeout(time.Millisecond).OnError(func(context.Context, string, error) { close(answer) }).Fallback(Item{Name: "something nice"})

	_, over := task.ForEngines(seal, item).Start(context.Background(), "bell", shop, shop)
	shop.workers.Wait()
	fmt.Println(over)
	// Output:
	// something nice <nil>
	// false
}

// The crew counts who still works for the engine.
func ExampleCrew() {
	shop := new(line)
	item := task.New("item", func(context.Context, string) (Item, error) { panic("oh") })
	_, over := task.ForEngines(seal, item).Start(context.Background(), "bell", shop, shop)
	shop.workers.Wait() // for the goroutine that took over
	fmt.Println(over)
	// Output:
	//  panic: oh
	// false
}

// An engine calls the function itself where nothing else is to be done.
func Example_direct() {
	fn, mends := task.ForEngines(seal, task.New("item", fetchItem).Fallback(Item{Name: "something nice"})).Direct()
	fmt.Println(fn(context.Background(), "lamp"))
	fmt.Println(mends)

	fn, _ = task.ForEngines(seal, task.New("item", fetchItem).Timeout(time.Second)).Direct()
	fmt.Println(fn == nil)
	// Output:
	// {oil lamp 4500} <nil>
	// true
	// true
}

func Example_mend() {
	shop := new(line)
	ctx := context.Background()
	item := task.New("item", fetchItem).Fallback(Item{Name: "something nice"})
	fn, _ := task.ForEngines(seal, item).Direct()
	if v, err := fn(ctx, "anvil"); err != nil {
		ans, over := task.ForEngines(seal, item).Mend(ctx, "anvil", seam.Answer[Item]{Value: v, Err: err}, shop, shop)
		fmt.Println(ans.Value.Name, over)
	}
	// Output: something nice true
}

func ExampleAnswer() {
	shop := new(line)
	item := task.New("item", fetchItem).Fallback(Item{Name: "something nice"})
	ans, _ := task.ForEngines(seal, item).Start(context.Background(), "anvil", shop, shop)
	fmt.Println(ans.Value.Name, ans.Err)
	fmt.Println("instead of:", ans.Degraded)
	// Output:
	// something nice <nil>
	// instead of: item anvil: no such item
}

// queue is an engine that answers from its own goroutines.
type queue struct{}

func (queue) Start(ctx context.Context, id string, host seam.Host[Item]) {
	go func() {
		item, err := fetchItem(ctx, id)
		host.Finish(seam.Answer[Item]{Value: item, Err: err})
	}()
}

func ExampleStarter() {
	var work seam.Starter[string, Item] = queue{}
	item := task.ForEngines(seal, task.Task[string, Item]{}).From("item", observe.Place{File: "shop/queue.go", Line: 7}, work).Fallback(Item{Name: "something nice"})
	fmt.Println(item.Do(context.Background(), "anvil"))
	// Output: {something nice 0} <nil>
}

func ExampleOrigin() {
	item := task.ForEngines(seal, task.Task[string, Item]{}).From("item", observe.Place{File: "shop/queue.go", Line: 7}, queue{})
	fmt.Println(item.Do(context.Background(), "bell"))
	fmt.Println(item.Place(), task.ForEngines(seal, item).Origin().Engine == queue{})
	// Output:
	// {brass bell 1900} <nil>
	// shop/queue.go:7 true
}

// An engine that has no use for a result gives it to the task's Discard.
func Example_discarder() {
	var closed sync.WaitGroup
	closed.Add(1)
	ctx, shop := context.Background(), new(line)
	item := task.New("item", fetchItem).Discard(func(i Item) { fmt.Println("nobody takes the", i.Name); closed.Done() })
	ans, _ := task.ForEngines(seal, item).Start(ctx, "bell", shop, shop)
	if discard := task.ForEngines(seal, item).Discarder(); discard != nil {
		discard(ctx, ans.Value)
	}
	closed.Wait()
	// Output: nobody takes the brass bell
}

// desk is an engine that gives a call up.
type desk struct {
	line
	call seam.Carried
}

// Carry is told of the call before its function begins.
func (d *desk) Carry(call seam.Carried) { d.call = call }

// At its limit an engine gives a call up: what stands in for it is the answer.
func ExampleCarried() {
	begun, end := make(chan struct{}), make(chan struct{})
	item := task.New("item", func(context.Context, string) (Item, error) {
		close(begun)
		<-end
		return Item{Name: "too late"}, nil
	}).Retry(task.Retry{Attempts: 3}).Fallback(Item{Name: "something nice"})

	shop := new(desk)
	shop.Join()
	go func() {
		defer shop.Leave()
		task.ForEngines(seal, item).Start(context.Background(), "bell", shop, shop)
	}()
	<-begun
	shop.call.GiveUp(errors.New("the limit has passed"), true)
	close(end)
	shop.workers.Wait()
	// Output: something nice <nil>
}

func Example_standby() {
	item := task.New("item", fetchItem).Timeout(time.Second).Fallback(Item{Name: "something nice"})
	v, ok := task.ForEngines(seal, item).Standby()
	fmt.Println(v.Name, ok)
	// Output: something nice true
}

func ExampleBody() {
	item := task.New("item", fetchItem).Fallback(Item{Name: "something nice"})
	fake := task.ForEngines(seal, item).WithBody(func(seam.Body[string, Item]) seam.Body[string, Item] {
		return seam.Body[string, Item]{Func: func(_ context.Context, id string) (Item, error) { return Item{Name: "a fake " + id}, nil }}
	})
	fmt.Println(fake.Do(context.Background(), "bell"))
	fmt.Println(fake.Policies())
	// Output:
	// {a fake bell 0} <nil>
	// [fallback]
}

// The examples are about the calls behind a page of a small shop.

type Item struct {
	Name  string
	Price int // in cents
}

var errNoItem = errors.New("no such item")

func fetchItem(_ context.Context, id string) (Item, error) {
	items := map[string]Item{"bell": {"brass bell", 1900}, "lamp": {"oil lamp", 4500}}
	item, ok := items[id]
	if !ok {
		return Item{}, fmt.Errorf("item %s: %w", id, errNoItem)
	}
	return item, nil
}

// quick is what all calls of a small engine have in common.
var quick = observe.Call{Kind: observe.KindNode, Flow: "shop", Node: "item", Task: "item"}

// An engine that knows how many calls it is going to make allocates them together.
func ExampleSeen() {
	calls := observe.ForEngines(seal).Calls(2)
	for i := range calls {
		calls[i].Begin(context.Background(), printer{}, &quick, time.Now())
	}
	calls[0].End(nil, nil)
	calls[1].End(errNoItem, nil)
	// Output:
	// item node ok
	// item node failed
}

// What is called with the ctx is part of the same run.
func ExampleSeen_Begin() {
	var call seam.Seen = &observe.ForEngines(seal).Calls(1)[0]
	ctx := call.Begin(observe.With(context.Background(), printer{}), printer{}, &quick, time.Now())
	task.New("price", fetchItem).Do(ctx, "bell")
	call.End(nil, nil)
	// Output:
	// price node ok
	// item node ok
}

func ExampleSeen_Context() {
	var call seam.Seen = &observe.ForEngines(seal).Calls(1)[0]
	ctx := call.Begin(context.Background(), printer{}, &quick, time.Now())
	fmt.Println(ctx == call.Context())
	// Output: true
}

func ExampleSeen_End() {
	var call seam.Seen = &observe.ForEngines(seal).Calls(1)[0]
	call.Begin(context.Background(), ends{}, &quick, time.Now())
	call.End(errNoItem, nil)
	// Output: failed class: unknown error: no such item
}

// The end need not know of it then.
func ExampleSeen_Degrade() {
	var call seam.Seen = &observe.ForEngines(seal).Calls(1)[0]
	call.Begin(context.Background(), ends{}, &quick, time.Now())
	call.Degrade(errNoItem)
	call.End(nil, nil)
	// Output: degraded class: unknown error: no such item
}

func ExampleSeen_Straggle() {
	var call seam.Seen = &observe.ForEngines(seal).Calls(1)[0]
	call.Begin(context.Background(), printer{}, &quick, time.Now())
	call.Straggle(errors.New("the run is answered"))
	call.End(nil, nil)
	// Output:
	// item node straggler
	// item node ok
}

// printer is an observer that prints how calls end.
type printer struct{}

func (printer) Begin(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
	return ctx, func(o observe.Outcome) { fmt.Println(c.Task, c.Kind, o.Status) }
}

// ends is an observer that prints outcomes.
type ends struct{}

func (ends) Begin(ctx context.Context, _ observe.Call) (context.Context, func(observe.Outcome)) {
	return ctx, func(o observe.Outcome) { fmt.Println(o.Status, "class:", o.Class, "error:", o.Err) }
}

var seal engine.Seal
