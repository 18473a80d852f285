package futuretest

import (
	"math/rand/v2"
	"runtime"
	"sync"
)

// Crowd runs functions at once on goroutines of their own, each after a random delay.
type Crowd struct {
	*rand.Rand
	group sync.WaitGroup
	start chan struct{}
}

// NewCrowd returns one that makes its choices from these seeds.
func NewCrowd(seed1, seed2 uint64) *Crowd {
	return &Crowd{Rand: rand.New(rand.NewPCG(seed1, seed2)), start: make(chan struct{})}
}

// Add adds a function.
func (c *Crowd) Add(fn func()) {
	pause := c.IntN(8) * c.IntN(8)
	c.group.Go(func() {
		<-c.start
		for range pause {
			runtime.Gosched()
		}
		fn()
	})
}

// Run lets all go and waits for them.
func (c *Crowd) Run() {
	close(c.start)
	c.group.Wait()
}
