package recovery_test

import (
	"encoding/json"
	"fmt"

	recovery "github.com/jade-go/jade/recover"
)

func ExampleClass_MarshalText() {
	text, err := json.Marshal(recovery.Dependency)
	fmt.Println(string(text), err)
	// Output: "dependency" <nil>
}

func ExampleClass_UnmarshalText() {
	var c recovery.Class
	fmt.Println(json.Unmarshal([]byte(`"timeout"`), &c), c == recovery.Timeout)
	fmt.Println(json.Unmarshal([]byte(`"weather"`), &c))
	// Output:
	// <nil> true
	// recovery.Class: "weather" is none
}
