package guard

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	recovery "github.com/jade-go/jade/recover"
)

// Option is a setting of a gate, a [Cache] or a [Hot]. Each option says what it is for.
type Option struct {
	name string
	set  func(where string, s *settings)
}

// settings are those of all gates.
type settings struct {
	name     string
	queue    int
	burst    int
	keys     int
	min      int
	window   time.Duration
	openFor  time.Duration
	probes   int
	failures []recovery.Class // nil: the default

	stale    time.Duration
	refresh  context.Context // nil: the asker's
	negative time.Duration
	kept     []recovery.Class // failures, for negative
	report   *HotKeys         // nil: nobody
}

// apply applies opts for the function called where, which accepts only the options in may.
func (s settings) apply(where string, opts []Option, may ...string) settings {
	for _, o := range opts {
		if o.set == nil {
			panic(where + ": zero Option")
		}
		if !slices.Contains(may, o.name) {
			panic(fmt.Sprintf("%s: %s is not one of its options: %s", where, o.name, strings.Join(may, ", ")))
		}
		o.set(where, &s)
	}
	return s
}

// Name sets the name of a gate in rejections, logs and pictures. Without it, that is the kind: slots, rate, breaker or budget. It is for all gates.
func Name(name string) Option {
	return Option{"Name", func(where string, s *settings) {
		if strings.TrimSpace(name) == "" {
			panic(where + ": Name is empty")
		}
		s.name = name
	}}
}

// Queue lets n calls wait until they may enter, first come first served. A waiting call gives up when its ctx ends. Without Queue, nobody waits.
// It is for [Slots], and for [Rate], where n calls may wait for each key.
func Queue(n int) Option {
	return Option{"Queue", func(where string, s *settings) { s.queue = atLeast(where, "Queue", n, 1) }}
}

// Burst lets n calls in at once after a pause. Without it, calls enter one at a time, at equal distances. It is for [Rate].
func Burst(n int) Option {
	return Option{"Burst", func(where string, s *settings) { s.burst = atLeast(where, "Burst", n, 1) }}
}

// Keys is how many keys can have a limit of their own at the same time, 65,536 without it. Each costs 16 bytes. It is for [Rate].
func Keys(n int) Option {
	return Option{"Keys", func(where string, s *settings) { s.keys = atLeast(where, "Keys", n, 1) }}
}

// Min is for [Breaker] and [Budget]. A Breaker may open only if there were n calls in its window, 20 without Min. A Budget always allows n extra calls
// in its window, whatever the share is, 10 without Min.
func Min(n int) Option {
	return Option{"Min", func(where string, s *settings) { s.min = atLeast(where, "Min", n, 1) }}
}

// Window is the time over which calls are counted, 10 seconds without it. It moves on in steps of a tenth. It is for [Breaker] and [Budget].
func Window(d time.Duration) Option {
	return Option{"Window", func(where string, s *settings) {
		if d < buckets {
			panic(fmt.Sprintf("%s: Window is %s, and must be at least %s", where, d, time.Duration(buckets)))
		}
		s.window = d
	}}
}

// OpenFor is how long a [Breaker] rejects all calls once it has opened, 5 seconds without it.
func OpenFor(d time.Duration) Option {
	return Option{"OpenFor", func(where string, s *settings) {
		if d <= 0 {
			panic(fmt.Sprintf("%s: OpenFor is %s, and must be positive", where, d))
		}
		s.openFor = d
	}}
}

// Probes is how many calls a [Breaker] lets in after OpenFor as probes, one without it. The breaker closes when all of them have succeeded.
func Probes(n int) Option {
	return Option{"Probes", func(where string, s *settings) { s.probes = atLeast(where, "Probes", n, 1) }}
}

// Failures are the classes that a [Breaker] counts as failures. Without it, these are all classes but Business and Canceled.
func Failures(classes ...recovery.Class) Option {
	return Option{"Failures", func(where string, s *settings) {
		if len(classes) == 0 {
			panic(where + ": Failures has no class")
		}
		for _, c := range classes {
			if c <= recovery.ClassNone || c > recovery.ClassUnknown || c == recovery.ClassCanceled {
				panic(fmt.Sprintf("%s: a failure cannot be of class %s", where, c))
			}
		}
		s.failures = slices.Clone(classes)
	}}
}

func atLeast(where, what string, n, least int) int {
	if n < least {
		panic(fmt.Sprintf("%s: %s is %d, and must be at least %d", where, what, n, least))
	}
	return n
}
