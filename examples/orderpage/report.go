package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	recovery "github.com/jade-go/jade/recover"
)

// report prints the page, and what it cost.
func report(w io.Writer, o outcome) {
	if o.err == nil {
		fmt.Fprintf(w, "%s\n\n", pageJSON(o.page))
	}
	reportCalls(w, o.calls)
	fmt.Fprintln(w)
	reportTotal(w, o)
	fmt.Fprintln(w)
	reportGoroutines(w, o)
}

// reportCalls prints a line for each call.
func reportCalls(w io.Writer, calls map[string]call) {
	const line = "%-12s%-15s%11s%13s   %s\n"
	fmt.Fprintf(w, line, "call", "needs", "started at", "cost", "outcome")
	for _, s := range plan {
		needs := strings.Join(s.needs, ", ")
		if needs == "" {
			needs = "-"
		}
		if c, started := calls[s.name]; started {
			fmt.Fprintf(w, line, s.name, needs, millis(c.started), millis(c.cost), s.became(c.class))
		} else {
			fmt.Fprintf(w, line, s.name, needs, "-", "-", "not started")
		}
	}
}

// became words the outcome of a call.
func (s step) became(class recovery.Class) string {
	switch {
	case class == recovery.None:
		return "ok"
	case class == recovery.Canceled:
		return "canceled"
	case s.required:
		return "failed: " + class.String()
	default:
		return "degraded: " + class.String()
	}
}

// reportTotal prints the total beside what it could have been.
func reportTotal(w io.Writer, o outcome) {
	var sum time.Duration
	for _, c := range o.calls {
		sum += c.cost
	}
	path, critical := criticalPath(o.calls)
	if len(path) == 0 {
		path = []string{"no call was made"}
	}
	verdict := "answered within the deadline of "
	if o.late() {
		verdict = "LATE: answered after the deadline of "
	}
	const line = "%-38s%13s   %s\n"
	fmt.Fprintf(w, line, "sum of the parts", millis(sum), "one call after the other")
	fmt.Fprintf(w, line, "critical path", millis(critical), strings.Join(path, ", then "))
	fmt.Fprintf(w, line, "total", millis(o.total), verdict+o.deadline.String())
}

func reportGoroutines(w io.Writer, o outcome) {
	if len(o.left) == 0 {
		fmt.Fprintln(w, "no goroutine left")
		return
	}
	fmt.Fprintf(w, "GOROUTINES LEFT: %d\n\n%s\n", len(o.left), strings.Join(o.left, "\n\n"))
}

func millis(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}
