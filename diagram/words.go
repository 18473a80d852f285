package diagram

import (
	"strconv"
	"strings"
	"time"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/trace"
)

// word is what a person calls the state.
func (s state) word() string {
	switch s {
	case plain:
		return ""
	case skipped:
		return "did not start"
	case stray:
		return "given up"
	case idle:
		return "did not run"
	}
	return string(s)
}

// reason returns why a call has failed: the gate that has rejected it, or the class of its failure. It is empty if there is no failure.
func reason(s *trace.Span) string {
	switch {
	case s.Gate != "":
		return "rejected by " + oneLine(s.Gate)
	case s.Class != 0:
		return s.Class.String()
	}
	return ""
}

// word is what stands at the end of a line, or goes with its type.
func word(r flow.Role) string {
	switch r {
	case flow.RoleCondition:
		return "if"
	case flow.RoleYes:
		return "yes"
	case flow.RoleNo:
		return "no"
	case flow.RoleOrder:
		return "after"
	case flow.RoleEffect:
		return "also"
	}
	return ""
}

// counted is a number of things.
func counted(n int, what string) string {
	switch {
	case n == 1:
	case strings.HasSuffix(what, "x"):
		what += "es"
	default:
		what += "s"
	}
	return strconv.Itoa(n) + " " + what
}

// spell is a time as a person says it: three digits and a unit.
func spell(d time.Duration) string {
	step := time.Duration(1)
	for d/step >= 1000 && d < time.Minute || d/step >= 1_000_000 {
		step *= 10
	}
	d = d.Round(step)
	if d >= time.Minute {
		return d.Round(time.Second).String()
	}
	text := d.String()
	if d == 0 {
		return "0\u00a0ms"
	}
	at := strings.LastIndexAny(text, "0123456789") + 1
	return text[:at] + "\u00a0" + text[at:]
}

// list puts words in a row, as a sentence does.
func list(words []string) string {
	switch n := len(words); n {
	case 0:
		return ""
	case 1:
		return words[0]
	default:
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
}
