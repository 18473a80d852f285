package jadetemporal

import (
	"bytes"
	"encoding/json"
)

func encode(v any) (json.RawMessage, error) { return json.Marshal(v) }

// decode reads a value. As in the core, a field that is not there is an error.
func decode(raw json.RawMessage, to any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	return d.Decode(to)
}
