package task

import (
	"strconv"
	"strings"
	"time"
)

// Admission describes a [Gate]. Fields that do not apply to the gate are zero.
type Admission struct {
	Kind   string        `json:"kind"`             // slots, rate, breaker or budget, or that of another gate
	Name   string        `json:"name,omitempty"`   // tells gates of one kind apart
	Slots  int           `json:"slots,omitempty"`  // calls at the same time
	Queue  int           `json:"queue,omitempty"`  // calls that may wait
	Calls  int           `json:"calls,omitempty"`  // calls in each Per
	Per    time.Duration `json:"per,omitempty"`    // in nanoseconds
	Burst  int           `json:"burst,omitempty"`  // calls at once after a pause
	Keyed  bool          `json:"keyed,omitempty"`  // there is a limit for each key
	Share  float64       `json:"share,omitempty"`  // of the calls: so many failures open a breaker, or so many extra calls a budget allows
	Min    int           `json:"min,omitempty"`    // so many calls a breaker needs before it opens, or so many extra calls a budget always allows
	Window time.Duration `json:"window,omitempty"` // over which calls are counted, in nanoseconds
	Pause  time.Duration `json:"pause,omitempty"`  // how long a breaker stays open, in nanoseconds
}

// String is the gate in a few words, such as "8 slots, 100 waiting" or "breaker 50% of 20 in 10s".
func (a Admission) String() string {
	var b strings.Builder
	if a.Slots == 0 || a.Kind != "slots" {
		b.WriteString(a.Kind)
	}
	if a.Slots > 0 {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strconv.Itoa(a.Slots) + " slot")
		if a.Slots > 1 {
			b.WriteByte('s')
		}
	}
	if a.Calls > 0 {
		b.WriteString(" " + strconv.Itoa(a.Calls) + " per " + a.Per.String())
	}
	if a.Share > 0 {
		b.WriteString(" " + strconv.FormatFloat(100*a.Share, 'g', 4, 64) + "%")
	}
	if a.Share > 0 && a.Min > 0 {
		b.WriteString(" of " + strconv.Itoa(a.Min))
	}
	if a.Window > 0 {
		b.WriteString(" in " + a.Window.String())
	}
	if a.Keyed {
		b.WriteString(" by key")
	}
	if a.Burst > 1 {
		b.WriteString(", burst " + strconv.Itoa(a.Burst))
	}
	if a.Queue > 0 {
		b.WriteString(", " + strconv.Itoa(a.Queue) + " waiting")
	}
	if a.Pause > 0 {
		b.WriteString(", open " + a.Pause.String())
	}
	if a.Name != "" {
		return a.Name + ": " + b.String()
	}
	return b.String()
}

// name is what a rejection calls the gate.
func (a Admission) name() string {
	if a.Name != "" {
		return a.Name
	}
	return a.Kind
}
