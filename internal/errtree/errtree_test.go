package errtree_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/jade-go/jade/internal/errtree"
	"github.com/jade-go/jade/internal/strange"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// wrapper wraps what a function says.
type wrapper struct {
	name   string
	unwrap func() error
}

func (w *wrapper) Error() string { return w.name }
func (w *wrapper) Unwrap() error { return w.unwrap() }

type joiner struct{ parts func() []error }

func (joiner) Error() string     { return "joiner" }
func (j joiner) Unwrap() []error { return j.parts() }

func walk(err error, visit func(error) errtree.Next) (seen []string, all bool) {
	all = errtree.Walk(err, func(err error) errtree.Next {
		seen = append(seen, err.Error())
		return visit(err)
	})
	return seen, all
}

func TestWalk_fromTheOutsideInAndPartByPart(t *testing.T) {
	a, b, c := errors.New("a"), errors.New("b"), errors.New("c")
	tree := fmt.Errorf("root: %w", errors.Join(fmt.Errorf("left: %w", a), errors.Join(b), c))
	inside := func(error) errtree.Next { return errtree.Inside }
	seen, all := walk(tree, inside)
	require.Equal(t, []string{"root: left: a\nb\nc", "left: a\nb\nc", "left: a", "a", "b", "b", "c"}, seen)
	require.False(t, all, "three of them said nothing")

	seen, all = walk(tree, func(err error) errtree.Next {
		if err.Error() == "left: a" {
			return errtree.Beside
		}
		return errtree.Inside
	})
	require.NotContains(t, seen, "a")
	require.False(t, all)

	leaf := func(err error) errtree.Next {
		if slices.Contains([]error{a, b, c}, err) {
			return errtree.Beside
		}
		return errtree.Inside
	}
	_, all = walk(tree, leaf)
	require.True(t, all, "each way down has ended with Beside")

	seen, all = walk(tree, func(err error) errtree.Next {
		if err == b {
			return errtree.Stop
		}
		return errtree.Inside
	})
	require.Equal(t, "b", seen[len(seen)-1])
	require.NotContains(t, seen, "c")
	require.False(t, all)
}

func TestWalk_ofNothing(t *testing.T) {
	beside := func(error) errtree.Next { return errtree.Beside }
	for name, err := range map[string]error{
		"nil": nil, "no parts": joiner{func() []error { return nil }}, "a nil part": joiner{func() []error { return []error{nil, io.EOF} }},
	} {
		all := errtree.Walk(err, func(err error) errtree.Next {
			if _, is := err.(joiner); is {
				return errtree.Inside
			}
			return beside(err)
		})
		require.False(t, all, name)
	}
}

func TestWalk_hostile(t *testing.T) {
	endless := &wrapper{name: "endless"}
	endless.unwrap = func() error { return endless }
	var tree joiner
	tree.parts = func() []error { return []error{tree, tree} }
	twice := errors.Join(io.EOF, io.EOF)
	for range 40 {
		twice = errors.Join(twice, twice)
	}
	nils := make([]error, 3_000_000)
	for name, err := range map[string]error{
		"endless": endless, "endless and wide": tree, "a part shared by all": twice, "nil parts": joiner{func() []error { return nils }},
		"Unwrap panics": &wrapper{"w", func() error { panic("in Unwrap") }}, "of several": joiner{func() []error { panic("in Unwrap") }},
		"nil pointer": (*wrapper)(nil),
	} {
		begun := time.Now()
		all := errtree.Walk(err, func(error) errtree.Next { return errtree.Inside })
		require.False(t, all, name)
		require.Less(t, time.Since(begun), 10*time.Second, name)
	}
	for name, err := range strange.Errors {
		require.NotPanics(t, func() { errtree.Walk(err, func(error) errtree.Next { return errtree.Inside }) }, name)
	}
}

func TestWalk_deepAndWide(t *testing.T) {
	const n = 100_000
	deep, wide := io.EOF, make([]error, n)
	for i := range n {
		inner := deep
		deep = &wrapper{"w", func() error { return inner }}
		wide[i] = context.Canceled
	}
	wide[n-1] = io.EOF
	nested := io.EOF
	for range n {
		inner := nested
		nested = joiner{func() []error { return []error{inner} }}
	}
	for name, err := range map[string]error{"deep": deep, "wide": errors.Join(wide...), "nested": nested} {
		found := false
		errtree.Walk(err, func(err error) errtree.Next {
			if found = err == io.EOF; found {
				return errtree.Stop
			}
			return errtree.Inside
		})
		require.True(t, found, name)
	}
}

func TestFind(t *testing.T) {
	w := &wrapper{"inner", func() error { return nil }}
	got, ok := errtree.Find[*wrapper](fmt.Errorf("x: %w", errors.Join(strange.List{"a"}, w)))
	require.True(t, ok)
	require.Same(t, w, got)
	_, ok = errtree.Find[*wrapper](io.EOF)
	require.False(t, ok)
	_, ok = errtree.Find[interface{ Timeout() bool }](fmt.Errorf("x: %w", context.DeadlineExceeded))
	require.True(t, ok)
}

func TestTame(t *testing.T) {
	foreign := &wrapper{"w", func() error { return nil }}
	require.True(t, errtree.Tame(errors.New("x")))
	require.True(t, errtree.Tame(fmt.Errorf("x: %w", errors.Join(io.EOF, context.Canceled))))
	require.True(t, errtree.Tame(strange.List{"a"}), "it has no method but Error")
	require.False(t, errtree.Tame(foreign))
	require.False(t, errtree.Tame(fmt.Errorf("x: %w", errors.Join(io.EOF, foreign))))
}

func TestApart(t *testing.T) {
	require.True(t, errtree.Apart(func() {}))
	require.False(t, errtree.Apart(func() { panic("x") }))
	require.False(t, errtree.Apart(runtime.Goexit))
	require.True(t, errtree.Apart(func() { require.False(t, errtree.Apart(runtime.Goexit)) }))
}

func TestApart_insideOfItselfWithoutEnd(t *testing.T) {
	calls := 0
	var again func()
	again = func() {
		calls++
		errtree.Apart(again)
	}
	require.True(t, errtree.Apart(again), "one deep inside gives up, the others return")
	require.Less(t, calls, 1000)
	require.Greater(t, calls, 5, "some calls inside of each other are nothing strange")
}

// Many who ask at once are not taken for calls inside of each other.
func TestApart_manyAtOnce(t *testing.T) {
	const n = 500
	hold, done := make(chan struct{}), make(chan bool, n)
	for range n {
		go func() {
			done <- errtree.Apart(func() {
				<-hold
				if !errtree.Apart(func() {}) {
					panic("no answer")
				}
			})
		}()
	}
	close(hold)
	for range n {
		require.True(t, <-done)
	}
}
