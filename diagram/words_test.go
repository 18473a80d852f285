package diagram

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestSpell_threeDigitsAndAUnit(t *testing.T) {
	for d, text := range map[time.Duration]string{
		0:                          "0 ms",
		7 * time.Nanosecond:        "7 ns",
		999 * time.Nanosecond:      "999 ns",
		12_345 * time.Nanosecond:   "12.3 µs",
		412_999 * time.Microsecond: "413 ms",
		1_234 * time.Millisecond:   "1.23 s",
		59_990 * time.Millisecond:  "1m0s",
		61_400 * time.Millisecond:  "1m1s",
		3*time.Hour + 29*time.Second + 700*time.Millisecond: "3h0m30s",
	} {
		require.Equal(t, text, strings.ReplaceAll(spell(d), "\u00a0", " "), d)
	}
}
