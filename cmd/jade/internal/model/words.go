package model

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/jade-go/jade/task"
)

// words says durations and policies. Some durations are made-up arguments of what has built the flow: those have the names of the arguments.
type words struct{ times []string }

// made is the distance between made-up durations, and the first of them: see package support.
const made = 10_000 * time.Hour

// limit is a duration in words.
func (w words) limit(d time.Duration) string {
	i := int(math.Round(float64(d)/float64(made))) - 1
	if d < made/2 || i < 0 || i >= len(w.times) {
		return d.String()
	}
	name, rest := w.times[i], d-time.Duration(i+1)*made
	switch {
	case rest == 0:
		return "`" + name + "`"
	case rest < 0 && -rest < made/10:
		return "`" + name + "` - " + (-rest).String()
	case rest > 0 && rest < made/10:
		return "`" + name + "` + " + rest.String()
	}
	return "made of an argument"
}

// isMade reports whether a duration is made-up, or is made of one.
func (w words) isMade(d time.Duration) bool { return d >= made/20 && len(w.times) > 0 }

// policy is a policy in words.
func (w words) policy(p task.Policy) string {
	switch p.Kind {
	case "timeout":
		return "limit of " + w.limit(p.Limit)
	case "retry":
		return w.retry(p)
	case "hedge":
		after := "after " + w.limit(p.Hedge.After)
		if p.Hedge.Percentile > 0 {
			after = "after the time that " + number(p.Hedge.Percentile) + " % of the calls take"
		}
		return "a second try " + after + w.budget(p)
	case "recover":
		return "a failure is replaced by a function"
	case "fallback":
		return "a failure is replaced by a value"
	case "on-error":
		return "failures are reported to a function"
	case "wrap":
		return "middleware"
	case "gate":
		return w.gate(p.Gate)
	case "share":
		return "calls with equal arguments are shared"
	case "memo":
		return "results are kept for the run"
	case "batch":
		return "calls are collected for " + w.limit(p.Limit) + " and made at once"
	case "cache":
		return "results are kept for " + w.limit(p.Limit)
	case "hot":
		return "results of popular keys are kept for " + w.limit(p.Limit)
	}
	return p.String()
}

func (w words) retry(p task.Policy) string {
	text := strconv.Itoa(p.Retry.Attempts) + " attempts"
	if p.Retry.Delay > 0 {
		text += " with pauses from " + w.limit(p.Retry.Delay)
		if p.Retry.MaxDelay > 0 {
			text += " to " + w.limit(p.Retry.MaxDelay)
		}
	}
	return text + w.budget(p)
}

// budget is the budget of a retry or a hedge.
func (w words) budget(p task.Policy) string {
	if p.Gate.Kind == "" {
		return ""
	}
	return ", within a " + w.gate(p.Gate)
}

func (w words) gate(a task.Admission) string {
	name := ""
	if a.Name != "" && a.Name != a.Kind {
		name = " (" + a.Name + ")"
	}
	keyed := ""
	if a.Keyed {
		keyed = " for each key"
	}
	switch a.Kind {
	case "slots":
		text := "at most " + strconv.Itoa(a.Slots) + " at a time"
		if a.Queue > 0 {
			text += ", " + strconv.Itoa(a.Queue) + " more wait"
		}
		return text + keyed + name
	case "rate":
		text := fmt.Sprintf("at most %d per %s", a.Calls, w.limit(a.Per))
		if a.Burst > 1 {
			text += ", " + strconv.Itoa(a.Burst) + " at once"
		}
		if a.Queue > 0 {
			text += ", " + strconv.Itoa(a.Queue) + " more wait"
		}
		return text + keyed + name
	case "breaker":
		return fmt.Sprintf("breaker that opens at %s %% failures of at least %d calls in %s, for %s", number(100*a.Share), a.Min, w.limit(a.Window), w.limit(a.Pause)) + name
	case "budget":
		return fmt.Sprintf("budget of %s %% of the calls", number(100*a.Share)) + name
	}
	return a.String() + keyed
}

func number(f float64) string { return strings.TrimSuffix(strconv.FormatFloat(f, 'f', 1, 64), ".0") }

// Synopsis is the first sentence of a comment, in one line.
func Synopsis(doc string) string {
	doc = strings.Join(strings.Fields(doc), " ")
	if i := strings.Index(doc, ". "); i >= 0 {
		return doc[:i+1]
	}
	return doc
}
