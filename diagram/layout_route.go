package diagram

import (
	"cmp"
	"slices"
)

// How wide the room between two ranks is.
const (
	leastRoom = 46
	mostRoom  = 150
)

// route is the way of a line: straight pieces beside the boxes, joined by curves between
// the ranks. It always goes to the right.
type route struct {
	points []point // the beginnings and ends of the straight pieces, in turn
	label  label   // a word at its end; empty if there is none
}

// column is a rank with its place.
type column struct{ left, right int }

// route says how far to the right everything is, and which way the lines go.
func (d *drawing) route(l *layers) {
	if len(d.shapes) == 0 {
		d.w, d.h = 2*margin, 2*margin
		return
	}
	for i := range d.shapes {
		s := &d.shapes[i]
		s.y = margin + l.vertices[i].y - s.h/2
	}
	ends := d.ends(l)
	columns := d.columns(l, ends)
	for i := range d.shapes {
		s, at := &d.shapes[i], columns[l.vertices[i].rank]
		s.x = at.left + (at.right-at.left-s.w)/2
	}
	d.routes = make([]route, len(d.chart.lines))
	for i := range d.routes {
		d.routes[i] = d.way(l, columns, i, ends[i])
	}
	d.measure(l, columns)
}

// measure says how large the drawing is.
func (d *drawing) measure(l *layers, columns []column) {
	d.w = columns[len(columns)-1].right + margin
	for i := range l.vertices {
		d.h = max(d.h, margin+l.vertices[i].y+(l.vertices[i].h+1)/2+margin)
	}
}

// ends says how far down each line ends: those of one box in the order in which they come.
func (d *drawing) ends(l *layers) []int {
	ends := make([]int, len(d.chart.lines))
	for i, ports := range portsOf(d.chart) {
		slices.SortStableFunc(ports, func(a, b int) int { return cmp.Compare(l.start(d.chart, a), l.start(d.chart, b)) })
		s := d.shapes[i]
		step := min(portRoom, (s.h-6)/max(1, len(ports)))
		first := s.y + s.h/2 - step*(len(ports)-1)/2
		for k, line := range ports {
			ends[line] = first + k*step
		}
	}
	return ends
}

// start is how far down a line comes into the last room that it crosses.
func (l *layers) start(c *chart, line int) int {
	return l.vertices[lastOf(c.lines[line].from, l.routes[line])].y
}

// columns places the ranks. The room between two is wider if a line climbs much.
func (d *drawing) columns(l *layers, ends []int) []column {
	widths, climbs := make([]int, len(l.ranks)), make([]int, len(l.ranks))
	for i, s := range d.shapes {
		r := l.vertices[i].rank
		widths[r] = max(widths[r], s.w)
	}
	for i, line := range d.chart.lines {
		y, rank := l.vertices[line.from].y, l.vertices[line.from].rank
		for _, v := range l.routes[i] {
			climbs[rank] = max(climbs[rank], abs(l.vertices[v].y-y))
			y, rank = l.vertices[v].y, rank+1
		}
		climbs[rank] = max(climbs[rank], abs(ends[i]-margin-y))
	}
	columns := make([]column, len(l.ranks))
	x := margin
	for r := range columns {
		columns[r] = column{x, x + widths[r]}
		x += widths[r] + min(mostRoom, max(leastRoom, climbs[r]/3))
	}
	return columns
}

func abs(n int) int { return max(n, -n) }

// way is the way of one line.
func (d *drawing) way(l *layers, columns []column, i, end int) route {
	line := d.chart.lines[i]
	from, to := &d.shapes[line.from], &d.shapes[line.to]
	y, rank := from.y+from.h/2, l.vertices[line.from].rank
	r := route{points: []point{{from.x + from.w, y}, {columns[rank].right, y}}}
	for _, v := range l.routes[i] {
		rank++
		y = margin + l.vertices[v].y
		r.points = append(r.points, point{columns[rank].left, y}, point{columns[rank].right, y})
	}
	r.points = append(r.points, point{columns[rank+1].left - headRoom, end}, point{to.x, end})
	if text := word(line.role); text != "" && d.chart.boxes[line.to].named() {
		r.label = label{x: to.x + 5, y: end + 4, w: widthOf(text, smallSize), size: smallSize, text: text, look: portLook}
	}
	return r
}
