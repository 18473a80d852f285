package compare

import (
	"cmp"
	"slices"
	"strings"

	"github.com/jade-go/jade/cmd/jade/internal/model"
)

// call is a call in both states.
type call struct{ old, new model.Call }

// calls finds the calls of both states that belong together, and says which were added, removed or renamed.
func (c *Change) calls() (both []call) {
	var added, removed []model.Call
	for _, n := range c.New.Calls {
		if i := index(c.Old.Calls, n.Node); i >= 0 {
			both = append(both, call{c.Old.Calls[i], n})
		} else {
			added = append(added, n)
		}
	}
	for _, o := range c.Old.Calls {
		if index(c.New.Calls, o.Node) < 0 {
			removed = append(removed, o)
		}
	}
	for _, o := range removed {
		i := slices.IndexFunc(added, func(n model.Call) bool { return renamed(o, n) })
		if i < 0 {
			c.add("calls", "`%s` is gone", o.Node)
			continue
		}
		c.add("calls", "`%s` is now called `%s`", o.Node, added[i].Node)
		both = append(both, call{o, added[i]})
		added = slices.Delete(added, i, i+1)
	}
	for _, n := range added {
		text := "`" + n.Node + "` is new: it takes " + list(n.Needs, "nothing")
		if len(n.After) > 0 {
			text += ", begins after " + list(n.After, "")
		}
		text += ", and is " + n.Need
		if n.StandIn != "" {
			text += " (if it fails: " + n.StandIn + ")"
		}
		if len(n.Policies) > 0 {
			text += "; " + strings.Join(n.Policies, ", ")
		}
		c.add("calls", "%s", text)
	}
	for _, b := range both {
		if b.old.Task.Name != b.new.Task.Name && b.old.Node == b.new.Node {
			c.add("calls", "`%s` calls the task `%s` instead of `%s`", b.new.Node, b.new.Task.Name, b.old.Task.Name)
		}
		if b.old.Returns != b.new.Returns {
			c.add("calls", "`%s` returns `%s` instead of `%s`", b.new.Node, b.new.Returns, b.old.Returns)
		}
		if !slices.Equal(b.old.Takes, b.new.Takes) {
			c.add("calls", "`%s` takes `%s` instead of `%s`", b.new.Node, strings.Join(b.new.Takes, ", "), strings.Join(b.old.Takes, ", "))
		}
		switch {
		case b.old.Each == b.new.Each:
		case b.old.Each == 0:
			c.add("calls", "`%s` is called for each element, %d at a time", b.new.Node, b.new.Each)
		case b.new.Each == 0:
			c.add("calls", "`%s` is called once instead of for each element", b.new.Node)
		default:
			c.add("calls", "`%s`: %d elements at a time → %d", b.new.Node, b.old.Each, b.new.Each)
		}
	}
	return both
}

func index(calls []model.Call, node string) int {
	return slices.IndexFunc(calls, func(c model.Call) bool { return c.Node == node })
}

// renamed reports whether a call that is gone and one that is new are the same one under another name: the task is the same, or it takes and returns the same.
func renamed(o, n model.Call) bool {
	if o.Task.Name == n.Task.Name {
		return true
	}
	return o.Returns == n.Returns && slices.Equal(o.Takes, n.Takes) && slices.Equal(o.Needs, n.Needs) && slices.Equal(o.After, n.After)
}

// list names calls in a sentence.
func list(names []string, none string) string {
	if len(names) == 0 {
		return none
	}
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = "`" + n + "`"
		if n == "input" {
			quoted[i] = "the input"
		}
	}
	if len(quoted) == 1 {
		return quoted[0]
	}
	return strings.Join(quoted[:len(quoted)-1], ", ") + " and " + quoted[len(quoted)-1]
}

