package jadetest_test

import (
	"fmt"
	"testing"
)

// judged is a testing.TB that keeps what it is told instead of failing a test.
type judged struct {
	testing.TB
	errors   []string
	fatal    []string
	cleanups []func()
}

func (j *judged) Helper() {}
func (j *judged) Errorf(format string, args ...any) {
	j.errors = append(j.errors, fmt.Sprintf(format, args...))
}
func (j *judged) Fatalf(format string, args ...any) {
	j.fatal = append(j.fatal, fmt.Sprintf(format, args...))
}
func (j *judged) Cleanup(fn func()) { j.cleanups = append(j.cleanups, fn) }

// end runs what the end of the test would.
func (j *judged) end() {
	for len(j.cleanups) > 0 {
		last := len(j.cleanups) - 1
		fn := j.cleanups[last]
		j.cleanups = j.cleanups[:last]
		fn()
	}
}
