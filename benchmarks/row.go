package main

import (
	"fmt"
	"testing"
)

// A row is one kind of work, done by hand, by Jade and by each peer that can do
// it, and what Jade may take for it.
type row struct {
	name      string    // for -row and go test -bench; no spaces
	work      string    // for the table, in Markdown
	unit      string    // what is compared: nanoseconds if empty, else a metric that the benchmarks report
	yardstick contender // zero if the budget is absolute
	jade      contender
	others    []contender
	budget    budget
}

// A contender does a row's work in one way. Its benchmark checks the last
// result after the loop, so that none is fast by being wrong.
type contender struct {
	name string
	run  func(b *testing.B)
}

// A budget is what Jade may take. The zero limit is none.
type budget struct {
	ratio  limit // of the yardstick
	value  limit // in the row's unit
	allocs limit // an operation
	bytes  limit // an operation
}

type limit struct {
	set  bool
	max  float64
	note string // how max came about, for the table
}

func atMost(most float64) limit { return limit{set: true, max: most} }

func (l limit) because(format string, args ...any) limit {
	l.note = fmt.Sprintf(format, args...)
	return l
}

func (r row) hasYardstick() bool { return r.yardstick.run != nil }

// contenders returns all who do the row's work, the yardstick first.
func (r row) contenders() []contender {
	all := make([]contender, 0, len(r.others)+2)
	if r.hasYardstick() {
		all = append(all, r.yardstick)
	}
	all = append(all, r.jade)
	return append(all, r.others...)
}

// expect fails the benchmark unless the work succeeded with what was wanted.
func expect[T comparable](b *testing.B, got T, err error, want T) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
	if got != want {
		b.Fatalf("got %v, want %v", got, want)
	}
}
