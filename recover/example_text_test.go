package recovery_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
)

func ExampleClass_MarshalText() {
	text, err := json.Marshal(recovery.ClassDependency)
	fmt.Println(string(text), err)
	// Output: "dependency" <nil>
}

func ExampleClass_UnmarshalText() {
	var c recovery.Class
	fmt.Println(json.Unmarshal([]byte(`"timeout"`), &c), c == recovery.ClassTimeout)
	fmt.Println(json.Unmarshal([]byte(`"weather"`), &c))
	// Output:
	// <nil> true
	// recovery.Class: "weather" is not one of none, code, system, dependency, timeout, canceled, business, unknown
}

type brokenError struct{}

func (brokenError) Error() string { panic("no text") }

func ExampleText() {
	fmt.Println(recovery.Text(errors.New("sold out")))
	fmt.Println(recovery.Text(brokenError{}))
	// Output:
	// sold out
	// its Error method panicked
}

func ExamplePanicText() {
	_, err := future.Go(context.Background(), func(context.Context) (int, error) { panic("no price") }).Await(context.Background())
	if p, ok := errors.AsType[*future.PanicError](err); ok {
		value, stack := recovery.PanicText(p)
		fmt.Println(value, strings.Contains(stack, "ExamplePanicText"))
	}
	// Output: no price true
}
