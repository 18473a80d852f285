package durable_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jade-go/jade/durable"
	"github.com/jade-go/jade/flow"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

// Declined is the answer of a bank.
type Declined struct {
	Card   string
	Reason string
}

func (e *Declined) Error() string         { return "card " + e.Card + " declined: " + e.Reason }
func (e *Declined) Class() recovery.Class { return recovery.ClassBusiness }

var ErrClosed = errors.New("the shop is closed")

func init() {
	durable.RegisterError[*Declined]("shop.Declined")
	durable.RegisterSentinel("shop.ErrClosed", ErrClosed)
}

func ExampleEncodeError() {
	f := durable.EncodeError(fmt.Errorf("charge: %w", context.DeadlineExceeded))
	text, _ := json.MarshalIndent(f, "", " ")
	fmt.Println(string(text))
	// Output:
	// {
	//  "kind": "opaque",
	//  "text": "charge: context deadline exceeded",
	//  "class": "timeout",
	//  "causes": [
	//   {
	//    "kind": "sentinel",
	//    "name": "context.DeadlineExceeded",
	//    "text": "context deadline exceeded",
	//    "class": "timeout"
	//   }
	//  ]
	// }
}

// The error that comes back is told apart as the one that went.
func ExampleFailure_Err() {
	f := durable.EncodeError(fmt.Errorf("charge: %w", errors.Join(ErrClosed, context.Canceled)))
	err := f.Err()
	fmt.Println(errors.Is(err, ErrClosed), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded))
	// Output: true true false
}

func ExampleFailure() {
	var f durable.Failure // as another process has written it
	_ = json.Unmarshal([]byte(`{"kind":"opaque","text":"no stock","class":"business"}`), &f)
	fmt.Println(f.Err(), recovery.Classify(f.Err()))
	// Output: no stock business
}

func ExampleRegisterError() {
	f := durable.EncodeError(fmt.Errorf("charge: %w", &Declined{Card: "1234", Reason: "no money"}))
	if d, ok := errors.AsType[*Declined](f.Err()); ok {
		fmt.Println(d.Card, d.Reason)
	}
	// Output: 1234 no money
}

func ExampleRegisterSentinel() {
	fmt.Println(durable.EncodeError(ErrClosed).Err() == ErrClosed)
	// Output: true
}

type Payment struct {
	Amount int
	card   string
}

func ExampleCheck() {
	charge := task.New("charge", func(_ context.Context, amount int) (Payment, error) { return Payment{amount, "1234"}, nil })
	checkout := flow.New("checkout", func(amount flow.Node[int]) flow.Node[int] {
		return flow.Map(flow.Step(charge, amount), func(p Payment) int { return len(p.card) })
	})
	fmt.Println(durable.Check(checkout.Graph()))
	// Output: durable: checkout: node charge: Payment.card: an unexported field is lost in JSON: export it, or give Payment MarshalJSON and UnmarshalJSON
}
