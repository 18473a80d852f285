package guard

import "time"

// Part is which part of a window it is now, if parts are so long.
func Part(length time.Duration) int64 { return int64(now()) / int64(length) }
