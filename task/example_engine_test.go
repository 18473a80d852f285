package task_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

// line is a small engine: it runs one task after the other in one goroutine,
// unless that ends, and prints what comes out.
type line struct{ workers sync.WaitGroup }

// Join and Leave make it a task.Crew.
func (l *line) Join() bool { l.workers.Add(1); return true }
func (l *line) Leave()     { l.workers.Done() }

// Finish makes it a task.Host.
func (l *line) Finish(ans task.Answer[Item]) { fmt.Println(ans.Value.Name, ans.Err) }

func ExampleStart() {
	engine := new(line)
	item := task.New("item", fetchItem)
	if ans, over := task.Start(context.Background(), item, "bell", engine, engine); over {
		engine.Finish(ans)
	}
	engine.workers.Wait()
	// Output: brass bell <nil>
}

// After a timeout another goroutine carries the call on.
func ExampleHost() {
	engine := new(line)
	answer := make(chan struct{})
	item := task.New("item", func(context.Context, string) (Item, error) {
		<-answer
		return Item{Name: "too late"}, nil
	}).Timeout(time.Millisecond).OnError(func(context.Context, string, error) { close(answer) }).Fallback(Item{Name: "something nice"})

	_, over := task.Start(context.Background(), item, "bell", engine, engine)
	engine.workers.Wait()
	fmt.Println(over)
	// Output:
	// something nice <nil>
	// false
}

// The crew counts who still works for the engine.
func ExampleCrew() {
	engine := new(line)
	item := task.New("item", func(context.Context, string) (Item, error) { panic("oh") })
	_, over := task.Start(context.Background(), item, "bell", engine, engine)
	engine.workers.Wait() // for the goroutine that took over
	fmt.Println(over)
	// Output:
	//  panic: oh
	// false
}

// An engine calls the function itself where nothing else is to be done.
func ExampleDirect() {
	fn, mends := task.Direct(task.New("item", fetchItem).Fallback(Item{Name: "something nice"}))
	fmt.Println(fn(context.Background(), "lamp"))
	fmt.Println(mends)

	fn, _ = task.Direct(task.New("item", fetchItem).Timeout(time.Second))
	fmt.Println(fn == nil)
	// Output:
	// {oil lamp 4500} <nil>
	// true
	// true
}

func ExampleMend() {
	engine := new(line)
	ctx := context.Background()
	item := task.New("item", fetchItem).Fallback(Item{Name: "something nice"})
	fn, _ := task.Direct(item)
	if v, err := fn(ctx, "anvil"); err != nil {
		ans, over := task.Mend(ctx, item, "anvil", task.Answer[Item]{Value: v, Err: err}, engine, engine)
		fmt.Println(ans.Value.Name, over)
	}
	// Output: something nice true
}

func ExampleAnswer() {
	engine := new(line)
	item := task.New("item", fetchItem).Fallback(Item{Name: "something nice"})
	ans, _ := task.Start(context.Background(), item, "anvil", engine, engine)
	fmt.Println(ans.Value.Name, ans.Err)
	fmt.Println("instead of:", ans.Degraded)
	// Output:
	// something nice <nil>
	// instead of: item anvil: no such item
}

// queue is an engine that answers from its own goroutines.
type queue struct{}

func (queue) Start(ctx context.Context, id string, host task.Host[Item]) {
	go func() {
		item, err := fetchItem(ctx, id)
		host.Finish(task.Answer[Item]{Value: item, Err: err})
	}()
}

func ExampleStarter() {
	var engine task.Starter[string, Item] = queue{}
	item := task.From("item", task.Place{File: "shop/queue.go", Line: 7}, engine).Fallback(Item{Name: "something nice"})
	fmt.Println(item.Do(context.Background(), "anvil"))
	// Output: {something nice 0} <nil>
}

func ExampleFrom() {
	item := task.From[string, Item]("item", task.Place{File: "shop/queue.go", Line: 7}, queue{})
	fmt.Println(item.Do(context.Background(), "bell"))
	fmt.Println(item.Origin().Place, item.Origin().Engine == queue{})
	// Output:
	// {brass bell 1900} <nil>
	// shop/queue.go:7 true
}

// An engine that has no use for a result gives it to the task's Discard.
func ExampleDiscarder() {
	var closed sync.WaitGroup
	closed.Add(1)
	ctx, engine := context.Background(), new(line)
	item := task.New("item", fetchItem).Discard(func(i Item) { fmt.Println("nobody takes the", i.Name); closed.Done() })
	ans, _ := task.Start(ctx, item, "bell", engine, engine)
	if discard := task.Discarder(item); discard != nil {
		discard(ctx, ans.Value)
	}
	closed.Wait()
	// Output: nobody takes the brass bell
}

// desk is an engine that gives a call up.
type desk struct {
	line
	call task.Carried
}

// Carry is told of the call before its function begins.
func (d *desk) Carry(call task.Carried) { d.call = call }

// At its limit an engine gives a call up: what stands in for it is the answer.
func ExampleCarried() {
	begun, end := make(chan struct{}), make(chan struct{})
	item := task.New("item", func(context.Context, string) (Item, error) {
		close(begun)
		<-end
		return Item{Name: "too late"}, nil
	}).Retry(task.Retry{Attempts: 3}).Fallback(Item{Name: "something nice"})

	engine := new(desk)
	engine.Join()
	go func() {
		defer engine.Leave()
		task.Start(context.Background(), item, "bell", engine, engine)
	}()
	<-begun
	engine.call.GiveUp(errors.New("the limit has passed"), true)
	close(end)
	engine.workers.Wait()
	// Output: something nice <nil>
}

func ExampleLoss() {
	lost := task.Loss{Node: "rules/muted", Err: errors.New("connection refused"), Count: 1}
	lost.Class = recovery.Classify(lost.Err)
	fmt.Printf("without %s (%s): %v\n", lost.Node, lost.Class, lost.Err)
	// Output: without rules/muted (unknown): connection refused
}

func ExampleStandby() {
	item := task.New("item", fetchItem).Timeout(time.Second).Fallback(Item{Name: "something nice"})
	v, ok := task.Standby(item)
	fmt.Println(v.Name, ok)
	// Output: something nice true
}
