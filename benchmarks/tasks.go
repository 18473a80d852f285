package main

import (
	"context"
	"testing"
	"time"

	"github.com/jade-go/jade/task"
)

// What a task costs that is run by itself, by the policies that it has.

var nextTask = task.New("next", nextOf)

var taskPlain = row{
	name:      "task-plain",
	work:      "`Task.Do`, no policy",
	yardstick: contender{"goroutine + channel", startByHand},
	jade:      contender{"jade", func(b *testing.B) { doTask(b, nextTask) }},
	budget:    budget{ratio: atMost(1.1)},
}

var taskTimeout = row{
	name:      "task-timeout",
	work:      "`Task.Do` with a `Timeout` that holds",
	yardstick: contender{"goroutine + channel + `context.WithTimeout`", timeoutByHand},
	jade:      contender{"jade", func(b *testing.B) { doTask(b, nextTask.Timeout(holds)) }},
	budget:    budget{ratio: atMost(1.5)},
}

var taskRetry = row{
	name:      "task-retry",
	work:      "`Task.Do` with a `Retry` that succeeds at once",
	yardstick: contender{"goroutine + channel", startByHand},
	jade: contender{"jade", func(b *testing.B) {
		doTask(b, nextTask.Retry(task.Retry{Attempts: 3, Delay: time.Millisecond}))
	}},
	budget: budget{ratio: atMost(1.3)},
}

func doTask(b *testing.B, t task.Task[int, int]) {
	b.ReportAllocs()
	ctx := context.Background()
	var got outcome
	for b.Loop() {
		got.value, got.err = t.Do(ctx, 41)
	}
	expect(b, got.value, got.err, 42)
}
