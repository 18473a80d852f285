// Package intests has a finding in a test only.
package intests

import "github.com/jade-go/jade/task"

// T is a task.
var T task.Task[int, int]
