//go:build race

package trace_test

// slow is how many times longer things may take: the race detector slows them down.
const slow = 10
