package futuretest

import (
	"runtime"
	"sync"
	"testing"
	"weak"
)

// Big is an allocation of its own, so that a weak pointer to it is exact.
type Big struct{ _ [128]byte }

// Gone fails the test unless what p points to can be collected.
func Gone[T any](t testing.TB, p weak.Pointer[T], what string) {
	t.Helper()
	for range 200 {
		runtime.GC()
		if p.Value() == nil {
			return
		}
		// The runtime keeps a stopped timer until it next looks at the timers of
		// that processor: so keep all of them busy.
		var all sync.WaitGroup
		for range 4 * runtime.GOMAXPROCS(0) {
			all.Go(runtime.Gosched)
		}
		all.Wait()
	}
	t.Errorf("%s is still reachable", what)
}
