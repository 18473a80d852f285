package engine

import "time"

// Hold is how much earlier than a deadline its work is given up, with so much time left at the start: so what
// stands in for it comes before those give up who wait with the same ctx.
func Hold(left time.Duration) time.Duration {
	return max(0, min(left/100, 5*time.Millisecond))
}
