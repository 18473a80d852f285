// Package services is the world around a checkout: five HTTP services that do what they are asked for once for each key, and their books, which outlive the process.
package services

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Books are what the services have done. They are in a file, which is replaced at once by each change.
type Books struct {
	file string

	mu    sync.Mutex
	pages pages
}

type pages struct {
	Entries []Entry `json:"entries"`
	Events  []Event `json:"events"`
}

// Entry is something that a service has done. Each key has one.
type Entry struct {
	Key     string          `json:"key"`
	Service string          `json:"service"`
	Action  string          `json:"action"`
	Order   string          `json:"order"`
	Cents   int             `json:"cents,omitempty"`
	Answer  json.RawMessage `json:"answer"`
	Seen    int             `json:"seen"` // how often the service got the key
}

// Event is something that happened, in order.
type Event struct {
	At      time.Time `json:"at"`
	Process int       `json:"process"`           // from 1 on
	What    string    `json:"what"`              // started, ended, done, seen before or refused
	Service string    `json:"service,omitempty"` // of the last three
	Action  string    `json:"action,omitempty"`
	Order   string    `json:"order,omitempty"`
}

// What an event says.
const (
	Started = "started" // the process
	Ended   = "ended"   // the process, not by a crash
	Done    = "done"    // by the service
	Before  = "seen before"
	Refused = "refused"
)

// OpenBooks reads the books, if there are any.
func OpenBooks(file string) (*Books, error) {
	b := &Books{file: file}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return b, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &b.pages)
	}
	if err != nil {
		return nil, fmt.Errorf("the books of the services: %w", err)
	}
	return b, nil
}

// Process notes that the process starts or ends.
func (b *Books) Process(what string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if what == Started {
		b.note(Event{Process: b.process() + 1, What: what})
	} else {
		b.note(Event{What: what})
	}
	return b.write()
}

// Entries are what was done for an order.
func (b *Books) Entries(order string) (of []Entry) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.pages.Entries {
		if e.Order == order {
			of = append(of, e)
		}
	}
	return of
}

// Events are what happened to an order, and which processes there were meanwhile.
func (b *Books) Events(order string) (of []Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.pages.Events {
		if e.Order == order || e.Order == "" {
			of = append(of, e)
		}
	}
	return of
}

// enter returns the entry of a key. If there is none, fill makes it: only then is something done.
func (b *Books) enter(key string, fill func(number int) Entry) (Entry, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	found, same := -1, 0
	wanted := fill(0)
	for i, e := range b.pages.Entries {
		if e.Key == key {
			found = i
		}
		if e.Action == wanted.Action {
			same++
		}
	}
	what := Before
	if found < 0 {
		found, what = len(b.pages.Entries), Done
		b.pages.Entries = append(b.pages.Entries, fill(same+1))
	}
	e := &b.pages.Entries[found]
	e.Seen++
	b.note(Event{What: what, Service: e.Service, Action: e.Action, Order: e.Order})
	return *e, b.write()
}

func (b *Books) refuse(e Event) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	e.What = Refused
	b.note(e)
	return b.write()
}

// process is the number of the process that runs.
func (b *Books) process() int {
	if len(b.pages.Events) == 0 {
		return 0
	}
	return b.pages.Events[len(b.pages.Events)-1].Process
}

func (b *Books) note(e Event) {
	if e.Process == 0 {
		e.Process = b.process()
	}
	e.At = time.Now()
	b.pages.Events = append(b.pages.Events, e)
}

// write replaces the file: after a crash there are the old books or the new ones.
func (b *Books) write() error {
	text, err := json.MarshalIndent(b.pages, "", "\t")
	if err != nil {
		return err
	}
	next := b.file + ".tmp"
	f, err := os.OpenFile(next, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(next, b.file); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(b.file))
	if err != nil {
		return err
	}
	_ = dir.Sync() // some systems cannot
	return dir.Close()
}
