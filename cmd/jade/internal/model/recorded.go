package model

import (
	"fmt"
	"strings"
	"time"
)

// CriticalPath says what the answer of the recorded run has waited for; empty if there is no such run.
func (f *Flow) CriticalPath() string {
	if f.Trace == nil || len(f.Trace.Spans) == 0 {
		return ""
	}
	var steps []string
	for _, id := range f.Trace.CriticalPath().Spans {
		if id == 0 {
			continue
		}
		s := f.Trace.Spans[id]
		steps = append(steps, fmt.Sprintf("%s (%s)", s.Label(), s.Elapsed().Round(100*time.Microsecond)))
	}
	return fmt.Sprintf("A recorded run took %s. Its critical path: %s.", f.Trace.Elapsed().Round(100*time.Microsecond), strings.Join(steps, ", "))
}
