package task_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/samber/lo"

	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/task"
)

// Tasks are defined once, as package variables, and run by every request.
var (
	FetchItem    = task.New("item", fetchItem).Retry(task.Retry{Attempts: 3, Delay: time.Millisecond})
	FetchCoupons = task.New("coupons", fetchCoupons).Timeout(5 * time.Millisecond).Fallback(Coupons{"none today"})
)

// The page asks for both at once. The coupons do not come in time, and it does without them.
func Example() {
	page, err := future.Run(context.Background(), func(ctx context.Context) (string, error) {
		coupons := FetchCoupons.Go(ctx, "bell")
		item, err := FetchItem.Do(ctx, "bell")
		if err != nil {
			return "", err
		}
		c, err := coupons.Await(ctx)
		return fmt.Sprintf("%s, coupons: %v", item.Name, c), err
	})
	fmt.Println(page, err)
	// Output: brass bell, coupons: [none today] <nil>
}

func ExampleTask() {
	item := task.New("item", fetchItem)
	patient := item.Retry(task.Retry{Attempts: 3}) // a new task; item is as it was
	fmt.Println(item.Policies(), patient.Policies())
	fmt.Println(patient.Do(context.Background(), "lamp"))
	// Output:
	// [] [3 attempts]
	// {oil lamp 4500} <nil>
}

// Any function of a ctx and one argument is a task.
func ExampleNew() {
	item := task.New("item", fetchItem)
	fmt.Println(item.Do(context.Background(), "bell"))
	fmt.Println(item.Do(context.Background(), "anvil"))
	// Output:
	// {brass bell 1900} <nil>
	// { 0} item anvil: no such item
}

// A panic is a failure like any other.
func ExampleNew_panic() {
	price := task.New("price", func(_ context.Context, item *Item) (int, error) { return item.Price, nil })
	_, err := price.Do(context.Background(), nil)
	_, isPanic := errors.AsType[*future.PanicError](err)
	fmt.Println(isPanic, err)
	// Output: true panic: runtime error: invalid memory address or nil pointer dereference
}

// Functions of several arguments take a tuple, which flow.Step2 makes of two nodes.
func ExampleNew2() {
	total := task.New2("total", func(_ context.Context, item Item, n int) (int, error) { return item.Price * n, nil })
	fmt.Println(total.Do(context.Background(), lo.T2(Item{"brass bell", 1900}, 2)))
	// Output: 3800 <nil>
}

func ExampleTask_Do() {
	page, err := task.New("item", fetchItem).Do(context.Background(), "lamp")
	fmt.Println(page, err)
	// Output: {oil lamp 4500} <nil>
}

// Do answers when its ctx ends, even if the function does not.
func ExampleTask_Do_gaveUp() {
	ctx, cancel := context.WithCancelCause(context.Background())
	answer := make(chan string)
	item := task.New("item", func(context.Context, string) (string, error) {
		cancel(errors.New("the browser was closed"))
		return <-answer, nil
	})
	_, err := item.Do(ctx, "bell")
	fmt.Println(err)
	close(answer)
	// Output: canceled: the browser was closed
}

// Both items are on their way before the first is awaited.
func ExampleTask_Go() {
	ctx, scope := future.WithScope(context.Background())
	defer scope.Close()
	item := task.New("item", fetchItem)
	bell, lamp := item.Go(ctx, "bell"), item.Go(ctx, "lamp")
	fmt.Println(bell.Await(ctx))
	fmt.Println(lamp.Await(ctx))
	// Output:
	// {brass bell 1900} <nil>
	// {oil lamp 4500} <nil>
}

func ExampleTask_Timeout() {
	coupons := task.New("coupons", fetchCoupons).Timeout(5 * time.Millisecond)
	_, err := coupons.Do(context.Background(), "bell")
	late, _ := errors.AsType[*deadline.Error](err)
	fmt.Println(late.Name, "did not answer within", late.Limit)
	// Output: coupons did not answer within 5ms
}

func ExampleTask_Retry() {
	item := task.New("item", unsteady(2))
	_, err := item.Do(context.Background(), "bell")
	fmt.Println(err)

	item = task.New("item", unsteady(2)).Retry(task.Retry{Attempts: 3})
	fmt.Println(item.Do(context.Background(), "bell"))
	// Output:
	// item bell: unexpected EOF
	// {brass bell 1900} <nil>
}

