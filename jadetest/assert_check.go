package jadetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jade-go/jade/diagram"
	"github.com/jade-go/jade/trace"
)

// check fails t with what is says of the calls that each name means; if is returns nothing, all is well.
func check(t testing.TB, tr *trace.Trace, assertion string, is func(found []calls) string, names ...string) bool {
	t.Helper()
	if tr == nil || len(tr.Spans) == 0 {
		t.Errorf("jadetest.%s: there is no trace", assertion)
		return false
	}
	var found []calls
	for _, name := range names {
		meant, unknown := find(tr, name)
		if unknown != "" {
			return fail(t, tr, assertion, unknown)
		}
		found = append(found, meant)
	}
	if wrong := is(found); wrong != "" {
		return fail(t, tr, assertion, wrong)
	}
	return true
}

// checkEach checks how each call of a name has ended.
func checkEach(t testing.TB, tr *trace.Trace, assertion, name, expected string, is func(trace.Span) bool) bool {
	t.Helper()
	return check(t, tr, assertion, func(found []calls) string {
		i := slices.IndexFunc(found[0], func(s trace.Span) bool { return !is(s) })
		if i < 0 {
			return ""
		}
		return fmt.Sprintf("expected %s to be %s, found %s", name, expected, outcomeOf(found[0][i]))
	}, name)
}

// checkBoth checks when the calls of two names were, which have to have run. Expected has a verb for each name.
func checkBoth(t testing.TB, tr *trace.Trace, assertion, expected, a, b string, is func(as, bs calls) bool) bool {
	t.Helper()
	return check(t, tr, assertion, func(found []calls) string {
		as, bs := found[0].ran(), found[1].ran()
		if len(as) > 0 && len(bs) > 0 && is(as, bs) {
			return ""
		}
		return fmt.Sprintf("expected "+expected+", found %s; %s", a, b, found[0].times(a), found[1].times(b))
	}, a, b)
}

// fail fails t with a line, and what the run was like below it.
func fail(t testing.TB, tr *trace.Trace, assertion, why string) bool {
	t.Helper()
	var below strings.Builder
	_ = diagram.Run(tr).WriteText(&below) // a strings.Builder takes it all
	t.Errorf("jadetest.%s: %s\n\n%s", assertion, why, below.String())
	return false
}

// outcomeOf says how a call has ended, in one line.
func outcomeOf(s trace.Span) string {
	text := s.Status.String()
	if class := s.Class.String(); s.Class != 0 && class != text { // not "canceled: canceled"
		text += ": " + class
	}
	if s.Err != "" {
		text += " (" + strings.Join(strings.Fields(s.Err), " ") + ")"
	}
	return text
}

// times says when the calls ran.
func (c calls) times(name string) string {
	ran := c.ran()
	if len(ran) == 0 {
		return name + " did not start"
	}
	const most = 4 // of the calls in a message
	var each []string
	for _, s := range ran[:min(most, len(ran))] {
		text := fmt.Sprintf("%v to %v", s.Start, endOf(s))
		if endOf(s) == trace.Unlimited {
			text = fmt.Sprintf("%v on, given up at %v", s.Start, s.End)
		}
		each = append(each, text)
	}
	if len(ran) > most {
		each = append(each, fmt.Sprintf("%d more", len(ran)-most))
	}
	return name + " from " + strings.Join(each, ", from ")
}

func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprint(n, " ", what)
}
