package durable

import (
	"encoding/json"
	"reflect"
)

// EncodeValue returns a value in the JSON that crosses the wire: for an engine that is given the input of a run, or the value of a signal. A value that JSON
// would change silently is an error: see [Check].
func EncodeValue(v any) (json.RawMessage, error) { return encode(v) }

// DecodeValue returns the value of type t that raw holds. A field that t does not have is an error.
func DecodeValue(raw json.RawMessage, t reflect.Type) (any, error) { return decode(raw, t) }
