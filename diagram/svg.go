package diagram

import (
	"bytes"
	_ "embed"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
)

// chartStyle is how charts look: in light and in dark, alone and in a page.
//
//go:embed chart.css
var chartStyle string

// signs are those of the states, by which they are told from each other without colours.
//
//go:embed signs.svg
var signs []byte

// Room for what is written above and below a chart that stands alone.
const (
	headHeight = 34
	footHeight = 30
)

// WriteSVG writes the flow chart as an SVG document that needs nothing else: it
// brings its styles for light and dark surroundings, and loads nothing. Where
// it has a box for a call the call's name, which may be shortened in the box, and how it went are its
// title, which browsers show where the pointer rests.
//
// The error is that of w.
func (d *Diagram) WriteSVG(w io.Writer) error {
	chart := arrange(d.chart)
	head := label{x: margin, y: 24, size: 15, look: nameLook, text: shorten(oneLine(d.heading()), 15, 3*mostText)}
	keys, width := legend(d.chart)
	width = max(chart.w, width, widthOf(head.text, head.size)+2*margin)
	height := chart.h + headHeight + footHeight

	s := &sheet{}
	s.printf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-labelledby="about">`, width, height, width, height)
	s.printf("\n<title id=\"about\">%s</title>\n<style>\n%s</style>\n", escaped(d.heading()), chartStyle)
	s.Write(signs)
	s.printf(`<rect class="paper" width="%d" height="%d"/>`+"\n", width, height)
	s.label(head)
	s.printf("\n<g transform=\"translate(0,%d)\">\n", headHeight)
	s.drawing(chart)
	s.printf("</g>\n<g transform=\"translate(0,%d)\">", headHeight+chart.h)
	for _, k := range keys {
		s.key(k)
	}
	s.printf("</g>\n</svg>\n")
	_, err := w.Write(s.Bytes())
	return err
}

// sheet is an SVG document in the making.
type sheet struct {
	bytes.Buffer
	link func(*box) string // of a page: where to read more about a box
}

func (s *sheet) printf(format string, args ...any) { fmt.Fprintf(s, format, args...) }

// escaped is a text that ends nothing in XML. What no XML document may have becomes U+FFFD.
func escaped(text string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(text)) // a buffer takes all
	return b.String()
}

// drawing draws a chart: its lines, those of the critical path above the others, and its boxes.
func (s *sheet) drawing(d *drawing) {
	for _, critical := range []bool{false, true} {
		for i, r := range d.routes {
			if d.chart.lines[i].critical == critical {
				s.line(d.chart, d.chart.lines[i], r)
			}
		}
	}
	for i, b := range d.chart.boxes {
		s.box(b, d.shapes[i])
	}
	for _, r := range d.routes {
		if r.label.text != "" {
			s.label(r.label)
		}
	}
}

func (s *sheet) line(c *chart, l line, r route) {
	class, head := "line", "jade-head"
	if l.dashed() {
		class += " dash"
	}
	if l.critical {
		class, head = class+" critical", "jade-critical"
	}
	s.printf(`<path class="%s" marker-end="url(#%s)" d="%s"><title>%s</title></path>`+"\n", class, head, r.path(), escaped(c.tell(l)))
}

// tell says what a line is.
func (c *chart) tell(l line) string {
	text := oneLine(c.boxes[l.from].label) + " → " + oneLine(c.boxes[l.to].label)
	if l.label != "" {
		text += ": " + oneLine(l.label)
	}
	if w := word(l.role); w != "" {
		text += " (" + w + ")"
	}
	return text
}

// path is a route in the language of SVG.
func (r route) path() []byte {
	p := r.points
	d := pair([]byte("M"), p[0])
	for i := 1; i < len(p); i += 2 {
		d = strconv.AppendInt(append(d, 'H'), int64(p[i].x), 10)
		if i+1 == len(p) {
			break
		}
		a, b := p[i], p[i+1]
		if a.y == b.y {
			continue
		}
		middle := (a.x + b.x) / 2
		for k, q := range []point{{middle, a.y}, {middle, b.y}, b} {
			d = pair(append(d, "C  "[k]), q)
		}
	}
	return d
}

func pair(d []byte, p point) []byte {
	d = strconv.AppendInt(d, int64(p.x), 10)
	return strconv.AppendInt(append(d, ','), int64(p.y), 10)
}

func (s *sheet) label(l label) {
	s.printf(`<text class="%s" x="%d" y="%d" font-size="%d">%s</text>`, l.look, l.x, l.y, l.size, escaped(l.text))
}
