package jadedbos

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jade-go/jade/durable"
)

// What is in the tables of DBOS is text: the JSON of these types. As text it is the same for every serializer that a context of DBOS may have.

// request is the input of a workflow.
type request struct {
	Version string         `json:"version"` // of the flow that the run was started with
	Begun   time.Time      `json:"begun"`
	Start   string         `json:"start"`           // unique
	Limits  durable.Limits `json:"limits,omitzero"` // as they were when the run was started
	Input   string         `json:"input"`           // JSON
}

// record is the output of a step: an event of the run.
type record struct {
	Event   int             `json:"event"` // its place in the order of events, from 1 on
	Call    int             `json:"call"`  // id of the call; durable.Left: somebody has cancelled the run
	At      time.Time       `json:"at"`
	Inline  bool            `json:"inline,omitempty"` // the step is no call of a function: a sleep that is over, a signal, or the cancellation of the run
	Mail    string          `json:"mail,omitempty"`   // key of the signal
	Outcome durable.Outcome `json:"outcome,omitzero"`
}

// answer is the output of a workflow.
type answer struct {
	Value   json.RawMessage  `json:"value,omitempty"`
	Failure *durable.Failure `json:"failure,omitempty"`
}

// textOf returns what DBOS has stored, from its form in a listing: for the serializer that DBOS uses by default that is JSON once more.
func textOf(listed any) (text string, err error) {
	text, ok := listed.(string)
	switch {
	case !ok:
		return "", fmt.Errorf("want a text, got a %T: it was not written by jadedbos", listed)
	case strings.HasPrefix(text, `"`):
		err = json.Unmarshal([]byte(text), &text)
	}
	return text, err
}

func read[T any](listed any) (v T, err error) {
	text, err := textOf(listed)
	if err == nil {
		err = json.Unmarshal([]byte(text), &v)
	}
	return v, err
}

// textFor returns the JSON of one of the types above, which always have one.
func textFor(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("jadedbos: %T: %v", v, err))
	}
	return string(text)
}

// instant is a time as it comes back from the database.
func instant(t time.Time) time.Time { return t.Round(0).UTC() }
