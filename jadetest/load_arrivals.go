package jadetest

import (
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
)

// arrivals begins the runs of a simulation: one after the other, or at random times.
func arrivals[In, Out any](f *flow.Flow[In, Out], in In, s *simulation) []*simulated {
	runs := make([]*simulated, s.load.Runs)
	if s.load.PerSecond == 0 {
		for i := range runs {
			runs[i] = simulateOne(f, in, s, i)
		}
		return runs
	}
	dice := rand.New(rand.NewPCG(s.load.Seed, arrivalStream))
	var all sync.WaitGroup
	for i := range runs {
		time.Sleep(time.Duration(dice.ExpFloat64() * float64(time.Second) / s.load.PerSecond))
		all.Go(func() { runs[i] = simulateOne(f, in, s, i) })
	}
	all.Wait()
	return runs
}

// arrivalStream makes the draws of arrivals independent of the draws of latencies.
const arrivalStream = 0x6172726976616c73

// isRejected reports whether a gate has not let a call in.
func isRejected(err error) bool {
	_, ok := errors.AsType[*task.RejectedError](err)
	return ok
}
