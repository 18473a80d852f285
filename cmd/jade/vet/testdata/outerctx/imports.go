package outerctx

import (
	stdcontext "context"

	. "github.com/jade-go/jade/combinators"
	. "github.com/jade-go/jade/future"
	jobs "github.com/jade-go/jade/task"
)

type (
	ctx     = stdcontext.Context
	promise = Future[item]
	job     = jobs.Task[string, item]
)

func renamed(around ctx, p promise, j job) {
	Go(around, func(own ctx) (item, error) {
		return load(around, "a") // want `around is the ctx around the function that future.Go gets: load goes on .*; pass own`
	})
	Then(around, p, func(own ctx, i item) (item, error) {
		return j.Do(around, i.id) // want `combinators.Then gets: j.Do goes on`
	})
	j.Recover(func(own ctx, id string, err error) (item, error) { return load(around, id) }) // want `Task.Recover gets`
	jobs.Task[string, item].Recover(j, func(own ctx, id string, err error) (item, error) {
		return load(around, id) // want `Task.Recover gets`
	})
}
