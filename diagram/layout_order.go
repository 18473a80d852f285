package diagram

import (
	"cmp"
	"slices"
)

// How much is tried to have fewer crossings. Large charts get less: there nobody sees the difference.
const (
	mostRounds = 6       // to the right and to the left
	mostWork   = 1 << 17 // vertices and lines that may be looked at in more than one round
	mostSwaps  = 1500    // vertices of charts where neighbours are swapped too
)

// order finds an order within each rank in which few lines cross: sweeps go right and left, and sort
// each rank by the barycentres of its vertices' neighbours. The best order that was seen is kept.
func (l *layers) order() {
	best, fewest := l.copyRanks(), l.crossings()
	for i := 0; i < 2*l.rounds(mostRounds) && fewest > 0; i++ {
		if i%2 == 0 {
			for r := 1; r < len(l.ranks); r++ {
				l.sort(l.ranks[r], before)
			}
		} else {
			for r := len(l.ranks) - 2; r >= 0; r-- {
				l.sort(l.ranks[r], behind)
			}
		}
		if len(l.vertices) <= mostSwaps {
			l.swap()
		}
		if n := l.crossings(); n < fewest {
			best, fewest = l.copyRanks(), n
		}
	}
	l.ranks = best
	for _, rank := range l.ranks {
		l.number(rank)
	}
}

// rounds is how often it pays to go through all vertices: at least once.
func (l *layers) rounds(most int) int { return min(most, max(1, mostWork/(1+l.size()))) }

// size is how many vertices and lines there are.
func (l *layers) size() int {
	n := len(l.vertices)
	for i := range l.vertices {
		n += len(l.vertices[i].out)
	}
	return n
}

func before(v *vertex) []int { return v.in }
func behind(v *vertex) []int { return v.out }

func (l *layers) copyRanks() [][]int {
	ranks := make([][]int, len(l.ranks))
	for r, rank := range l.ranks {
		ranks[r] = slices.Clone(rank)
	}
	return ranks
}

// number tells the vertices of a rank where they are.
func (l *layers) number(rank []int) {
	for i, v := range rank {
		l.vertices[v].at = i
	}
}

// sort sorts a rank by the barycentres of its neighbours on one side. What has none there stays where it is.
func (l *layers) sort(rank []int, side func(*vertex) []int) {
	type weighed struct{ v, centre int }
	var movable []weighed
	for _, v := range rank {
		if ns := side(&l.vertices[v]); len(ns) > 0 {
			sum := 0
			for _, n := range ns {
				sum += l.vertices[n].at
			}
			movable = append(movable, weighed{v, sum << 10 / len(ns)})
		}
	}
	slices.SortStableFunc(movable, func(a, b weighed) int { return cmp.Compare(a.centre, b.centre) })
	for i, v := range rank {
		if len(side(&l.vertices[v])) > 0 {
			rank[i], movable = movable[0].v, movable[1:]
		}
	}
	l.number(rank)
}

// swap swaps neighbours as long as lines cross less for it.
func (l *layers) swap() {
	for better, round := true, 0; better && round < 4; round++ {
		better = false
		for _, rank := range l.ranks {
			for i := 1; i < len(rank); i++ {
				a, b := rank[i-1], rank[i]
				if l.between(b, a) < l.between(a, b) {
					rank[i-1], rank[i] = b, a
					l.vertices[a].at, l.vertices[b].at = i, i-1
					better = true
				}
			}
		}
	}
}

// between counts how often lines of a cross those of b if a is above b.
func (l *layers) between(a, b int) (n int) {
	for _, side := range []func(*vertex) []int{before, behind} {
		for _, p := range side(&l.vertices[a]) {
			for _, q := range side(&l.vertices[b]) {
				if l.vertices[p].at > l.vertices[q].at {
					n++
				}
			}
		}
	}
	return n
}

// crossings counts the crossings of all lines (as Barth, Jünger and Mutzel, 2002, do).
func (l *layers) crossings() (n int) {
	var ends, counts []int
	for r := range len(l.ranks) - 1 {
		ends = ends[:0]
		for _, v := range l.ranks[r] {
			from := len(ends)
			for _, w := range l.vertices[v].out {
				ends = append(ends, l.vertices[w].at)
			}
			slices.Sort(ends[from:])
		}
		counts = append(counts[:0], make([]int, len(l.ranks[r+1])+1)...)
		for seen, end := range ends {
			upTo := 0
			for i := end + 1; i > 0; i &= i - 1 {
				upTo += counts[i]
			}
			n += seen - upTo
			for i := end + 1; i < len(counts); i += i & -i {
				counts[i]++
			}
		}
	}
	return n
}
