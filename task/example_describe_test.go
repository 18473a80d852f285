package task_test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/jade-go/jade/task"
)

// A list of what protects each call is written from the tasks themselves.
func ExampleTask_Policies() {
	for _, p := range FetchCoupons.Policies() {
		fmt.Println(p)
	}
	// Output:
	// timeout 5ms
	// fallback
}

func ExamplePolicy() {
	text, _ := json.Marshal(task.New("item", fetchItem).Timeout(time.Second).Policies())
	fmt.Println(string(text))
	// Output: [{"kind":"timeout","limit":1000000000}]
}

func ExamplePolicy_String() {
	item := task.New("item", fetchItem).Retry(task.Retry{Attempts: 3}).Timeout(50 * time.Millisecond)
	fmt.Println(item.Policies()[0].String() + ", " + item.Policies()[1].String())
	// Output: 3 attempts, timeout 50ms
}

func ExampleBackoff() {
	item := task.New("item", fetchItem).Retry(task.Retry{Attempts: 3, Delay: 10 * time.Millisecond})
	retry := item.Policies()[0].Retry
	fmt.Println(retry.Attempts, "attempts, the second after", retry.Delay)
	// Output: 3 attempts, the second after 10ms
}

func ExampleTask_Place() {
	item := task.New("item", fetchItem)
	fmt.Println(item.Place().File)
	fmt.Println(item.Timeout(time.Second).Named("bell").Place() == item.Place())
	// Output:
	// task/example_describe_test.go
	// true
}
