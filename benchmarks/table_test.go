package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// planted has samples with the values given, by contender, then by pass.
func planted(r row, samples ...[]sample) measured { return measured{r, samples} }

func values(vs ...float64) []sample {
	all := make([]sample, len(vs))
	for i, v := range vs {
		all[i].value = v
	}
	return all
}

var nowhere = conditions{
	cpu:    "Abacus 2",
	cores:  2,
	system: "linux/amd64",
	golang: "go1.26.8",
	peers:  []string{"example.org/a v1.2.3", "example.org/b v0.1.0"},
	passes: 3,
	each:   100 * time.Millisecond,
	date:   time.Date(2026, 11, 23, 4, 5, 6, 0, time.UTC),
}

func TestTable_golden(t *testing.T) {
	idle := func(*testing.B) {}
	within := row{
		work:      "start one",
		yardstick: contender{"by hand", idle},
		others:    []contender{{"peer", idle}, {"other", idle}},
		budget:    budget{ratio: atMost(1.1), allocs: atMost(4), bytes: atMost(200)},
	}
	over := row{
		work:      "ten links",
		yardstick: contender{"by hand", idle},
		budget:    budget{ratio: atMost(2.2), allocs: atMost(25).because("%d a link", 2)},
	}
	absolute := row{
		work:   "await one",
		others: []contender{{"peer", idle}},
		budget: budget{value: atMost(3), allocs: atMost(0)},
	}
	inBytes := row{work: "a million", unit: bytesEach, budget: budget{value: atMost(64)}}

	summaries := []summary{
		planted(within,
			values(400, 500, 450),
			[]sample{{440, 3, 144}, {500, 3, 144}, {405, 3.01, 144.4}},
			values(800, 1000, 900),
			values(200, 250, 225),
		).summary(),
		planted(over,
			values(1000, 1000, 1000),
			[]sample{{2300, 26, 900}, {2310, 26, 900}, {2000, 26, 900}},
		).summary(),
		planted(absolute, values(2.5, 2.25, 2), values(5, 4.5, 4)).summary(),
		planted(inBytes, values(72, 72, 72)).summary(),
	}
	var got strings.Builder
	require.NoError(t, writeTable(&got, summaries, nowhere))
	assert.Equal(t, `| work | yardstick | ns | Jade, ns | ratio | budget | allocations | budget | others, ratio |
|---|---|--:|--:|--:|--:|--:|--:|---|
| start one | by hand | 450 | 440 | 1.00 | ≤ 1.1 | 3, 144 B | ≤ 4, ≤ 200 B | peer 2.00 · other 0.50 |
| ten links | by hand | 1000 | 2300 | **2.30** [over](adr/0002-over-budget.md) | ≤ 2.2 | **26, 900 B** [over](adr/0002-over-budget.md) | ≤ 25 (2 a link) | – |
| await one | – | – | 2.25 | – | ≤ 3 ns | 0 | ≤ 0 | peer 2.00 |
| a million | – | – | **72.00 B/promise** [over](adr/0002-over-budget.md) | – | ≤ 64 B/promise | – | – | – |

A ratio is to the yardstick or, where there is none, to Jade; lower is better. It is the median of the ratios
within each pass; times and allocations, an operation each, are medians too. A library is missing where it
cannot do the work.
What is over its budget is explained in [adr/0002-over-budget.md](adr/0002-over-budget.md).

Abacus 2, 2 cores, linux/amd64, go1.26.8; example.org/a v1.2.3, example.org/b v0.1.0; 3 passes of 100ms each; 2026-11-23.
`, got.String())
}

func TestTable_explainsOnlyWhatIsOver(t *testing.T) {
	var got strings.Builder
	fine := row{work: "await one", budget: budget{value: atMost(3)}}
	require.NoError(t, writeTable(&got, []summary{planted(fine, values(3)).summary()}, nowhere))
	assert.NotContains(t, got.String(), overBudget)
}

// The ratio is the median of 1, 2 and 3, not the ratio of the medians, 1.5.
func TestSummary_ratioIsWithinAPass(t *testing.T) {
	r := row{yardstick: contender{"by hand", func(*testing.B) {}}}
	s := planted(r, values(100, 300, 200), values(300, 300, 400)).summary()
	assert.Equal(t, 2.0, s.ratio)
	assert.Equal(t, 200.0, s.yardstick)
	assert.Equal(t, 300.0, s.jade.value)
}

func TestMedian(t *testing.T) {
	assert.Equal(t, 0.0, median(nil))
	assert.Equal(t, 7.0, median([]float64{7}))
	assert.Equal(t, 2.5, median([]float64{4, 1, 3, 2}))
	unsorted := []float64{9, 1, 5}
	assert.Equal(t, 5.0, median(unsorted))
	assert.Equal(t, []float64{9, 1, 5}, unsorted, "the order of the passes stays")
}

func TestLimit_exceededByWhatTheTableShows(t *testing.T) {
	assert.False(t, atMost(1.1).exceededBy(1.1))
	assert.False(t, atMost(1.1).exceededBy(1.104), "shown as 1.10")
	assert.True(t, atMost(1.1).exceededBy(1.106))
	assert.True(t, atMost(0).exceededBy(1), "zero is a limit too")
	assert.False(t, limit{}.exceededBy(1e9))
}
