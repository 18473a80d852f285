package jadedbos

import (
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// What is sent to a run is in the attributes of its workflow, which DBOS merges and keeps. Keys of signals begin with their name and end with the time,
// so that they are in order. Values are JSON as text, because PostgreSQL changes JSON.
const (
	signalKey  = "jade.signal."
	cancelKey  = "jade.cancel"
	answerKey  = "jade.answer"  // of a run that has its answer, while effects run
	parkedKey  = "jade.parked"  // true: the run waits for a process that can go on with it
	versionKey = "jade.version" // of the flow that such a run waits for
	reasonKey  = "jade.reason"
)

func newSignalKey(name string) string {
	return fmt.Sprintf("%s%s.%016x.%s", signalKey, name, time.Now().UnixNano(), rand.Text()[:8])
}

// isSignal reports whether a key is that of a signal with the name.
func isSignal(key, name string) bool {
	rest, ok := strings.CutPrefix(key, signalKey+name+".")
	return ok && len(rest) == 16+1+8
}

// live is a run while this process has it.
type live struct {
	id, flow string
	gone     chan struct{} // closed when this process has it no longer
	answered chan struct{} // closed when text is there
	text     string        // of an answer

	mu      sync.Mutex
	mail    map[string]string
	changed chan struct{} // has room for one: there is new mail, or stopped
	stopped error
	parked  bool // this process cannot go on with it
	reason  string
	running bool // the function of the workflow runs
}

func newLive(id, flow string) *live {
	return &live{id: id, flow: flow, gone: make(chan struct{}), answered: make(chan struct{}), mail: map[string]string{}, changed: make(chan struct{}, 1)}
}

// put is told of the attributes of the workflow.
func (l *live) put(attributes map[string]any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for key, v := range attributes {
		text, ok := v.(string)
		if ok && l.mail[key] == "" && (key == cancelKey || strings.HasPrefix(key, signalKey)) {
			l.mail[key] = text
			wake(l.changed)
		}
	}
}

// stop says that this process has to leave the run alone.
func (l *live) stop(why error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stopped == nil {
		l.stopped = why
		wake(l.changed)
	}
}

func (l *live) stoppedBy() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.stopped
}

// cancellation is the failure that somebody has cancelled the run with, as JSON.
func (l *live) cancellation() (text string, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	text, ok = l.mail[cancelKey]
	return text, ok
}

// signal returns the first signal of that name that is not used.
func (l *live) signal(name string, used map[string]bool) (key, text string, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(l.mail)) {
		if isSignal(key, name) && !used[key] {
			return key, l.mail[key], true
		}
	}
	return "", "", false
}

func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
