package main

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/durable"
	"github.com/jade-go/jade/examples/checkout/shop"
	"github.com/jade-go/jade/flow"
)

// recorded reads the journal of a process that was killed, independently of package journal: the keys of the calls whose outcome is in it. Over says that the
// run has its answer there.
func recorded(t *testing.T, dir string) (keys map[string]bool, over bool) {
	t.Helper()
	done, err := filepath.Glob(filepath.Join(dir, "journal", "done", "*.run"))
	require.NoError(t, err)
	if len(done) > 0 {
		return nil, true
	}
	files, err := filepath.Glob(filepath.Join(dir, "journal", "runs", "*.run"))
	require.NoError(t, err)
	require.LessOrEqual(t, len(files), 1)
	d := &replay{keys: map[string]bool{}, calls: map[int]string{}}
	if len(files) == 0 {
		return d.keys, false
	}
	b, err := os.ReadFile(files[0])
	require.NoError(t, err)
	var input json.RawMessage
	for i, text := range records(b) {
		var r struct {
			At    time.Time `json:"at"`
			Start *struct {
				Input json.RawMessage `json:"input"`
			} `json:"start"`
			ID      int             `json:"id"`
			Outcome durable.Outcome `json:"outcome"`
		}
		require.NoError(t, json.Unmarshal(text, &r))
		if i == 0 {
			input, d.now = r.Start.Input, r.At
		}
		if r.ID > 0 {
			d.past = append(d.past, event{r.At, r.ID, r.Outcome})
		}
	}
	if input == nil { // it was killed before it had started the run
		return d.keys, false
	}
	var order shop.Order
	require.NoError(t, json.Unmarshal(input, &order))
	_, err = durable.Execute(order.ID, shop.Checkout(&shop.Client{}).Graph(), input, d)
	if _, stopped := errors.AsType[*durable.StoppedError](err); !stopped {
		return nil, true
	}
	return d.keys, false
}

// records returns the records of a file of a run: see package runlog for the format.
func records(b []byte) (all [][]byte) {
	const fixed, head, sum = 28, 9, 4
	if len(b) < fixed {
		return nil
	}
	at := fixed + int(binary.LittleEndian.Uint16(b[10:])) + sum
	for at+head <= len(b) {
		size := int(binary.LittleEndian.Uint32(b[at:]))
		end := at + head + size + sum
		if end > len(b) { // it was being written
			break
		}
		for entry := b[at+head : end-sum]; len(entry) > 0; {
			n := binary.LittleEndian.Uint32(entry)
			all = append(all, entry[4:4+n])
			entry = entry[4+n:]
		}
		at = end
	}
	return all
}

// replay is an engine that only knows the past.
type replay struct {
	now   time.Time
	past  []event
	calls map[int]string  // keys by id
	keys  map[string]bool // of the calls that have an outcome
}

type event struct {
	at time.Time
	id int
	o  durable.Outcome
}

func (d *replay) Now() time.Time { return d.now }
func (d *replay) Cancel(int)     {}

func (d *replay) Start(id int, c durable.Call, _ flow.GraphNode) {
	if c.Verb == flow.VerbRun || c.Verb == flow.VerbUndo {
		d.calls[id] = c.Key
	}
}

func (d *replay) Next() (int, durable.Outcome, error) {
	if len(d.past) == 0 {
		return 0, durable.Outcome{}, errors.New("the past is over")
	}
	e := d.past[0]
	d.past, d.now = d.past[1:], e.at
	if key := d.calls[e.id]; key != "" {
		d.keys[key] = true
	}
	return e.id, e.o, nil
}
