// Package compare says what has changed in flows, for those who review a change.
package compare

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/jade-go/jade/cmd/jade/internal/model"
)

// Change is what has changed in one flow.
type Change struct {
	Title    string      // of the flow
	Package  string      // its title
	Old, New *model.Flow // nil: there was or is none
	Lines    []Line
}

// Line is one thing that has changed.
type Line struct {
	About string // calls, order, policies, needs, flow, types or faults
	Text  string // words between backquotes are code
}

// Models compares the flows of two states of a program.
func Models(before, after *model.Model) (changes []Change) {
	pairs := pair(flows(before), flows(after))
	for _, p := range pairs {
		c := Change{Old: p.old, New: p.new}
		one := cmp.Or(p.new, p.old)
		c.Title, c.Package = one.Name, one.Package.Title
		switch {
		case p.old == nil:
			c.add("flow", "the flow is new")
		case p.new == nil:
			c.add("flow", "the flow is gone")
		default:
			c.compare()
		}
		if len(c.Lines) > 0 {
			changes = append(changes, c)
		}
	}
	for _, text := range missing(before, after) {
		changes = append(changes, Change{Title: "not described", Package: text.pkg, Lines: []Line{{"flow", text.line}}})
	}
	return changes
}

func (c *Change) add(about, format string, args ...any) {
	c.Lines = append(c.Lines, Line{about, fmt.Sprintf(format, args...)})
}

// compare compares two states of a flow.
func (c *Change) compare() {
	old, now := c.Old, c.New
	if old.Name != now.Name {
		c.add("flow", "renamed from `%s` to `%s`", old.Name, now.Name)
	}
	c.word("flow", "the limit", old.Limit, now.Limit)
	c.word("flow", "the reserve", old.Reserve, now.Reserve)
	c.count("Catch", old.Graph.Catch, now.Graph.Catch)
	c.count("Degraded", old.Graph.Degraded, now.Graph.Degraded)
	c.count("OnError", old.Graph.OnError, now.Graph.OnError)
	names := c.calls()
	c.order(names)
	c.policies(names)
	c.value("input", old.Input, now.Input)
	c.value("output", old.Output, now.Output)
	c.faults()
	if len(c.Lines) > 0 && old.Hash != now.Hash {
		c.add("structure", "the structure has changed: a durable run that is in flight cannot go on with it")
	} else if old.Hash != now.Hash {
		c.add("structure", "functions between the calls have changed, such as a Map: a durable run that is in flight cannot go on with it")
	}
}

// word compares something that a word or a few say.
func (c *Change) word(about, what, old, now string) {
	switch {
	case old == now:
	case old == "":
		c.add(about, "%s is new: %s", what, now)
	case now == "":
		c.add(about, "%s is gone: it was %s", what, old)
	default:
		c.add(about, "%s: %s → %s", what, old, now)
	}
}

func (c *Change) count(what string, old, now int) {
	switch {
	case old == now:
	case old == 0:
		c.add("flow", "`%s` is new", what)
	case now == 0:
		c.add("flow", "`%s` is gone", what)
	default:
		c.add("flow", "`%s`: %d functions → %d", what, old, now)
	}
}

// paired is a flow before and after.
type paired struct{ old, new *model.Flow }

func flows(m *model.Model) (all []*model.Flow) {
	for _, pkg := range m.Packages {
		all = append(all, pkg.Flows...)
	}
	return all
}

// pair finds the flows that belong together: by package and name, and then those that are left over in a package and have most calls in common.
func pair(before, after []*model.Flow) (pairs []paired) {
	left := slices.Clone(before)
	take := func(fits func(*model.Flow) bool) *model.Flow {
		i := slices.IndexFunc(left, fits)
		if i < 0 {
			return nil
		}
		f := left[i]
		left = slices.Delete(left, i, i+1)
		return f
	}
	var new []*model.Flow
	for _, f := range after {
		old := take(func(o *model.Flow) bool {
			return o.Package.Path == f.Package.Path && o.Name == f.Name && (o.In == f.In || o.ID == f.ID)
		})
		if old == nil {
			new = append(new, f)
			continue
		}
		pairs = append(pairs, paired{old, f})
	}
	for _, f := range new {
		pairs = append(pairs, paired{take(func(o *model.Flow) bool { return o.Package.Path == f.Package.Path && alike(o, f) }), f})
	}
	for _, o := range left {
		pairs = append(pairs, paired{o, nil})
	}
	slices.SortStableFunc(pairs, func(a, b paired) int {
		x, y := cmp.Or(a.new, a.old), cmp.Or(b.new, b.old)
		return cmp.Or(cmp.Compare(x.Package.Path, y.Package.Path), cmp.Compare(x.Name, y.Name))
	})
	return pairs
}

// alike reports whether two flows have more calls in common than not.
func alike(a, b *model.Flow) bool {
	common := 0
	for _, c := range a.Calls {
		if slices.ContainsFunc(b.Calls, func(d model.Call) bool { return d.Node == c.Node }) {
			common++
		}
	}
	return common > 0 && 2*common > max(len(a.Calls), len(b.Calls))
}

// gap is something that may build a flow and is not described, in one state only.
type gap struct{ pkg, line string }

func missing(before, after *model.Model) (gaps []gap) {
	was := map[string]bool{}
	for _, pkg := range before.Packages {
		for _, m := range pkg.Missing {
			was[pkg.Path+" "+m.Name] = true
		}
	}
	for _, pkg := range after.Packages {
		for _, m := range pkg.Missing {
			if !was[pkg.Path+" "+m.Name] {
				gaps = append(gaps, gap{pkg.Title, "`" + m.Name + "` is not described: " + strings.ReplaceAll(m.Why, "`", "'")})
			}
		}
	}
	return gaps
}