// order compares what calls take and wait for: which of them have become serial, or parallel.
func (c *Change) order(both []call) {
	names := map[string]string{} // old to new
	for _, b := range both {
		names[b.old.Node] = b.new.Node
	}
	before, after := reach(c.Old.Calls, names), reach(c.New.Calls, nil)
	for _, b := range both {
		was, is := direct(b.old, names), direct(b.new, nil)
		for _, from := range is {
			if slices.Contains(was, from) {
				continue
			}
			switch {
			case from == "input" || !known(both, from): // of a new call is said what takes it
				c.add("order", "`%s` takes %s too", b.new.Node, list([]string{from}, ""))
			case before[b.new.Node][from]:
				c.add("order", "`%s` waits for `%s` itself, and no longer only by way of others", b.new.Node, from)
			default:
				c.add("order", "`%s` waits for `%s` now: they were parallel, and are serial", b.new.Node, from)
			}
		}
		for _, from := range was {
			if slices.Contains(is, from) {
				continue
			}
			switch {
			case from == "input":
				c.add("order", "`%s` takes the input no longer", b.new.Node)
			case !known(both, from): // it is gone, which was said
			case after[b.new.Node][from]:
				c.add("order", "`%s` waits for `%s` only by way of others now", b.new.Node, from)
			default:
				c.add("order", "`%s` waits for `%s` no longer: they were serial, and are parallel", b.new.Node, from)
			}
		}
	}
}

func known(both []call, name string) bool {
	return slices.ContainsFunc(both, func(b call) bool { return b.new.Node == name })
}

// direct is what a call takes or waits for, by the new names.
func direct(c model.Call, names map[string]string) (all []string) {
	for _, n := range slices.Concat(c.Needs, c.After) {
		if n = cmp.Or(names[n], n); !slices.Contains(all, n) {
			all = append(all, n)
		}
	}
	return all
}

// reach says for each call which others it waits for, also by way of others. A gate may stand after the calls that wait for it.
func reach(calls []model.Call, names map[string]string) map[string]map[string]bool {
	all, waits := map[string]map[string]bool{}, map[string][]string{}
	for _, c := range calls {
		waits[cmp.Or(names[c.Node], c.Node)] = direct(c, names)
	}
	for name := range waits {
		all[name] = map[string]bool{}
		for next := []string{name}; len(next) > 0; next = next[1:] {
			for _, from := range waits[next[0]] {
				if !all[name][from] {
					all[name][from] = true
					next = append(next, from)
				}
			}
		}
	}
	return all
}

// policies compares the policies of calls, and what becomes of the flow if they fail.
func (c *Change) policies(both []call) {
	for _, b := range both {
		if b.old.Need != b.new.Need {
			c.add("needs", "`%s` was %s, and is %s", b.new.Node, b.old.Need, b.new.Need)
		}
		if b.old.StandIn != b.new.StandIn && (b.old.Need == model.Optional || b.new.Need == model.Optional) {
			c.word("needs", "what replaces `"+b.new.Node+"` if it fails", b.old.StandIn, b.new.StandIn)
		}
		if slices.Equal(b.old.Policies, b.new.Policies) {
			continue
		}
		var gone, fresh []string
		for _, p := range b.old.Policies {
			if !slices.Contains(b.new.Policies, p) {
				gone = append(gone, p)
			}
		}
		for _, p := range b.new.Policies {
			if !slices.Contains(b.old.Policies, p) {
				fresh = append(fresh, p)
			}
		}
		switch {
		case len(gone) == 0 && len(fresh) == 0:
			c.add("policies", "`%s`: its policies are in another order: %s", b.new.Node, strings.Join(b.new.Policies, ", "))
		case len(gone) == 0:
			c.add("policies", "`%s` has more policies: %s", b.new.Node, strings.Join(fresh, ", "))
		case len(fresh) == 0:
			c.add("policies", "`%s` has fewer policies: it had %s", b.new.Node, strings.Join(gone, ", "))
		default:
			c.add("policies", "`%s`: %s → %s", b.new.Node, strings.Join(gone, ", "), strings.Join(fresh, ", "))
		}
	}
}
