package main

import (
	"fmt"
	"io"

	"github.com/jade-go/jade/examples/checkout/services"
)

// report prints what was called, the answer, the books of the services, and the history.
func report(w io.Writer, o options, out outcome) {
	now := out.events[len(out.events)-1].Process
	fmt.Fprintf(w, "order %s in %s\n\n", o.id, o.dir)
	for _, a := range services.Actions {
		if said := called(out.events, a.Name, now); said != "" {
			fmt.Fprintf(w, "  %-8s %s\n", a.Name, said)
		}
	}
	if out.err != nil {
		fmt.Fprintf(w, "\nfailed: %v\n", out.err)
	} else {
		r := out.receipt
		fmt.Fprintf(w, "\nanswer: %s, %s and %s, paid %s\n", r.Stock, r.Payment, r.Parcel, euros(r.Cents))
	}
	fmt.Fprint(w, "\nbooks of the services\n")
	paid := 0
	for _, a := range services.Actions {
		for _, e := range out.entries {
			if e.Action == a.Name {
				paid += e.Cents
				fmt.Fprintf(w, "  %-9s %-8s done once, asked for %-7s  %s\n", e.Service, e.Action, times(e.Seen), e.Key)
			}
		}
	}
	fmt.Fprintf(w, "  paid in all: %s\n\nhistory\n", euros(paid))
	history(w, out.events, now)
}

// called says whether this process has made a call. It is empty if no process has.
func called(events []services.Event, action string, now int) (said string) {
	for _, e := range events {
		switch {
		case e.Action != action:
		case e.Process < now:
			said = "was recorded before"
		case e.What == services.Before:
			said = "called: it had been done, and was not recorded"
		case e.What == services.Refused:
			said = "called: refused"
		default:
			said = "called"
		}
	}
	return said
}

// history prints what happened to the order, and which processes began and ended meanwhile.
func history(w io.Writer, events []services.Event, now int) {
	busy := map[int]bool{now: true} // processes that did something for the order
	for _, e := range events {
		busy[e.Process] = busy[e.Process] || e.Action != ""
	}
	ended := true
	for _, e := range events {
		if !ended && e.What == services.Started && busy[e.Process-1] {
			fmt.Fprintf(w, "  process %d  was killed\n", e.Process-1)
		}
		ended = e.What == services.Ended
		what := e.What
		if e.Action != "" {
			what = fmt.Sprintf("%-8s %s", e.Action, e.What)
		}
		if busy[e.Process] {
			fmt.Fprintf(w, "  process %d  %s\n", e.Process, what)
		}
	}
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

func euros(cents int) string { return fmt.Sprintf("%d.%02d", cents/100, cents%100) }
