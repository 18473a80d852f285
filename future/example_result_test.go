package future_test

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jade-go/jade/future"
)

// Without package durable, the text of the error is all that is left of it.
func ExampleResult_MarshalJSON() {
	text, err := json.Marshal([]future.Result[int]{{Value: 12}, {Err: errors.New("sold out")}})
	fmt.Println(string(text), err)
	// Output: [{"value":12},{"value":0,"error":{"kind":"opaque","text":"sold out"}}] <nil>
}

func ExampleResult_UnmarshalJSON() {
	var prices []future.Result[int]
	err := json.Unmarshal([]byte(`[{"value":12},{"value":0,"error":{"kind":"opaque","text":"sold out"}}]`), &prices)
	fmt.Println(prices[0].Value, prices[1].Err, err)
	// Output: 12 sold out <nil>
}
