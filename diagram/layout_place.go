package diagram

// How often place looks to either side, and then to both.
const (
	sidePasses = 6
	bothPasses = 2
)

// place says how far down each vertex is: as near as can be to the middle
// of its neighbours, in the order of its rank, and with the gaps that must be.
func (l *layers) place() {
	for _, rank := range l.ranks {
		y := 0
		for i, v := range rank {
			if i > 0 {
				y += l.apart(rank[i-1], v)
			}
			l.vertices[v].y = y
		}
		for _, v := range rank {
			l.vertices[v].y -= y / 2
		}
	}
	for range l.rounds(sidePasses) {
		for r := 1; r < len(l.ranks); r++ {
			l.settle(l.ranks[r], true, false)
		}
		for r := len(l.ranks) - 2; r >= 0; r-- {
			l.settle(l.ranks[r], false, true)
		}
	}
	for range l.rounds(bothPasses) {
		for r := range l.ranks {
			l.settle(l.ranks[r], true, true)
		}
	}
	l.raise()
}

// raise has the uppermost vertex begin at zero.
func (l *layers) raise() {
	if len(l.vertices) == 0 {
		return
	}
	top := l.vertices[0].y - l.vertices[0].h/2
	for i := range l.vertices {
		top = min(top, l.vertices[i].y-l.vertices[i].h/2)
	}
	for i := range l.vertices {
		l.vertices[i].y -= top
	}
}

// apart is how far the middles of two neighbours of a rank must be from each other.
func (l *layers) apart(above, below int) int {
	a, b := &l.vertices[above], &l.vertices[below]
	gap := boxGap
	if a.lane || b.lane {
		gap = laneGap
	}
	return (a.h+1)/2 + gap + (b.h+1)/2
}

// block is a run of vertices that touch.
type block struct {
	sum, weight int // of the places wanted for its first vertex
	y           int // the place that it has
	first       int // in its rank
}

// settle moves the vertices of a rank: the sum of the squares of what each is
// away from where it should be becomes the least that there is (by pooling adjacent
// violators, the algorithm of isotonic regression).
func (l *layers) settle(rank []int, in, out bool) {
	blocks := make([]block, 0, len(rank))
	offset := make([]int, len(rank)) // from the first vertex, if all touched
	for i, v := range rank {
		if i > 0 {
			offset[i] = offset[i-1] + l.apart(rank[i-1], v)
		}
		wanted, weight := l.wanted(v, in, out)
		b := block{sum: (wanted - offset[i]) * weight, weight: weight, first: i}
		b.y = floor(b.sum, b.weight)
		for len(blocks) > 0 && blocks[len(blocks)-1].y > b.y {
			above := blocks[len(blocks)-1]
			blocks = blocks[:len(blocks)-1]
			b.sum, b.weight, b.first = b.sum+above.sum, b.weight+above.weight, above.first
			b.y = floor(b.sum, b.weight)
		}
		blocks = append(blocks, b)
	}
	for k, b := range blocks {
		end := len(rank)
		if k+1 < len(blocks) {
			end = blocks[k+1].first
		}
		for i := b.first; i < end; i++ {
			l.vertices[rank[i]].y = b.y + offset[i]
		}
	}
}

// wanted is where a vertex should be, and how much that matters: long lines matter
// most, as their bends are seen.
func (l *layers) wanted(v int, in, out bool) (y, weight int) {
	of := &l.vertices[v]
	sum := 0
	add := func(neighbours []int) {
		for _, n := range neighbours {
			w := 2
			if of.lane && l.vertices[n].lane {
				w = 8
			}
			sum += w * l.vertices[n].y
			weight += w
		}
	}
	if in {
		add(of.in)
	}
	if out {
		add(of.out)
	}
	if weight == 0 {
		return of.y, 1
	}
	return floor(sum, weight), weight
}

// floor is a/b, rounded down.
func floor(a, b int) int {
	if a < 0 {
		return -((b - 1 - a) / b)
	}
	return a / b
}
