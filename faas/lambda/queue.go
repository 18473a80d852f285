package lambda

import (
	"context"
	"slices"

	"github.com/jade-go/jade/future"
)

// queue is the order in which the records of a batch run. Records of one group run one after another, and a record that fails
// ends its group. In a stream it also keeps all later records from beginning, as they are delivered again.
//
// All of it belongs to the goroutine that calls run. The goroutines of records only send their ends.
type queue struct {
	next   []int // the record that follows in the group; -1: none
	ready  []int // in order: records that may begin
	states []state
	stream bool
	cut    int // records from here on do not begin
}

type state uint8

const (
	waiting state = iota
	begun
	done
	failed
)

// ended is how a record has ended.
type ended struct {
	i   int
	err error
}

func newQueue[R any](records []record[R], stream bool) *queue {
	q := &queue{next: make([]int, len(records)), states: make([]state, len(records)), stream: stream, cut: len(records)}
	last := map[string]int{} // of each group
	for i, r := range records {
		q.next[i] = -1
		if !r.grouped {
			q.ready = append(q.ready, i)
			continue
		}
		if before, found := last[r.group]; found {
			q.next[before] = i
		} else {
			q.ready = append(q.ready, i)
		}
		last[r.group] = i
	}
	return q
}

// run calls fn for each record, at most limit at once, and in the order of the batch where the limit is 1. When ctx ends, it begins
// no more, and does not wait for those that run.
func (q *queue) run(ctx context.Context, limit int, fn func(ctx context.Context, i int) error) {
	ends := make(chan ended, len(q.states)) // has room for all, so that a late record blocks nothing
	running := 0
	for {
		for running < limit && ctx.Err() == nil && len(q.ready) > 0 && q.ready[0] < q.cut {
			q.begin(ctx, fn, ends)
			running++
		}
		if running == 0 {
			return
		}
		select {
		case e := <-ends:
			q.end(e)
			running--
		case <-ctx.Done():
			q.collect(ends)
			return
		}
	}
}

func (q *queue) begin(ctx context.Context, fn func(context.Context, int) error, ends chan<- ended) {
	i := q.ready[0]
	q.ready = q.ready[1:]
	q.states[i] = begun
	f := future.Go(ctx, func(ctx context.Context) (struct{}, error) { return struct{}{}, fn(ctx, i) })
	f.OnDone(func(r future.Result[struct{}]) { ends <- ended{i, r.Err} })
}

func (q *queue) end(e ended) {
	if e.err != nil {
		q.states[e.i] = failed
		if q.stream {
			q.cut = min(q.cut, e.i)
		}
		return
	}
	q.states[e.i] = done
	if next := q.next[e.i]; next >= 0 {
		at, _ := slices.BinarySearch(q.ready, next)
		q.ready = slices.Insert(q.ready, at, next)
	}
}

// collect takes the ends that are there.
func (q *queue) collect(ends <-chan ended) {
	for {
		select {
		case e := <-ends:
			q.end(e)
		default:
			return
		}
	}
}

// returned are the records that are to be delivered again: in a stream the first that is not done, as all that follow it come with it.
func (q *queue) returned() (all []int) {
	for i, s := range q.states {
		if s == done {
			continue
		}
		all = append(all, i)
		if q.stream {
			break
		}
	}
	return all
}

// count is how many records have failed or not ended, and how many have not begun.
func (q *queue) count() (ran, unbegun int) {
	for _, s := range q.states {
		switch s {
		case waiting:
			unbegun++
		case begun, failed:
			ran++
		}
	}
	return ran, unbegun
}
