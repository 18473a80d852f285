package diagram

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/trace"
)

// area is where something is.
type area struct {
	x, y, w, h int
	what       string
}

func (a area) meets(b area) bool {
	return a.x < b.x+b.w && b.x < a.x+a.w && a.y < b.y+b.h && b.y < a.y+a.h
}

func (a area) holds(b area) bool {
	return a.x <= b.x && a.y <= b.y && b.x+b.w <= a.x+a.w && b.y+b.h <= a.y+a.h
}

func (l label) area() area { return area{l.x, l.y - l.size, l.w, l.size + l.size/4, l.text} }

// problems are what is wrong with a drawing: what overlaps, sticks out, or goes to the left.
func (d *drawing) problems() (found []string) {
	bad := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	whole := area{0, 0, d.w, d.h, "drawing"}
	var boxes, labels []area
	for i, s := range d.shapes {
		box := area{s.x, s.y, s.w, s.h, d.chart.boxes[i].label}
		if !whole.holds(box) {
			bad("%s is outside", box.what)
		}
		boxes = append(boxes, box)
		for _, l := range s.labels {
			at := l.area()
			at.x, at.y = at.x+s.x, at.y+s.y
			if !box.holds(at) {
				bad("%q sticks out of %q", at.what, box.what)
			}
			if s.inner != nil && at.meets(area{s.x + s.at.x, s.y + s.at.y, s.inner.w, s.inner.h, ""}) {
				bad("%q is over what is inside %q", at.what, box.what)
			}
			labels = append(labels, at)
		}
		if s.inner != nil {
			if inner := (area{s.x + s.at.x, s.y + s.at.y, s.inner.w, s.inner.h, ""}); !box.holds(inner) {
				bad("what is inside sticks out of %q", box.what)
			}
			found = append(found, s.inner.problems()...)
		}
	}
	for i, r := range d.routes {
		if r.label.text != "" {
			labels = append(labels, r.label.area())
			if to := boxes[d.chart.lines[i].to]; !to.holds(r.label.area()) {
				bad("%q sticks out of %q", r.label.text, to.what)
			}
		}
		found = append(found, d.strays(i, boxes)...)
	}
	return append(append(found, meeting(boxes)...), meeting(labels)...)
}

func meeting(all []area) (found []string) {
	for i, a := range all {
		for _, b := range all[:i] {
			if a.meets(b) {
				found = append(found, fmt.Sprintf("%q and %q overlap", a.what, b.what))
			}
		}
	}
	return found
}

// strays says where line i crosses a box, or goes to the left.
func (d *drawing) strays(i int, boxes []area) (found []string) {
	p := d.routes[i].points
	for k := 1; k < len(p); k++ {
		a, b := p[k-1], p[k]
		if b.x < a.x {
			found = append(found, fmt.Sprintf("line %d goes back", i))
		}
		// A curve stays between its ends, so it crosses no more than the area between them.
		way := area{a.x + 1, min(a.y, b.y), max(b.x-a.x-2, 0), max(a.y, b.y) - min(a.y, b.y) + 1, ""}
		for n, box := range boxes {
			if way.meets(box) && !(k == 1 && n == d.chart.lines[i].from) && !(k == len(p)-1 && n == d.chart.lines[i].to) {
				found = append(found, fmt.Sprintf("line %d crosses %q", i, box.what))
			}
		}
	}
	return found
}

// randomChart has boxes of all kinds and states, with others inside some.
func randomChart(r *rand.Rand, most, depth int) *chart {
	kinds := []flow.Kind{"", flow.KindIn, flow.KindStep, flow.KindMap, flow.KindEither, flow.KindEach, flow.KindSettleEach, flow.KindAny, flow.KindRecover}
	states := []state{plain, ok, degraded, failed, canceled, skipped, stray, idle}
	roles := []flow.Role{flow.RoleData, flow.RoleOrder, flow.RoleCondition, flow.RoleYes, flow.RoleNo, flow.RoleEffect}
	c := &chart{name: "random"}
	for i := range 1 + r.IntN(most) {
		b := &box{label: randomName(r), kind: kinds[r.IntN(len(kinds))], state: states[r.IntN(len(states))], out: randomName(r), critical: r.IntN(4) == 0}
		if b.state != plain && b.state != idle {
			b.span = &trace.Span{End: time.Duration(r.Int64N(int64(time.Second))), Attempts: r.IntN(3), Status: observe.Status(r.IntN(6))}
		}
		if depth > 0 && r.IntN(6) == 0 {
			b.inner = randomChart(r, most/2+1, depth-1)
		}
		c.boxes = append(c.boxes, b)
		for n := r.IntN(4); i > 0 && n > 0; n-- {
			c.lines = append(c.lines, line{from: r.IntN(i), to: i, role: roles[r.IntN(len(roles))], label: "T"})
		}
	}
	return c
}

func randomName(r *rand.Rand) string {
	letters := []rune("abcWM .<>\"&\n商获🚀אבЩ")
	var b strings.Builder
	for range r.IntN(1 + r.IntN(60)) {
		b.WriteRune(letters[r.IntN(len(letters))])
	}
	return b.String()
}

