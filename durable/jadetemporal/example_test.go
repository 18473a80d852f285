package jadetemporal_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"

	"github.com/jade-go/jade/durable/jadetemporal"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
)

type (
	Cart    struct{ Items []string }
	Receipt struct {
		Charged int
		Parcel  string
	}
)

var (
	Reserve = task.New("reserve", func(_ context.Context, item string) (int, error) { return 100 * len(item), nil })
	Charge  = task.New("charge", func(ctx context.Context, cents int) (int, error) {
		key, _ := task.Key(ctx) // for the payment service: it charges once, however often it is asked
		fmt.Println("charge", cents, "as", key)
		return cents, nil
	})
	Ship = task.New("ship", func(context.Context, []string) (string, error) { return "", errors.New("the depot is closed") })

	Checkout = flow.New("checkout", func(in flow.Node[Cart]) flow.Node[Receipt] {
		items := flow.Map(in, func(c Cart) []string { return c.Items })
		charged := flow.Step(Charge, flow.Map(flow.Each(Reserve, items, 4), total))
		parcel := flow.Fallback(flow.Step(Ship, flow.After(items, charged)), "later")
		return flow.Map2(charged, parcel, func(cents int, parcel string) Receipt { return Receipt{cents, parcel} })
	}).Timeout(24 * time.Hour)
)

func total(prices []int) (sum int) {
	for _, p := range prices {
		sum += p
	}
	return sum
}

// A program dials the server, registers its flows with a worker, and starts runs.
func Example() {
	serve := func(ctx context.Context, c client.Client) error {
		w := worker.New(c, "orders", worker.Options{StickyScheduleToStartTimeout: time.Second})
		checkout, err := jadetemporal.Register(jadetemporal.New(c, "orders"), w, Checkout)
		if err != nil {
			return err
		}
		if err := w.Start(); err != nil {
			return err
		}
		defer w.Stop()
		receipt, err := checkout.Run(ctx, "order-1007", Cart{[]string{"lamp", "chair"}})
		fmt.Println(receipt, err)
		return err
	}
	_ = serve // it needs a server
}

// In a test, the SDK's test environment runs a flow without a server, and skips the time that it waits.
func ExampleRegister_testEnvironment() {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(quiet{})
	env := suite.NewTestWorkflowEnvironment()
	env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: "order-1007"})

	checkout, err := jadetemporal.Register(jadetemporal.New(nil, "orders"), env, Checkout)
	if err != nil {
		panic(err)
	}
	in, _ := checkout.Input(Cart{[]string{"lamp", "chair"}})
	env.ExecuteWorkflow(checkout.Name(), in)

	var r Receipt
	err = env.GetWorkflowResult(&r)
	fmt.Println(r, jadetemporal.ErrorOf(err))
	// Output:
	// charge 900 as order-1007/checkout/charge
	// {900 later} <nil>
}

// A value that is too large fails its call at once, with the names of the flow and the node.
func ExampleMaxPayload() {
	report := task.New("report", func(_ context.Context, pages int) (string, error) { return strings.Repeat("text ", 1000*pages), nil })
	yearly := flow.New("yearly", func(in flow.Node[int]) flow.Node[string] { return flow.Step(report, in) })

	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(quiet{})
	env := suite.NewTestWorkflowEnvironment()
	f, err := jadetemporal.Register(jadetemporal.New(nil, "reports", jadetemporal.MaxPayload(100_000)), env, yearly)
	if err != nil {
		panic(err)
	}
	in, _ := f.Input(50)
	env.ExecuteWorkflow(f.Name(), in)

	var large *jadetemporal.TooLargeError
	if errors.As(jadetemporal.ErrorOf(env.GetWorkflowError()), &large) {
		fmt.Println(large)
	}
	// Output: jadetemporal: yearly: the result of node report has 250002 bytes, the limit is 100000: pass a reference to it
}
