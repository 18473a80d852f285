package durable

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
)

// encode returns a value of a flow in JSON. A value that JSON would change silently is an error which names the path to it: text that
// is not UTF-8, and the password of a URL. So is a NaN.
//
// It does not compare v with what decode makes of the JSON: Check has looked at the types, and a run goes on with the decoded value also when it
// is the first. What comes back is v, except that
//
//   - a slice or a map that is empty is nil if its field has the option omitempty; any other stays empty, and nil stays nil
//   - a time.Time has no monotonic clock reading, and a location that is known by its offset alone
//   - a json.RawMessage has no white space, and is null if it was nil; a json.Number that was empty is 0
//   - pointers to one variable are pointers to several
func encode(v any) (raw json.RawMessage, err error) {
	defer func() {
		if r := recover(); r != nil {
			raw, err = nil, fmt.Errorf("durable: %T: to write it as JSON panicked: %v", v, r)
		}
	}()
	if v == nil {
		return json.RawMessage("null"), nil
	}
	p := reflect.New(reflect.TypeOf(v)) // only of what can be addressed, encoding/json calls methods that have a pointer receiver
	p.Elem().Set(reflect.ValueOf(v))
	raw, err = json.Marshal(p.Interface())
	if err != nil || suspicious(raw) {
		if l := findLoss(p.Elem()); l != nil {
			return nil, fmt.Errorf("durable: %s: %s", nameOf(p.Type().Elem())+l.path, l.why)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("durable: %T: %w", v, err)
	}
	return raw, nil
}

// suspicious reports whether something may have been lost: a character that is no UTF-8 is written as U+FFFD, and a url.Userinfo as {}.
func suspicious(raw []byte) bool {
	return bytes.Contains(raw, []byte(`\ufffd`)) || bytes.Contains(raw, []byte("\uFFFD")) || bytes.Contains(raw, []byte(`"User":{}`))
}

// decode returns the value of type t that raw holds. A field that t does not have is an error; one that raw does not have is zero. So a field may be
// added while runs go on, and one that was removed is not lost silently. Types that read their JSON themselves, future.Result among them, see to that themselves.
func decode(raw json.RawMessage, t reflect.Type) (v any, err error) {
	defer func() {
		if r := recover(); r != nil {
			v, err = nil, fmt.Errorf("durable: %v: to read it from JSON panicked: %v", t, r)
		}
	}()
	switch text := bytes.TrimSpace(raw); {
	case len(text) == 0:
		return nil, fmt.Errorf("durable: %v: there is no JSON to read it from", t)
	case string(text) == "null" && !readsNull(t):
		return nil, fmt.Errorf("durable: %v: it cannot be null", t)
	}
	p := reflect.New(t)
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(p.Interface()); err != nil {
		return nil, fmt.Errorf("durable: %v: %w", t, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("durable: %v: there is more after the JSON value", t)
	}
	return p.Elem().Interface(), nil
}

func readsNull(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return true
	}
	return reflect.PointerTo(t).Implements(readsJSON)
}

// EncodeValue returns a value of a flow in JSON: for the input of a run, in an engine. Types are checked by [Check].
func EncodeValue(v any) (json.RawMessage, error) { return encode(v) }

// DecodeValue returns the value of type t that raw holds: for the answer of a run, in an engine.
func DecodeValue(raw json.RawMessage, t reflect.Type) (any, error) { return decode(raw, t) }
