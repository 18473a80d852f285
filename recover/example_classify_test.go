package recovery_test

import (
	"context"
	"errors"
	"fmt"
	"syscall"

	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
)

func ExampleClassify() {
	for _, err := range []error{
		nil,
		&future.PanicError{Value: "index out of range"},
		syscall.EMFILE,
		syscall.ECONNREFUSED,
		statusError(503),
		context.DeadlineExceeded,
		&future.CanceledError{Cause: errors.New("the customer left")},
		recovery.Mark(recovery.ClassBusiness, errNoCoupons),
		errNoCoupons,
	} {
		fmt.Println(recovery.Classify(err))
	}
	// Output:
	// none
	// code
	// system
	// dependency
	// dependency
	// timeout
	// canceled
	// business
	// unknown
}

// What wraps an error does not change its class.
func ExampleClassify_wrapped() {
	err := fmt.Errorf("coupons: %w", fmt.Errorf("dial: %w", syscall.ECONNREFUSED))
	fmt.Println(recovery.Classify(err))
	// Output: dependency
}

// outOfCoupons decides for itself: running out is no fault of the other side.
type outOfCoupons struct{ error }

func (outOfCoupons) Class() recovery.Class { return recovery.ClassBusiness }

func ExampleClassify_ownClass() {
	err := outOfCoupons{statusError(503)}
	fmt.Println(recovery.Classify(err))
	// Output: business
}

// The class says who has to act.
func ExampleClass() {
	act := func(err error) string {
		switch recovery.Classify(err) {
		case recovery.ClassCode:
			return "wake the author"
		case recovery.ClassSystem, recovery.ClassDependency, recovery.ClassTimeout:
			return "try again later"
		case recovery.ClassCanceled:
			return "nothing: nobody waits"
		case recovery.ClassBusiness:
			return "tell the customer"
		default:
			return "find out whose fault it is"
		}
	}
	fmt.Println(act(&future.PanicError{Value: "index out of range"}))
	fmt.Println(act(statusError(503)))
	fmt.Println(act(recovery.Mark(recovery.ClassBusiness, errNoCoupons)))
	fmt.Println(act(errNoCoupons))
	// Output:
	// wake the author
	// try again later
	// tell the customer
	// find out whose fault it is
}

func ExampleClass_String() {
	fmt.Println(recovery.ClassTimeout, recovery.Class(42))
	// Output: timeout Class(42)
}

// The author says that it is the customer's own business, and nobody is woken for it.
func ExampleMark() {
	err := recovery.Mark(recovery.ClassBusiness, errNoCoupons)
	fmt.Println(err, recovery.Classify(err), errors.Is(err, errNoCoupons), recovery.Mark(recovery.ClassBusiness, nil))
	// Output: no coupons today business true <nil>
}

// An application knows its own clients.
func ExampleWithClassifier() {
	errLedger := errors.New("ledger: code 17")
	ctx := recovery.WithClassifier(context.Background(), func(err error) (recovery.Class, bool) {
		return recovery.ClassDependency, err == errLedger
	})
	err := fmt.Errorf("pay: %w", errLedger)
	fmt.Println(recovery.ClassifyIn(ctx, err), recovery.Classify(err))
	// Output: dependency unknown
}

func ExampleClassifier() {
	var shop recovery.Classifier = func(err error) (recovery.Class, bool) {
		return recovery.ClassBusiness, err == errNoCoupons
	}
	ctx := recovery.WithClassifier(context.Background(), shop)
	fmt.Println(recovery.ClassifyIn(ctx, errNoCoupons), recovery.ClassifyIn(ctx, syscall.ENOSPC))
	// Output: business system
}

// Whose cancellation it is depends on who still wants the result.
func ExampleClassifyIn() {
	ctx, cancel := context.WithCancel(context.Background())
	err := fmt.Errorf("coupons: %w", context.Canceled)
	fmt.Println(recovery.ClassifyIn(ctx, err), "- we have cancelled nothing")
	cancel()
	fmt.Println(recovery.ClassifyIn(ctx, err), "- we have")
	// Output:
	// dependency - we have cancelled nothing
	// canceled - we have
}

func ExampleRepeatable() {
	ctx := context.Background()
	for _, err := range []error{statusError(503), statusError(404), recovery.Mark(recovery.ClassBusiness, errNoCoupons)} {
		fmt.Println(err, recovery.Repeatable(ctx, err))
	}
	// Output:
	// status 503 true
	// status 404 false
	// no coupons today false
}
