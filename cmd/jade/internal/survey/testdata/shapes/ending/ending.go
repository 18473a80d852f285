// Package ending has constructors that cannot be called with made-up arguments, and one that can.
package ending

import (
	"errors"
	"log"
	"os"
	"runtime"

	"github.com/jade-go/jade/flow"
)

// Page is a flow of numbers.
type Page = *flow.Flow[int, int]

func page(name string) Page {
	return flow.New(name, func(in flow.Node[int]) flow.Node[int] { return flow.Map(in, func(n int) int { return n }) })
}

// NewGood works.
func NewGood() Page { return page("good") }

// NewConfigured wants a file.
func NewConfigured(path string) (Page, error) {
	if _, err := os.ReadFile(path); err != nil {
		return nil, errors.New("no configuration\nat all")
	}
	return page("configured"), nil
}

// NewFromEnv wants a variable of the environment.
func NewFromEnv() Page {
	if os.Getenv("JADE_SHAPES_HOST") == "" {
		panic("JADE_SHAPES_HOST is not set")
	}
	return page("env")
}

// NewExit ends the process.
func NewExit() Page {
	if len(os.Args) > 0 {
		os.Exit(3)
	}
	return page("exit")
}

// NewFatal ends the process with a message.
func NewFatal() Page {
	if len(os.Args) > 0 {
		log.Fatal("no shop, no page")
	}
	return page("fatal")
}

// NewHanging never returns.
func NewHanging() Page {
	if len(os.Args) > 0 {
		select {}
	}
	return page("hanging")
}

// NewGoexit ends its goroutine.
func NewGoexit() Page {
	runtime.Goexit()
	return page("goexit")
}

// NewNone builds none.
func NewNone(some bool) Page {
	if !some {
		return nil
	}
	return page("none")
}

// NewCalls calls what it is given.
func NewCalls(name func() string) Page { return page(name()) }

// NewGeneric has a type parameter.
func NewGeneric[T any]() *flow.Flow[T, T] {
	return flow.New("generic", func(in flow.Node[T]) flow.Node[T] { return flow.Map(in, func(v T) T { return v }) })
}