// Half of each wait is random, so that those who failed together do not come back together.
func ExampleRetry() {
	patient := task.Retry{Attempts: 5, Delay: time.Millisecond, MaxDelay: 2 * time.Millisecond, Jitter: 0.5}
	fmt.Println(task.New("item", unsteady(4)).Retry(patient).Do(context.Background(), "lamp"))
	// Output: {oil lamp 4500} <nil>
}

// What the author meant would come again, so it is not tried again; unless If says so.
func ExampleRetry_if() {
	attempts := 0
	item := task.New("item", func(ctx context.Context, id string) (Item, error) { attempts++; return fetchItem(ctx, id) })

	item.Retry(task.Retry{Attempts: 3}).Do(context.Background(), "anvil")
	fmt.Println(attempts)

	restocked := func(err error) bool { return errors.Is(err, errNoItem) }
	item.Retry(task.Retry{Attempts: 3, If: restocked}).Do(context.Background(), "anvil")
	fmt.Println(attempts)
	// Output:
	// 1
	// 4
}

func ExampleTask_Fallback() {
	item := task.New("item", fetchItem).Fallback(Item{Name: "something nice"})
	fmt.Println(item.Do(context.Background(), "anvil"))
	// Output: {something nice 0} <nil>
}

// A function makes a value for each failure, and may fail too.
func ExampleTask_Recover() {
	item := task.New("item", fetchItem).Recover(func(_ context.Context, id string, err error) (Item, error) {
		if !errors.Is(err, errNoItem) {
			return Item{}, err
		}
		return Item{Name: "something like a " + id}, nil
	})
	fmt.Println(item.Do(context.Background(), "anvil"))
	// Output: {something like a anvil 0} <nil>
}

// It is told of the failure that the fallback around it hides.
func ExampleTask_OnError() {
	item := task.New("item", fetchItem).
		OnError(func(_ context.Context, id string, err error) { fmt.Println("no", id, "because of", err) }).
		Fallback(Item{Name: "something nice"})
	fmt.Println(item.Do(context.Background(), "anvil"))
	// Output:
	// no anvil because of item anvil: no such item
	// {something nice 0} <nil>
}

// Middleware is any other policy: here, a price that is kept in the shop's own currency.
func ExampleTask_Wrap() {
	inPence := func(inside task.Func[string, Item]) task.Func[string, Item] {
		return func(ctx context.Context, id string) (Item, error) {
			item, err := inside(ctx, id)
			item.Price = item.Price * 85 / 100
			return item, err
		}
	}
	fmt.Println(task.New("item", fetchItem).Wrap(inPence).Do(context.Background(), "bell"))
	// Output: {brass bell 1615} <nil>
}

// A Func may be called as the function that it is.
func ExampleFunc() {
	var fetch task.Func[string, Item] = fetchItem
	fmt.Println(fetch(context.Background(), "lamp"))
	fmt.Println(task.New("item", fetch).Do(context.Background(), "lamp"))
	// Output:
	// {oil lamp 4500} <nil>
	// {oil lamp 4500} <nil>
}

// One task plays two parts.
func ExampleTask_Named() {
	user := task.New("user", func(_ context.Context, id string) (string, error) { return "Ida", nil })
	seller := user.Named("seller")
	fmt.Println(user.Name(), seller.Name(), user.Place() == seller.Place())
	// Output: user seller true
}

func ExampleTask_Name() {
	fmt.Println(FetchItem.Name(), FetchCoupons.Name())
	// Output: item coupons
}

// A file that is opened too late is closed.
func ExampleTask_Discard() {
	_, err := future.Run(context.Background(), func(ctx context.Context) (*photo, error) {
		open := task.New("photo", openSlowly).Timeout(time.Millisecond).Discard(func(p *photo) { p.Close() })
		return open.Do(ctx, "bell.jpg")
	})
	fmt.Println("late:", errors.Is(err, context.DeadlineExceeded))
	// Output:
	// bell.jpg is closed
	// late: true
}

type photo struct{ name string }

func (p *photo) Close() { fmt.Println(p.name, "is closed") }

// openSlowly opens the file only when nobody waits for it any more.
func openSlowly(ctx context.Context, name string) (*photo, error) {
	<-ctx.Done()
	return &photo{name}, nil
}

// A flow whose run fails gives back what was reserved.
func ExampleTask_Undo() {
	reserve := task.New("reserve", func(_ context.Context, sku string) (string, error) { return "r-1", nil }).
		Undo(func(_ context.Context, sku, reservation string) error {
			fmt.Println("released", reservation, "of", sku)
			return nil
		})
	fmt.Println(reserve.Policies())
	// Output: [undo]
}
