package trace_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/trace"
)

// runsOf are the ids of traces.
func runsOf(traces []*trace.Trace) []uint64 {
	ids := []uint64{}
	for _, t := range traces {
		ids = append(ids, t.Run)
	}
	return ids
}

func TestHistory_emptyAtFirst(t *testing.T) {
	h := trace.NewHistory(3)
	require.Empty(t, h.Recent())
	require.Empty(t, h.Failed())
	require.Empty(t, h.Slowest())
	_, ok := h.Find(0)
	require.False(t, ok)
}

func TestHistory_keepsTheLatestOfEachSort(t *testing.T) {
	h := trace.NewHistory(3)
	for run := range uint64(20) {
		how := observe.StatusOK
		switch run % 5 {
		case 1:
			how = observe.StatusFailed
		case 2:
			how = observe.StatusCanceled
		case 3:
			how = observe.StatusDegraded
		case 4:
			how = observe.StatusStraggler
		}
		h.Add(took(run, time.Duration(run*7%20)*ms, how))
	}
	require.Equal(t, []uint64{19, 18, 17}, runsOf(h.Recent()))
	require.Equal(t, []uint64{19, 16, 14}, runsOf(h.Failed()), "neither the canceled ones nor the degraded")
	require.Equal(t, []uint64{17, 14, 11}, runsOf(h.Slowest()))
	for run, kept := range map[uint64]bool{19: true, 16: true, 14: true, 11: true, 12: false, 0: false} {
		tr, ok := h.Find(run)
		require.Equal(t, kept, ok, "run %d", run)
		if ok {
			require.Equal(t, run, tr.Run)
		}
	}
}

// What is returned is the caller's own.
func TestHistory_returnsCopies(t *testing.T) {
	h := trace.NewHistory(2)
	h.Add(took(1, ms, observe.StatusFailed))
	h.Add(took(2, 2*ms, observe.StatusFailed))
	for _, list := range []func() []*trace.Trace{h.Recent, h.Failed, h.Slowest} {
		before := slices.Clone(list())
		clear(list())
		require.Equal(t, before, list())
	}
}

// The slowest are those of an hour: one that was slow yesterday hides none of today.
func TestHistory_forgetsTheSlowOfAnHourAgo(t *testing.T) {
	h := trace.NewHistory(2)
	noon := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	at := func(run uint64, since, d time.Duration) {
		tr := took(run, d, observe.StatusOK)
		tr.Start = noon.Add(since - d) // it is answered then
		h.Add(tr)
	}
	at(1, 0, 100*ms)
	at(2, time.Minute, 90*ms)
	at(3, time.Hour, 10*ms)
	require.Equal(t, []uint64{1, 2}, runsOf(h.Slowest()), "an hour is not over")
	at(4, time.Hour+ms, 11*ms)
	require.Equal(t, []uint64{2, 4}, runsOf(h.Slowest()))
	at(5, 2*time.Hour, 3*time.Hour)
	require.Equal(t, []uint64{5, 4}, runsOf(h.Slowest()))
	at(6, 2*time.Hour+time.Minute, ms)
	require.Equal(t, []uint64{5, 6}, runsOf(h.Slowest()), "a run of hours counts from its answer")
	require.Equal(t, []uint64{6, 5}, runsOf(h.Recent()))
}

// Among any number of traces, the slowest are those that sorting finds.
func TestHistory_slowestAsIfSorted(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 1))
		keep := 1 + random.IntN(6)
		h := trace.NewHistory(keep)
		var all []time.Duration
		for run := range uint64(random.IntN(40)) {
			d := time.Duration(random.IntN(10)) * ms
			all = append(all, d)
			h.Add(took(run, d, observe.StatusOK))
			slices.SortFunc(all, func(a, b time.Duration) int { return int(b - a) })
			var kept []time.Duration
			for _, tr := range h.Slowest() {
				kept = append(kept, tr.Elapsed())
			}
			require.Equal(t, all[:min(keep, len(all))], kept, "seed %d", seed)
		}
	}
}

// Runs end and readers read all at once.
func TestHistory_underLoad(t *testing.T) {
	h := trace.NewHistory(5)
	ctx := observe.With(context.Background(), trace.NewRecorder(h.Add))
	good, bad := does("good", func(context.Context) error { return nil }), does("bad", func(context.Context) error { return errSoldOut })
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 200 {
				_, _ = good.Do(ctx, 1)
				_, _ = bad.Do(ctx, 1)
			}
		})
		all.Go(func() {
			for range 200 {
				for _, list := range [][]*trace.Trace{h.Recent(), h.Failed(), h.Slowest()} {
					require.LessOrEqual(t, len(list), 5)
					for _, tr := range list {
						_ = tr.CriticalPath()
						h.Find(tr.Run)
					}
				}
				slow := h.Slowest()
				require.True(t, slices.IsSortedFunc(slow, func(a, b *trace.Trace) int { return int(b.Elapsed() - a.Elapsed()) }))
			}
		})
	}
	all.Wait()
	require.Len(t, h.Recent(), 5)
	require.Len(t, h.Failed(), 5)
	require.Len(t, h.Slowest(), 5)
	for _, tr := range h.Failed() {
		require.Equal(t, "bad", tr.Name)
	}
	latest, ok := h.Find(h.Recent()[0].Run)
	require.True(t, ok)
	require.Same(t, h.Recent()[0], latest)
}
