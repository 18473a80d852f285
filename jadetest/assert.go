package jadetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/trace"
)

// Overlapped fails t unless both ran and, for some time, at once. It returns whether they did. All assertions on
// traces do: the message is a line with what was expected and found, and the waterfall of the run.
//
// Names: a name is that of a node, or of its task. For a node of a nested flow, the nodes around it may go
// before it, as in "part/item", as far as it takes to tell it from others. One that is unknown, or that
// may be that of several nodes, fails t with a line that lists those. The flow's name is the run as a whole.
//
// Several calls: where a node ran more than once, as a part of something that did, Overlapped and
// [OnCriticalPath] are content with one of its calls; the others demand the same of each.
//
// Time: a call that was given up ends when it returns. In virtual time a call that waits for nothing takes none, and
// overlaps with nothing.
func Overlapped(t testing.TB, tr *trace.Trace, a, b string) bool {
	t.Helper()
	return checkBoth(t, tr, "Overlapped", "%s and %s to overlap", a, b, func(as, bs calls) bool {
		return slices.ContainsFunc(as, func(x trace.Span) bool {
			return slices.ContainsFunc(bs, func(y trace.Span) bool {
				return x.ID != y.ID && max(x.Start, y.Start) < min(endOf(x), endOf(y))
			})
		})
	})
}

// RanBefore fails t unless both ran, and the first had ended when the second began. See [Overlapped].
func RanBefore(t testing.TB, tr *trace.Trace, first, second string) bool {
	t.Helper()
	return checkBoth(t, tr, "RanBefore", "%s to end before %s begins", first, second, func(as, bs calls) bool {
		before, after := as.last(), bs.first()
		return endOf(before) < after.Start || endOf(before) == after.Start && before.ID < after.ID
	})
}

// RanOnce fails t unless it was called once, in one attempt. Calls of the same task by
// other nodes of the flow count too. See [Overlapped].
func RanOnce(t testing.TB, tr *trace.Trace, name string) bool {
	t.Helper()
	return check(t, tr, "RanOnce", func(found []calls) string {
		n := 0
		var at []string
		for _, s := range tr.Spans {
			if made := attempts(tr, s); made > 0 && (found[0].has(s) || sameTask(s, found[0][0])) {
				n += made
				at = append(at, nodePath(tr, s))
			}
		}
		switch n {
		case 1:
			return ""
		case 0:
			return fmt.Sprintf("expected %s to run once, found that it did not start", name)
		}
		return fmt.Sprintf("expected %s to run once, found %s: %s", name, counted(n, "run"), strings.Join(at, ", "))
	}, name)
}

// sameTask reports whether both are calls of one task: in a flow there are no two of the same name.
func sameTask(a, b trace.Span) bool {
	return a.Kind == observe.KindNode && a.Kind == b.Kind && a.Task != "" && a.Task == b.Task && a.Flow == b.Flow
}

// Attempts fails t unless it made n attempts: one if it ran and has no Retry, none if it was skipped. Those of the
// elements of a flow.Each are counted together. See [Overlapped].
func Attempts(t testing.TB, tr *trace.Trace, name string, n int) bool {
	t.Helper()
	return check(t, tr, "Attempts", func(found []calls) string {
		i := slices.IndexFunc(found[0], func(s trace.Span) bool { return attempts(tr, s) != n })
		if i < 0 {
			return ""
		}
		return fmt.Sprintf("expected %s to make %s, found %d", name, counted(n, "attempt"), attempts(tr, found[0][i]))
	}, name)
}

// attempts is how many times the function of a call was called: of a flow.Each, for all elements together.
func attempts(tr *trace.Trace, s trace.Span) (n int) {
	if s.Status == observe.StatusSkipped {
		return 0
	}
	for _, part := range tr.Spans[s.ID+1:] {
		if part.Parent == s.ID && part.Kind == observe.KindElement {
			n += max(1, part.Attempts)
		}
	}
	return max(1, n, s.Attempts)
}

// Skipped fails t unless it did not start: what it needs had failed, or nothing needed it. See [Overlapped].
func Skipped(t testing.TB, tr *trace.Trace, name string) bool {
	t.Helper()
	return checkEach(t, tr, "Skipped", name, "skipped", func(s trace.Span) bool { return s.Status == observe.StatusSkipped })
}

// Degraded fails t unless it has a result that stands in for a failure. See [Overlapped].
func Degraded(t testing.TB, tr *trace.Trace, name string) bool {
	t.Helper()
	return checkEach(t, tr, "Degraded", name, "degraded", func(s trace.Span) bool { return s.Status == observe.StatusDegraded })
}

// Failed fails t unless it ended with an error of that class, which includes that nobody wanted it any more,
// [recovery.ClassCanceled]. See [Overlapped].
func Failed(t testing.TB, tr *trace.Trace, name string, class recovery.Class) bool {
	t.Helper()
	return checkEach(t, tr, "Failed", name, "failed: "+class.String(), func(s trace.Span) bool {
		return (s.Status == observe.StatusFailed || s.Status == observe.StatusCanceled) && s.Class == class
	})
}

// Straggled fails t unless it was given up while it ran. See [Overlapped].
func Straggled(t testing.TB, tr *trace.Trace, name string) bool {
	t.Helper()
	return checkEach(t, tr, "Straggled", name, "a straggler", func(s trace.Span) bool { return s.Status == observe.StatusStraggler })
}

// OnCriticalPath fails t unless the answer waited for it. See [Overlapped] and [trace.Trace.CriticalPath].
func OnCriticalPath(t testing.TB, tr *trace.Trace, name string) bool {
	t.Helper()
	return check(t, tr, "OnCriticalPath", func(found []calls) string {
		return critical(tr, found[0], name, true)
	}, name)
}

// NotOnCriticalPath fails t if the answer waited for it. See [OnCriticalPath].
func NotOnCriticalPath(t testing.TB, tr *trace.Trace, name string) bool {
	t.Helper()
	return check(t, tr, "NotOnCriticalPath", func(found []calls) string {
		return critical(tr, found[0], name, false)
	}, name)
}

// critical says what is wrong if a call is on the path or not, unlike expected.
func critical(tr *trace.Trace, found calls, name string, expected bool) string {
	on := tr.CriticalPath()
	var names []string
	is := false
	for _, i := range on.Spans {
		is = is || found.has(tr.Spans[i])
		if tr.Spans[i].Kind == observe.KindNode {
			names = append(names, nodePath(tr, tr.Spans[i]))
		}
	}
	is = is || found.has(tr.Root())
	if is == expected {
		return ""
	}
	if expected {
		name += " on"
	} else {
		name += " off"
	}
	return fmt.Sprintf("expected %s the critical path, found %s", name, strings.Join(names, ", "))
}
