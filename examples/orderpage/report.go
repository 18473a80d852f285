package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jade-go/jade/diagram"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/trace"
)

// report prints the page, and what it cost.
func report(w io.Writer, o outcome) {
	if o.err == nil {
		fmt.Fprintf(w, "%s\n\n", pageJSON(o.page))
	}
	var sum time.Duration
	for _, run := range o.runs.Recent() { // one, or none if there was no time to begin
		_ = picture(run, o.deadline).WriteText(w) // w is the terminal
		fmt.Fprintln(w)
		sum = sumOf(run)
	}
	verdict := "answered within the deadline of "
	if o.late() {
		verdict = "LATE: answered after the deadline of "
	}
	const line = "%-18s%12s   %s\n"
	fmt.Fprintf(w, line, "sum of the parts", millis(sum), "one call after the other")
	fmt.Fprintf(w, line, "total", millis(o.total), verdict+o.deadline.String())
	fmt.Fprintln(w)
	reportGoroutines(w, o)
}

// picture lays a run over what the page would run.
func picture(run *trace.Trace, limit time.Duration) *diagram.Diagram {
	return diagram.Overlay(newOrderPage(new(shop), limit).Graph(), run)
}

// sumOf is what the calls of a run have cost.
func sumOf(run *trace.Trace) (sum time.Duration) {
	for _, s := range run.Spans {
		if s.Kind == observe.KindNode {
			sum += s.Elapsed()
		}
	}
	return sum
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
