package guard

import (
	"math"
	"time"
)

// base is earlier than every time that a gate sees, also in a bubble of testing/synctest, whose clock begins in the year 2000.
var base = time.Now().Add(-60 * 365 * 24 * time.Hour)

// instant is a point in time, in nanoseconds since base. Reading it costs less than time.Now. In a bubble it is decades earlier than outside.
// It holds 584 years, so now and the longest Duration fit.
type instant uint64

// never is later than every instant that a gate uses.
const never = instant(math.MaxUint64)

func now() instant { return instant(time.Since(base)) }

func (t instant) add(d time.Duration) instant { return t + instant(d) }
func (t instant) sub(u instant) time.Duration { return time.Duration(t - u) }
