package durable

import "encoding/json"

// Failure is an error as data. It keeps what Jade and its users ask of an error: its text, its class, what it is under errors.Is and errors.As if that was
// registered, and the stack of a panic.
type Failure struct {
	Kind   string          `json:"kind"`             // what it was
	Name   string          `json:"name,omitempty"`   // of what was registered
	Text   string          `json:"text"`             // of its method Error
	Class  string          `json:"class,omitempty"`  // see recovery.Class
	Public string          `json:"public,omitempty"` // text for the outside
	Status int             `json:"status,omitempty"` // HTTP status
	Stack  string          `json:"stack,omitempty"`  // of a panic
	Data   json.RawMessage `json:"data,omitempty"`   // of a registered type
	Causes []*Failure      `json:"causes,omitempty"`
}
