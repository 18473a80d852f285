package future_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/jade-go/jade/future"
)

// cheapest gathers the lowest of the offers that were made.
type cheapest []future.Future[int]

func (offers cheapest) Input(i int) future.Input { return offers[i] }

func (offers cheapest) Gather(_ future.Tally, lowest *int) error {
	for _, offer := range offers {
		if r, _ := offer.Peek(); r.Err == nil && (*lowest == 0 || r.Value < *lowest) {
			*lowest = r.Value
		}
	}
	return nil
}

// cheapest, above this example, is a combinator of one's own: it waits for
// all and takes what there is.
func ExampleWatch() {
	offers := cheapest{
		future.Of(1900, nil),
		future.Of(0, errNoItem),
		future.Of(1700, nil),
	}
	best := future.Watch(len(offers), future.Rule{Total: len(offers)}, offers)
	fmt.Println(best.Await(context.Background()))
	// Output: 1700 <nil>
}

// A gatherer knows its inputs and makes the result: see cheapest for both methods.
func ExampleGatherer() {
	offers := cheapest{future.Of(1900, nil), future.Of(1700, nil)}
	var g future.Gatherer[int] = offers
	fmt.Println(g.Input(1) == future.Input(offers[1]))

	var lowest int
	err := g.Gather(future.Tally{Last: 1}, &lowest)
	fmt.Println(lowest, err)
	// Output:
	// true
	// 1700 <nil>
}

// gathering is the plainest gatherer: futures, and a function.
type gathering[R any, F future.Input] struct {
	inputs []F
	gather func(future.Tally) (R, error)
}

func (g gathering[R, F]) Input(i int) future.Input { return g.inputs[i] }

func (g gathering[R, F]) Gather(t future.Tally, v *R) (err error) {
	*v, err = g.gather(t)
	return err
}

func watch[R any, F future.Input](inputs []F, rule future.Rule, gather func(future.Tally) (R, error)) future.Future[R] {
	return future.Watch(len(inputs), rule, gathering[R, F]{inputs, gather})
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

// Failure is the error of the input that decided. To return it as it is keeps
// the name of the work that failed.
func ExampleTally_Failure() {
	offers := []future.Future[int]{future.Of(0, errNoItem), future.Of(1700, nil)}
	all := watch(offers, future.Rule{Failures: 1, Total: len(offers)}, func(t future.Tally) (int, error) { return 0, t.Failure() })
	_, err := all.Await(context.Background())
	fmt.Println(err == errNoItem)
	// Output: true
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
