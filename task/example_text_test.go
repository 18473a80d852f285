package task_test

import (
	"encoding/json"
	"fmt"

	"github.com/jade-go/jade/task"
)

func ExampleStatus_MarshalText() {
	text, err := json.Marshal(map[string]task.Status{"coupons": task.Degraded})
	fmt.Println(string(text), err)
	// Output: {"coupons":"degraded"} <nil>
}

func ExampleStatus_UnmarshalText() {
	var s task.Status
	fmt.Println(json.Unmarshal([]byte(`"straggler"`), &s), s == task.Straggler)
	fmt.Println(json.Unmarshal([]byte(`"happy"`), &s))
	// Output:
	// <nil> true
	// task.Status: "happy" is none
}

func ExampleCallKind_MarshalText() {
	text, err := json.Marshal([]task.CallKind{task.RunCall, task.AttemptCall})
	fmt.Println(string(text), err)
	// Output: ["run","attempt"] <nil>
}

func ExampleCallKind_UnmarshalText() {
	var k task.CallKind
	fmt.Println(json.Unmarshal([]byte(`"element"`), &k), k == task.ElementCall)
	// Output: <nil> true
}
