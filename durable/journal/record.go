package journal

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/jade-go/jade/durable"
)

// record is one line of the history of a run. It has one of its parts.
type record struct {
	At      time.Time        `json:"at"`
	Start   *start           `json:"start,omitempty"`   // the first; of a finished run, the only one
	Restart bool             `json:"restart,omitempty"` // the run goes on in another process
	ID      int              `json:"id,omitempty"`      // of a call that has ended, with
	Outcome *durable.Outcome `json:"outcome,omitempty"`
	Signal  *signal          `json:"signal,omitempty"` // has been delivered
	Left    *durable.Failure `json:"left,omitempty"`   // somebody has cancelled the run
	Answer  *answer          `json:"answer,omitempty"` // of a finished run
}

// start is what a run was started with.
type start struct {
	Flow   string          `json:"flow"`
	Hash   string          `json:"hash"` // of the graph
	Input  json.RawMessage `json:"input"`
	Limits durable.Limits  `json:"limits"`
}

type signal struct {
	Name  string          `json:"name"`
	Value json.RawMessage `json:"value"`
}

// answer is how a run has ended.
type answer struct {
	Value   json.RawMessage  `json:"value,omitempty"`
	Failure *durable.Failure `json:"failure,omitempty"`
}

func (r record) bytes() ([]byte, error) { return json.Marshal(r) }

// read reads the records of a run. The first says how it was started.
func read(id string, raw [][]byte) (all []record, err error) {
	for i, b := range raw {
		var r record
		if err := json.Unmarshal(b, &r); err != nil {
			return nil, fmt.Errorf("journal: run %q: record %d: %w", id, i, err)
		}
		all = append(all, r)
	}
	if len(all) == 0 || all[0].Start == nil {
		return nil, fmt.Errorf("journal: run %q: its file does not say how it was started", id)
	}
	return all, nil
}
