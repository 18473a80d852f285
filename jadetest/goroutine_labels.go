package jadetest

import (
	"context"
	"os"
	"regexp"
	"runtime/pprof"
	"strconv"
	"sync"
)

// label is the key of the goroutine label that names the task, by the path of its node, for which a goroutine runs: one that the
// function of a task starts has it too.
const label = "jadetest task"

// labelled returns what marks the goroutine as one of the task, and what ends that.
func labelled(name string) (mark, unmark func()) {
	own := pprof.WithLabels(context.Background(), pprof.Labels(label, name))
	return func() { pprof.SetGoroutineLabels(own) }, func() { pprof.SetGoroutineLabels(context.Background()) }
}

// showLabels has the runtime write the labels of goroutines with their stacks, from Go 1.27 on its default.
var showLabels = sync.OnceFunc(func() {
	settings := os.Getenv("GODEBUG")
	if settings != "" {
		settings += ","
	}
	_ = os.Setenv("GODEBUG", settings+"tracebacklabels=1")
})

var labelMark = regexp.MustCompile(` labels:\{.*"` + label + `": ("(?:[^"\\]|\\.)*")`)

// labelOf is the task that the heading of a stack names.
func labelOf(heading string) (name string) {
	if m := labelMark.FindStringSubmatch(heading); m != nil {
		name, _ = strconv.Unquote(m[1])
	}
	return name
}
