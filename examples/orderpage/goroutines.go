package main

import (
	"runtime"
	"strings"
	"time"
)

// goroutines returns the stacks of all goroutines but the caller's, by id.
func goroutines() map[string]string {
	text := make([]byte, 1<<16)
	for {
		n := runtime.Stack(text, true)
		if n < len(text) {
			text = text[:n]
			break
		}
		text = make([]byte, 2*len(text))
	}
	stacks := map[string]string{}
	for _, stack := range strings.Split(string(text), "\n\n")[1:] { // the caller comes first
		id, _, _ := strings.Cut(stack, " [")
		stacks[id] = stack
	}
	return stacks
}

// leftBehind returns the stacks of the goroutines that were not there before.
// It gives them a moment to end: a connection that was closed takes some time to notice.
func leftBehind(before map[string]string, moment time.Duration) []string {
	const pause = time.Millisecond
	for until := time.Now().Add(moment); ; time.Sleep(pause) {
		var left []string
		for id, stack := range goroutines() {
			if _, known := before[id]; !known {
				left = append(left, stack)
			}
		}
		if len(left) == 0 || time.Now().After(until) {
			return left
		}
	}
}
