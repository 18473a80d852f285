package future

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jade-go/jade/internal/engine"
)

// resultJSON is a Result in JSON.
type resultJSON struct {
	Value json.RawMessage `json:"value"`
	Error json.RawMessage `json:"error,omitempty"`
}

// MarshalJSON returns the result as an object with the fields value and, if there is an error, error.
//
// In a program with package durable, error is a durable.Failure: it keeps the class of the error, and what the error is under errors.Is and
// errors.As. In any other program it keeps the text alone.
//
// The text of an error, and the stack of a panic, are for the people who run the program. Do not send a Result to a client.
func (r Result[T]) MarshalJSON() ([]byte, error) {
	var out resultJSON
	var err error
	if out.Value, err = json.Marshal(&r.Value); err != nil {
		return nil, err
	}
	if r.Err != nil {
		if out.Error, err = encodeError(r.Err); err != nil {
			return nil, err
		}
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON has written.
func (r *Result[T]) UnmarshalJSON(data []byte) error {
	var in resultJSON
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	var out Result[T]
	if in.Value != nil {
		if err := json.Unmarshal(in.Value, &out.Value); err != nil {
			return err
		}
	}
	if in.Error != nil {
		var err error
		if out.Err, err = decodeError(in.Error); err != nil {
			return err
		}
	}
	*r = out
	return nil
}

// textOnly is an error without package durable: a durable.Failure that has a text alone.
type textOnly struct {
	Kind string `json:"kind"`
	Text string `json:"text"`
}

func encodeError(err error) ([]byte, error) {
	if engine.EncodeError != nil {
		return engine.EncodeError(err)
	}
	return json.Marshal(textOnly{"opaque", textOf(err)})
}

func decodeError(data []byte) (failure, err error) {
	if engine.DecodeError != nil {
		return engine.DecodeError(data)
	}
	var in *textOnly
	if err := json.Unmarshal(data, &in); err != nil || in == nil {
		return nil, err
	}
	return errors.New(in.Text), nil
}

// textOf is the text of an error that may not be ours: its method may panic.
func textOf(err error) (text string) {
	defer func() {
		if recover() != nil {
			text = fmt.Sprintf("%T", err)
		}
	}()
	return err.Error()
}
