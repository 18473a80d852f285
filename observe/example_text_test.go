package observe_test

import (
	"encoding/json"
	"fmt"

	"github.com/jade-go/jade/observe"
)

func ExampleStatus_MarshalText() {
	text, err := json.Marshal(map[string]observe.Status{"coupons": observe.StatusDegraded})
	fmt.Println(string(text), err)
	// Output: {"coupons":"degraded"} <nil>
}

func ExampleStatus_UnmarshalText() {
	var s observe.Status
	fmt.Println(json.Unmarshal([]byte(`"straggler"`), &s), s == observe.StatusStraggler)
	fmt.Println(json.Unmarshal([]byte(`"happy"`), &s))
	// Output:
	// <nil> true
	// observe.Status: "happy" is not one of ok, degraded, failed, canceled, skipped, straggler
}

func ExampleKind_MarshalText() {
	text, err := json.Marshal([]observe.Kind{observe.KindRun, observe.KindAttempt})
	fmt.Println(string(text), err)
	// Output: ["run","attempt"] <nil>
}

func ExampleKind_UnmarshalText() {
	var k observe.Kind
	fmt.Println(json.Unmarshal([]byte(`"element"`), &k), k == observe.KindElement)
	// Output: <nil> true
}
