package diagram

import "github.com/jade-go/jade/flow"

// layers are the ranks of a chart, with a vertex for each box and for each
// place where a line passes a rank.
type layers struct {
	vertices []vertex // of the boxes first
	ranks    [][]int  // from top to bottom
	routes   [][]int  // of each line: the vertices between its ends
}

// vertex is one place of a rank.
type vertex struct {
	rank    int
	at      int // its index there
	h       int
	y       int   // of its middle
	in, out []int // its neighbours on the left and on the right
	lane    bool  // a line passes here
}

// trunk is what lines have in common that come from the same box and look the same:
// they leave it as one, and part before their ends.
type trunk struct {
	from int
	dash bool
}

func layersOf(c *chart, shapes []shape) *layers {
	l := &layers{vertices: make([]vertex, len(c.boxes)), routes: make([][]int, len(c.lines))}
	for i, s := range shapes {
		l.vertices[i].h = s.h
	}
	l.rank(c)
	lanes := map[trunk][]int{} // of ranks from.rank+1 and so on
	for i, line := range c.lines {
		t := trunk{line.from, line.dashed()}
		passed := l.vertices[line.to].rank - l.vertices[line.from].rank - 1
		for len(lanes[t]) < passed {
			lanes[t] = append(lanes[t], l.lane(line.from, lanes[t]))
		}
		l.routes[i] = lanes[t][:passed:passed]
		l.join(lastOf(line.from, l.routes[i]), line.to)
	}
	l.list()
	return l
}

// rank gives each box its rank: one more than that of the last it has a line
// from. A box without any stands just before the first that has a line from it.
func (l *layers) rank(c *chart) {
	into := make([][]int, len(c.boxes))
	for _, line := range c.lines {
		into[line.to] = append(into[line.to], line.from)
	}
	next := make([]int, len(c.boxes))
	for i := range c.boxes {
		for _, from := range into[i] {
			l.vertices[i].rank = max(l.vertices[i].rank, l.vertices[from].rank+1)
		}
	}
	for i := range c.boxes {
		for _, from := range into[i] {
			if r := l.vertices[i].rank; next[from] == 0 || r < next[from] {
				next[from] = r
			}
		}
	}
	for i := range c.boxes {
		if len(into[i]) == 0 && next[i] > 0 {
			l.vertices[i].rank = next[i] - 1
		}
	}
}

// lane adds a vertex where a trunk passes the next rank.
func (l *layers) lane(from int, before []int) int {
	v := len(l.vertices)
	last := lastOf(from, before)
	l.vertices = append(l.vertices, vertex{rank: l.vertices[last].rank + 1, lane: true})
	l.join(last, v)
	return v
}

func lastOf(from int, lanes []int) int {
	if len(lanes) == 0 {
		return from
	}
	return lanes[len(lanes)-1]
}

func (l *layers) join(a, b int) {
	l.vertices[a].out = append(l.vertices[a].out, b)
	l.vertices[b].in = append(l.vertices[b].in, a)
}

// list puts the vertices in their ranks: those that follow the same one together.
func (l *layers) list() {
	seen := make([]bool, len(l.vertices))
	var visit func(v int)
	visit = func(v int) {
		if seen[v] {
			return
		}
		seen[v] = true
		r := l.vertices[v].rank
		for len(l.ranks) <= r {
			l.ranks = append(l.ranks, nil)
		}
		l.vertices[v].at = len(l.ranks[r])
		l.ranks[r] = append(l.ranks[r], v)
		for _, w := range l.vertices[v].out {
			visit(w)
		}
	}
	for v := range l.vertices {
		visit(v)
	}
}

// dashed reports whether the line carries no value that becomes part of the result.
func (l line) dashed() bool {
	return l.role == flow.RoleOrder || l.role == flow.RoleCondition || l.role == flow.RoleEffect
}
