package diagram

// A chart is laid out in layers from left to right (Sugiyama, Tagawa and Toda, 1981):
//
//   - layers: each box is a rank to the right of all that it has lines from;
//     a line that passes ranks gets a place in each of them
//   - order: within the ranks, so that few lines cross
//   - place: how far down, so that lines are straight
//   - route: how far to the right, and the lines themselves
//
// Every label is inside a box, at a place that its size was computed for, and every
// line has room of its own beside the boxes. So nothing overlaps, whatever the
// order and the places are: those are only about beauty.
//
// All numbers are whole pixels: the same chart is laid out the same way by every processor.

// drawing is a chart with a place for everything in it.
type drawing struct {
	chart  *chart
	w, h   int
	shapes []shape // one of each box
	routes []route // one of each line
}

// shape is a box with its place.
type shape struct {
	x, y, w, h int
	labels     []label
	icon       point    // upper left corner, if the box's state has one
	inner      *drawing // of its parts
	at         point    // where that begins
}

// label is a text at a place.
type label struct {
	x, y int // where its baseline begins
	w    int // at most
	size int // of its letters
	text string
	look look
}

// look is how a label is written: the name of a class of styles.
type look string

const (
	nameLook look = "name"
	factLook look = "fact"
	portLook look = "port"
)

// point is a place, from the upper left corner of its drawing.
type point struct{ x, y int }

// How far apart things are.
const (
	margin   = 14 // around a drawing
	boxGap   = 16 // between boxes of a rank
	laneGap  = 9  // between lines that pass a rank
	headRoom = 12 // before an arrow's end: the last piece of a line is straight
)

// arrange gives everything in a chart its place. Cost: for a thousand boxes with two
// thousand lines about 20 ms (see BenchmarkArrange).
func arrange(c *chart) *drawing {
	d := &drawing{chart: c, shapes: make([]shape, len(c.boxes))}
	ports := portsOf(c)
	for i, b := range c.boxes {
		d.shapes[i] = shapeOf(b, len(ports[i]))
	}
	l := layersOf(c, d.shapes)
	l.order()
	l.place()
	d.route(l)
	return d
}

// portsOf are the lines that end at each box.
func portsOf(c *chart) [][]int {
	ports := make([][]int, len(c.boxes))
	for i, l := range c.lines {
		ports[l.to] = append(ports[l.to], i)
	}
	return ports
}
