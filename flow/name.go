package flow

import (
	"fmt"
	"reflect"
	"regexp"
	"runtime"
	"strconv"
	"strings"

	"github.com/jade-go/jade/internal/must"
	"github.com/jade-go/jade/observe"
)

// Named returns n with a name of its own: in errors, logs and pictures, for tests, and for whoever observes.
// Without it a node is called after its task; a [Map] and a [Recover] after their function, such as render or
// Order.UserID, if that is a top-level function or a method; everything else after its kind. Where nodes would have the
// same name, all but the first have a number too, in build order: user, user#2.
//
// A name that no task could have panics, and so does one that another node of the flow was given, and a second name.
func Named[T any](n Node[T], name string) Node[T] {
	const where = "flow.Named"
	switch why := must.Unfit(name); {
	case n.n == nil:
		panic(where + ": zero Node")
	case why != "":
		panic(where + ": " + why)
	case n.n.b != nil && n.n.b.sealed:
		panic(where + ": a node of a flow that is built already")
	case n.n.named != "":
		panic(fmt.Sprintf("%s: %s has a name already: %s", where, name, n.n.named))
	}
	n.n.named = name
	return n
}

// names gives each node its name. Names that were given come first, then those of tasks: a quick
// function that happens to have such a name gets the number.
func (b *builder) names(flow string) {
	taken, next := map[string]observe.Place{}, map[string]int{}
	for _, n := range b.nodes {
		if n.named == "" {
			continue
		}
		if other, twice := taken[n.named]; twice {
			panic(fmt.Sprintf("flow.New: %s: two nodes are called %s (%s and %s)", flow, n.named, other, n.place))
		}
		n.name, taken[n.named] = n.named, n.place
	}
	number := func(n *node, base string) {
		n.name = base
		for _, known := taken[n.name]; known; _, known = taken[n.name] {
			next[base]++
			n.name = base + "#" + strconv.Itoa(next[base]+1)
		}
		taken[n.name] = n.place
	}
	for _, n := range b.nodes {
		if n.named == "" && n.task != nil {
			number(n, n.task.name)
		}
	}
	for _, n := range b.nodes {
		switch {
		case n.named != "" || n.task != nil:
		case n.called != "":
			number(n, n.called)
		default:
			number(n, string(n.kind))
		}
	}
}

// called is the name of a top-level function or a method, as it is written in its package, and
// empty for any other function: what a compiler calls a closure changes with the code around it.
func called(fn any) string {
	f := runtime.FuncForPC(reflect.ValueOf(fn).Pointer())
	if f == nil {
		return ""
	}
	name := f.Name()
	for { // the arguments of types, which have slashes and dots of their own
		begin, end := strings.IndexByte(name, '['), strings.IndexByte(name, ']')
		if begin < 0 || end < begin {
			break
		}
		name = name[:begin] + name[end+1:]
	}
	name = name[strings.LastIndexByte(name, '/')+1:]
	_, name, _ = strings.Cut(name, ".") // its package
	name = strings.TrimSuffix(name, "-fm")
	name = strings.NewReplacer("(*", "", "(", "", ")", "").Replace(name)
	parts := strings.Split(name, ".")
	for _, part := range parts {
		if part == "" || must.Unfit(part) != "" || closure.MatchString(part) {
			return ""
		}
	}
	if len(parts) > 2 {
		return ""
	}
	return name
}

// closure is a part of a name that the compiler has made.
var closure = regexp.MustCompile(`^(func|gowrap|deferwrap)?[0-9]+(-range[0-9]+)?$`)
