package deadline_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/deadline"
)

// Nobody reads nanoseconds.
func TestError_roundsToThreeDigits(t *testing.T) {
	for took, want := range map[time.Duration]string{
		0: "0s", 7: "7ns", 999: "999ns", 1234: "1.23µs", 123456: "123µs", 50012345: "50ms", 299_812_345: "300ms",
		1234567890: "1.23s", 12_345_678_901: "12.3s", 999_600_000: "1s", 59_996_000_000: "1m0s",
		61*time.Second + 234*time.Millisecond: "1m1s", 90*time.Minute + 1200*time.Millisecond: "1h30m1s", -1234567: "-1.23ms",
	} {
		e := &deadline.Error{Name: "item", Limit: took, Elapsed: took}
		require.EqualError(t, e, "item: deadline exceeded: limit "+want+", elapsed "+want)
	}
}
