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
}

// What wraps an error does not change its class.
func ExampleClassify_wrapped() {
	err := fmt.Errorf("coupons: %w", fmt.Errorf("dial: %w", syscall.ECONNREFUSED))
	fmt.Println(recovery.Classify(err))
	// Output: dependency
}

// outOfCoupons decides for itself: running out is no fault of the other side.
type outOfCoupons struct{ error }

func (outOfCoupons) Class() recovery.Class { return recovery.Business }

func ExampleClassify_ownClass() {
	err := outOfCoupons{statusError(503)}
	fmt.Println(recovery.Classify(err))
	// Output: business
}

// The class says who has to act.
func ExampleClass() {
	act := func(err error) string {
		switch recovery.Classify(err) {
		case recovery.Code:
			return "wake the author"
		case recovery.System, recovery.Dependency, recovery.Timeout:
			return "try again later"
		case recovery.Canceled:
			return "nothing: nobody waits"
		default:
			return "tell the customer"
		}
	}
	fmt.Println(act(&future.PanicError{Value: "index out of range"}))
	fmt.Println(act(statusError(503)))
	fmt.Println(act(errNoCoupons))
	// Output:
	// wake the author
	// try again later
	// tell the customer
}

func ExampleClass_String() {
	fmt.Println(recovery.Timeout, recovery.Class(42))
	// Output: timeout Class(42)
}
