package whatif

import (
	"fmt"
	"io"
	"time"

	"github.com/jade-go/jade/cmd/jade/internal/forecast"
)

// table writes a forecast for a terminal.
func table(w io.Writer, f forecast.Forecast) {
	fmt.Fprintf(w, "%s: %s compared\n", printable(f.Flow), runs(f.Runs))
	if f.Runs > 0 {
		fmt.Fprintf(w, "  %-8s %10s %10s\n", "", "before", "after")
		row := func(name, before, after string) { fmt.Fprintf(w, "  %-8s %10s %10s\n", name, before, after) }
		row("p50", rounded(f.Before.P50), rounded(f.After.P50))
		row("p90", rounded(f.Before.P90), rounded(f.After.P90))
		row("p99", rounded(f.Before.P99), rounded(f.After.P99))
		row("degraded", percent(f.Before.Degraded), percent(f.After.Degraded))
		row("failed", percent(f.Before.Failed), percent(f.After.Failed))
	}
	for _, line := range f.Assumed {
		fmt.Fprintf(w, "  assumed: %s\n", printable(line))
	}
	if f.Unknown > 0 {
		fmt.Fprintf(w, "  not known: %s, in which a call was cut off or did not start, and would have more time now\n", runs(f.Unknown))
	}
	if f.Left > 0 {
		fmt.Fprintf(w, "  left out: %s, which the caller has cancelled or whose trace lacks calls\n", runs(f.Left))
	}
}

func runs(n int) string {
	if n == 1 {
		return "1 run"
	}
	return fmt.Sprint(n, " runs")
}

func rounded(d time.Duration) string { return d.Round(100 * time.Microsecond).String() }

func percent(share float64) string { return fmt.Sprintf("%.1f %%", 100*share) }
