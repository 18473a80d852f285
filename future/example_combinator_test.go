package future_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/jade-go/jade/future"
)

// inStock is a combinator that the library does not have: it fails when what
// it asks for is not so.
func inStock(f future.Future[Item], stock map[string]int) future.Future[Item] {
	return future.Follow(nil, f, future.Quick|future.Dressed, inStockBody(stock))
}

type inStockBody map[string]int

// Pass passes a failure on. A success is Run's.
func (inStockBody) Pass(in future.Result[Item]) (Item, bool) { return in.Value, in.Err != nil }

func (stock inStockBody) Run(_ context.Context, in future.Result[Item]) (item Item, none future.Future[Item], err error) {
	if stock[in.Value.Name] == 0 {
		return item, none, fmt.Errorf("%s: sold out", in.Value.Name)
	}
	return in.Value, none, nil
}

// inStock, above this example, is a combinator of one's own.
func ExampleFollow() {
	ctx := context.Background()
	item := future.Call(ctx, fetchItem, "bell")
	_, err := inStock(item, map[string]int{"oil lamp": 3}).Await(ctx)
	fmt.Println(err)
	// Output: brass bell: sold out
}

// A func type with the two methods is the cheapest body: see inStock for both of them.
func ExampleBody() {
	ctx := context.Background()
	var body future.Body[Item, Item] = inStockBody{"brass bell": 2}

	_, passes := body.Pass(future.Result[Item]{Err: errNoItem})
	fmt.Println("a failure passes:", passes)

	item, _, err := body.Run(ctx, future.Result[Item]{Value: Item{"brass bell", 1900}})
	fmt.Println("a success is run:", item.Name, err)
	// Output:
	// a failure passes: true
	// a success is run: brass bell <nil>
}

// Dressed says that a future is its input under another name, so a
// cancellation goes on to that.
func ExampleManner() {
	item := future.NewPromise[Item](context.Background()).Future()
	available := future.Follow(nil, item, future.Quick|future.Dressed, inStockBody{})
	available.Cancel(errors.New("the page is out"))

	result, complete := item.Peek()
	fmt.Println(complete, result.Err)
	// Output: true canceled: the page is out
}

// gathering is the plainest gatherer: futures, and a function.
type gathering[R any, F future.Input] struct {
	inputs []F
	gather func(future.Tally) (R, error)
}

func (g gathering[R, F]) Input(i int) future.Input { return g.inputs[i] }

func (g gathering[R, F]) Gather(t future.Tally) (R, error) { return g.gather(t) }

func watch[R any, F future.Input](inputs []F, rule future.Rule, gather func(future.Tally) (R, error)) future.Future[R] {
	return future.Watch(len(inputs), rule, gathering[R, F]{inputs, gather})
}

// A gatherer tells Watch its inputs and makes the result: see gathering and
// watch, above these examples.
func ExampleGatherer() {
	offers := []future.Future[int]{future.Of(1900, nil), future.Of(1700, nil)}
	var g future.Gatherer[int] = gathering[int, future.Future[int]]{offers, func(future.Tally) (int, error) { return len(offers), nil }}
	fmt.Println(future.Watch(len(offers), future.Rule{Total: len(offers)}, g).Await(context.Background()))
	// Output: 2 <nil>
}

func ExampleTally_Failure() {
	offers := []future.Future[int]{future.Of(0, errNoItem), future.Of(1700, nil)}
	all := watch(offers, future.Rule{Failures: 1, Total: len(offers)}, func(t future.Tally) (int, error) { return 0, t.Failure() })
	_, err := all.Await(context.Background())
	fmt.Println(err == errNoItem)
	// Output: true
}

// lease is given back when the future that holds it is complete.
type lease struct{ free *int }

func (l lease) Release() { *l.free++ }

func ExampleReleaser() {
	free := 0
	promise := future.NewPromise[Item](context.Background())
	rule := future.Rule{Total: 1, Holds: lease{&free}}
	item := watch([]future.Future[Item]{promise.Future()}, rule, func(future.Tally) (string, error) {
		r, _ := promise.Future().Peek()
		return r.Value.Name, r.Err
	})
	fmt.Println("free:", free)

	item.Cancel(nil)
	fmt.Println("free:", free)
	// Output:
	// free: 0
	// free: 1
}

// The best price among all who made an offer.
func ExampleWatch() {
	ctx := context.Background()
	offers := []future.Future[int]{
		future.Of(1900, nil),
		future.Of(0, errNoItem),
		future.Of(1700, nil),
	}
	best := watch(offers, future.Rule{Total: len(offers)}, func(future.Tally) (int, error) {
		lowest := 0
		for _, offer := range offers {
			if r, _ := offer.Peek(); r.Err == nil && (lowest == 0 || r.Value < lowest) {
				lowest = r.Value
			}
		}
		return lowest, nil
	})
	fmt.Println(best.Await(ctx))
	// Output: 1700 <nil>
}

// Two answers are enough; who has not answered by then is cancelled.
func ExampleRule() {
	ctx := context.Background()
	slow := future.NewPromise[int](ctx).Future()
	offers := []future.Future[int]{future.Of(1900, nil), slow, future.Of(1700, nil)}

	rule := future.Rule{Total: 2, Owns: true, Lost: errors.New("two offers are enough")}
	answered := watch(offers, rule, func(t future.Tally) (int, error) { return t.Last, nil })
	fmt.Println(answered.Await(ctx))

	_, err := slow.Await(ctx)
	fmt.Println(err)
	// Output:
	// 2 <nil>
	// canceled: two offers are enough
}

// Last is the input that decided.
func ExampleTally() {
	offers := []future.Future[int]{future.Of(0, errNoItem), future.Of(1700, nil)}
	first := watch(offers, future.Rule{Successes: 1}, func(t future.Tally) (string, error) {
		return fmt.Sprintf("offer %d decided", t.Last), nil
	})
	fmt.Println(first.Await(context.Background()))
	// Output: offer 1 decided <nil>
}

func ExampleTally_Counted() {
	ctx := context.Background()
	slow := future.NewPromise[int](ctx).Future()
	offers := []future.Future[int]{future.Of(1900, nil), slow}
	answered := watch(offers, future.Rule{Successes: 1}, func(t future.Tally) ([]bool, error) {
		return []bool{t.Counted(0), t.Counted(1)}, nil
	})
	fmt.Println(answered.Await(ctx))
	// Output: [true false] <nil>
}

// Inputs of several types are watched together.
func ExampleInput() {
	ctx := context.Background()
	item := future.Call(ctx, fetchItem, "bell")
	address := future.Call(ctx, fetchAddress, "ada")

	parcel := watch([]future.Input{item, address}, future.Rule{Failures: 1, Total: 2}, func(future.Tally) (string, error) {
		i, _ := item.Peek()
		a, _ := address.Peek()
		return i.Value.Name + " to " + a.Value.City, errors.Join(i.Err, a.Err)
	})
	fmt.Println(parcel.Await(ctx))
	// Output: brass bell to Ghent <nil>
}