func TestArrange_nothingOverlaps(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 0))
		c := randomChart(r, 1+r.IntN(40), 2)
		require.Empty(t, arrange(c).problems(), "seed %d", seed)
	}
}

// What problems looks for, it finds.
func TestArrange_overlapsAreSeen(t *testing.T) {
	c := randomChart(rand.New(rand.NewPCG(5, 0)), 40, 0)
	d := arrange(c)
	require.Empty(t, d.problems())
	require.Greater(t, len(d.shapes), 3)
	for what, spoil := range map[string]func(*drawing){
		"overlap":    func(d *drawing) { d.shapes[1].x, d.shapes[1].y = d.shapes[0].x+1, d.shapes[0].y+1 },
		"sticks out": func(d *drawing) { d.shapes[0].labels[0].x += 500 },
		"outside":    func(d *drawing) { d.w = 20 },
		"goes back":  func(d *drawing) { d.routes[0].points[1].x -= 500 },
		"crosses": func(d *drawing) {
			p, other := d.routes[0].points, d.shapes[c.lines[0].to]
			p[0] = point{other.x - 5, other.y + 3}
			p[1] = point{other.x + other.w + 5, other.y + 3}
		},
	} {
		d := arrange(c)
		spoil(d)
		require.Contains(t, strings.Join(d.problems(), "\n"), what)
	}
}

func TestArrange_emptyAndAlone(t *testing.T) {
	require.Empty(t, arrange(&chart{}).problems())
	require.Positive(t, arrange(&chart{}).w)
	require.Empty(t, arrange(&chart{boxes: []*box{{label: "alone"}}}).problems())
}

func TestArrange_aChainIsStraight(t *testing.T) {
	c := &chart{}
	for i := range 20 {
		c.boxes = append(c.boxes, &box{label: fmt.Sprint("call", i), kind: flow.KindStep})
		if i > 0 {
			c.lines = append(c.lines, line{from: i - 1, to: i, role: flow.RoleData})
		}
	}
	d := arrange(c)
	for _, r := range d.routes {
		require.Equal(t, r.points[0].y, r.points[len(r.points)-1].y)
	}
}

// Two rows whose lines are crossed in build order need not cross.
func TestArrange_fewCrossings(t *testing.T) {
	c := &chart{}
	for i := range 8 {
		c.boxes = append(c.boxes, &box{label: fmt.Sprint("a", i), kind: flow.KindStep})
	}
	for i := range 8 {
		c.boxes = append(c.boxes, &box{label: fmt.Sprint("b", i), kind: flow.KindStep})
		c.lines = append(c.lines, line{from: 7 - i, to: 8 + i, role: flow.RoleData})
	}
	d := arrange(c)
	l := layersOf(c, d.shapes)
	l.order()
	require.Zero(t, l.crossings())
}

func TestCrossings_countsAsTheLongWay(t *testing.T) {
	for seed := range uint64(50) {
		c := randomChart(rand.New(rand.NewPCG(seed, 1)), 30, 0)
		l := layersOf(c, arrange(c).shapes)
		n := 0
		for _, rank := range l.ranks {
			for i, a := range rank {
				for _, b := range rank[:i] {
					for _, p := range l.vertices[a].out {
						for _, q := range l.vertices[b].out {
							if l.vertices[p].at < l.vertices[q].at {
								n++
							}
						}
					}
				}
			}
		}
		require.Equal(t, n, l.crossings(), "seed %d", seed)
	}
}

// layered is a chart of n calls in layers of fifty, each with two inputs.
func layered(n int) *chart {
	r := rand.New(rand.NewPCG(1, 2))
	c := &chart{name: "layered"}
	for i := range n {
		c.boxes = append(c.boxes, &box{label: fmt.Sprintf("call-%d", i), kind: flow.KindStep, out: "int"})
		if layer := i / 50; layer > 0 {
			c.lines = append(c.lines, line{from: (layer-1)*50 + r.IntN(50), to: i}, line{from: r.IntN(layer * 50), to: i})
		}
	}
	return c
}

func TestArrange_aThousandBoxes(t *testing.T) {
	c := layered(1000)
	d := arrange(c)
	require.Empty(t, d.problems())
	begun := time.Now()
	arrange(c)
	limit := 200 * time.Millisecond
	if slowed {
		limit *= 10
	}
	require.Less(t, time.Since(begun), limit)
}

func BenchmarkArrange(b *testing.B) {
	c := layered(1000)
	b.ReportAllocs()
	for b.Loop() {
		arrange(c)
	}
}

// Chains of a thousand with lines from everywhere to everywhere have a great many lanes.
func BenchmarkArrange_worst(b *testing.B) {
	r := rand.New(rand.NewPCG(3, 4))
	c := &chart{}
	for i := range 1000 {
		c.boxes = append(c.boxes, &box{label: "call", kind: flow.KindStep})
		if i > 0 {
			c.lines = append(c.lines, line{from: i - 1, to: i}, line{from: r.IntN(i), to: i})
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		arrange(c)
	}
}
