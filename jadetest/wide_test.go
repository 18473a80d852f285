package jadetest_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/jadetest"
	"github.com/jade-go/jade/task"
)

// wide is a page of n tasks, of which a third is optional.
func wide(n int) *flow.Flow[int, int] {
	return flow.New("wide", func(in number) number {
		all := in
		for i := range n {
			t := takes(fmt.Sprintf("t%d", i), time.Duration(i%7+1)*ms).Timeout(20 * ms)
			if i%3 == 0 {
				t = t.Fallback(0)
			}
			if i%5 == 0 {
				t = t.Wrap(swallows)
			}
			if i%4 == 0 {
				t = t.Retry(task.Retry{Attempts: 2, Delay: ms})
			}
			all = flow.Map2(all, flow.Step(t, in), sum)
		}
		return all
	}).Timeout(limit)
}

// Pairs of faults that lead to the same alone are tried once, and lead to what they would lead to.
func TestFaults_pairsOfALargeFlow(t *testing.T) {
	const many = 12 // of 30, all pairs are tried in 6 seconds, and were in 39
	var runs atomic.Int32
	counting := jadetest.Context(func(ctx context.Context) context.Context { runs.Add(1); return ctx })
	jadetest.Explore(t, wide(many), 1, jadetest.Pairs(), counting)
	require.Less(t, int(runs.Load()), many*(many-1)/2*121/4)

	const few = 6
	m := jadetest.Explore(t, wide(few), 1, jadetest.Pairs())
	for _, fault := range jadetest.AllFaults() {
		only := jadetest.Explore(t, wide(few), 1, jadetest.Pairs(), jadetest.Only(fault)) // each is tried
		for i := range few {
			for j := range i {
				a, b := jadetest.Injected{Task: fmt.Sprint("t", j), Fault: fault}, jadetest.Injected{Task: fmt.Sprint("t", i), Fault: fault}
				was, is := only.AtPair(a, b), m.AtPair(a, b)
				require.Equal(t, was.Verdict, is.Verdict, "%v with %v", a, b)
				require.Equal(t, was.Took, is.Took, "%v with %v", a, b)
			}
		}
	}
}
