package task_test

import (
	"encoding/json"
	"fmt"

	"github.com/jade-go/jade/task"
)

func ExampleStatus_MarshalText() {
	text, err := json.Marshal(map[string]task.Status{"coupons": task.StatusDegraded})
	fmt.Println(string(text), err)
	// Output: {"coupons":"degraded"} <nil>
}

func ExampleStatus_UnmarshalText() {
	var s task.Status
	fmt.Println(json.Unmarshal([]byte(`"straggler"`), &s), s == task.StatusStraggler)
	fmt.Println(json.Unmarshal([]byte(`"happy"`), &s))
	// Output:
	// <nil> true
	// task.Status: "happy" is not one of ok, degraded, failed, canceled, skipped, straggler
}

func ExampleKind_MarshalText() {
	text, err := json.Marshal([]task.Kind{task.KindRun, task.KindAttempt})
	fmt.Println(string(text), err)
	// Output: ["run","attempt"] <nil>
}

func ExampleKind_UnmarshalText() {
	var k task.Kind
	fmt.Println(json.Unmarshal([]byte(`"element"`), &k), k == task.KindElement)
	// Output: <nil> true
}
