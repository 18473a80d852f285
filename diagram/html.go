package diagram

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"maps"
	"strconv"
	"strings"
	"sync"
)

// What a page is made of, besides the chart.
var (
	//go:embed page.html
	pageText string
	//go:embed page.css
	pageStyle string
	//go:embed page.js
	pageScript string

	pageTemplate = sync.OnceValue(func() *template.Template {
		return template.Must(template.New("page").Parse(pageText))
	})
)

// WriteHTML writes the diagram as one page: what to know of the run in a sentence, the
// flow chart, the waterfall, and what there is to tell of each call, which
// is shown where the pointer or the keyboard's focus is. The page loads nothing and sends nothing: its
// Content-Security-Policy allows its own style and script alone. Without scripts it is a static
// page whose boxes and bars are links to what there is to tell.
//
// The error is that of w.
func (d *Diagram) WriteHTML(w io.Writer) error {
	p := newPage(d)
	var out bytes.Buffer
	if err := pageTemplate().Execute(&out, p); err != nil {
		return fmt.Errorf("diagram.WriteHTML: %w", err) // never: a buffer takes all, and the template is fixed
	}
	_, err := w.Write(out.Bytes())
	return err
}

// page is what the template is filled with.
type page struct {
	*Diagram
	links map[*box]string
	boxOf []int // of each span: that of the box it belongs to, or -1
	scale scale

	Title    string
	State    state
	Word     string
	Verdict  string
	Troubles []complaint
	More     int    // troubles that are left out, if there are any
	Note     string // what the run was
	Home     link
	Signs    template.HTML
	Chart    template.HTML
	Whole    template.HTML // the chart with all boxes, if that is another one
	Boxes    string        // how many those are
	Part     string        // what part of them Chart shows, if they are too many
	Left     string        // how long it was until the deadline
	Bars     []bar
	Many     bool // more bars than a browser lays out in a time that one waits
	Marks    []tick
	Answer   string // where the answer came, if that is not the end
	Deadline string // where the deadline is, if it is in the picture
	Keys     []key
	Items    []item
	Wide     bool // the chart is: nothing fits beside it
	Style    template.CSS
	Script   template.JS
	Policy   string
}

// complaint is a trouble as a page tells it.
type complaint struct {
	Item                    string // empty if there is no more to tell
	Name, Word, Class, Text string
	State                   state
}

func newPage(d *Diagram) *page {
	p := &page{Diagram: d, links: map[*box]string{}, Title: oneLine(d.name), Home: d.home, Part: d.partly(d.chart)}
	d.whole.each(func(b *box) {
		p.links[b] = "b" + strconv.Itoa(len(p.links))
		if b.span != nil {
			p.links[b] = itemID(b.span.ID)
		}
	})
	if d.trace != nil {
		p.tellRun()
	}
	p.Items = p.items()
	p.choose()
	p.draw()
	return p
}

// tellRun fills in what there is only of a run.
func (p *page) tellRun() {
	t, root := p.trace, p.trace.Root()
	boxed := p.boxed()
	p.boxOf = make([]int, len(t.Spans))
	for i := range t.Spans {
		p.boxOf[i] = -1
		if around := t.Spans[i].Parent; around >= 0 {
			p.boxOf[i] = p.boxOf[around]
		}
		if boxed[i] {
			p.boxOf[i] = i
		}
	}
	p.scale = scaleOf(t)
	p.State = state(root.Status.String())
	if p.State == ok && p.lost() != "" {
		p.State = degraded
	}
	p.Word, p.Verdict, p.Note = p.State.word(), p.verdict(), p.note()
	p.complain(boxed)
	p.Bars, p.Marks = p.bars(), p.scale.marks()
	p.Many = len(p.Bars) > mostLaidOut
	if root.End < p.scale.whole {
		p.Answer = p.scale.percent(root.End)
	}
	if root.Deadline > 0 && root.Deadline <= p.scale.whole {
		p.Deadline = p.scale.percent(root.Deadline)
	}
	switch left := root.Deadline - root.End; {
	case root.Deadline <= 0:
	case left > 0:
		p.Left = spell(left) + " left until the deadline at " + spell(root.Deadline)
	default:
		p.Left = "the deadline was at " + spell(root.Deadline)
	}
}

// What is told of troubles before the charts.
const (
	mostTroubles  = 8    // how many
	mostComplaint = 1200 // how wide the text of one is, in pixels
)

// complain tells of what went wrong. Boxed are the spans that have a box.
func (p *page) complain(boxed map[int]bool) {
	told := maps.Clone(boxed)
	for _, r := range p.rows {
		if r.span != nil {
			told[r.span.ID] = true
		}
	}
	all := p.troubles()
	if p.More = len(all) - mostTroubles; p.More > 0 {
		all = all[:mostTroubles]
	}
	for _, t := range all {
		c := complaint{Name: t.name, State: state(t.span.Status.String())}
		c.Word = c.State.word()
		if told[t.span.ID] {
			c.Item = itemID(t.span.ID)
		}
		if c.State != stray || t.span.Err != p.trace.Root().Err { // or else it is what the run failed of
			c.Text = shorten(known(t.span.Err), smallSize, mostComplaint)
			c.Class = reason(t.span)
		}
		p.Troubles = append(p.Troubles, c)
	}
}

// boxed are the spans that have a box.
func (p *page) boxed() map[int]bool {
	boxed := map[int]bool{}
	for b := range p.links {
		if b.span != nil {
			boxed[b.span.ID] = true
		}
	}
	return boxed
}

// note says which run it was.
func (p *page) note() string {
	t, root := p.trace, p.trace.Root()
	words := []string{"run " + strconv.FormatUint(t.Run, 10)}
	if !t.Start.IsZero() {
		words = append(words, t.Start.UTC().Format("2 January 2006 15:04:05.000 UTC"))
	}
	words = append(words, counted(len(t.Spans), "call"))
	if t.Dropped > 0 {
		words = append(words, counted(t.Dropped, "more call")+" not recorded")
	}
	if root.Deadline > 0 {
		words = append(words, "deadline after "+spell(root.Deadline))
	}
	return strings.Join(words, " · ")
}

// choose says what is told as long as nothing else is chosen: the call that made the run as long
// as it was, or else the first that went wrong.
func (p *page) choose() {
	if p.trace == nil {
		return
	}
	first := ""
	if s := p.slowest(); s != nil {
		first = itemID(s.ID)
	} else if len(p.Troubles) > 0 {
		first = p.Troubles[0].Item
	}
	for i := range p.Items {
		p.Items[i].First = p.Items[i].ID == first
	}
}

// mostLaidOut is how many bars a page lays out at once. Beyond that, those out of sight wait until they are scrolled to.
const mostLaidOut = 500

// mostWhole is how many boxes a page has at most, with its switch: more of them no browser shows in a time that one waits.
const mostWhole = 10_000

// draw draws the charts, and says which style and script belong to the page.
func (p *page) draw() {
	chart := arrange(p.chart)
	p.Chart, p.Signs = p.drawn("chart", chart), template.HTML(signs)
	if all := p.whole.count(); all > p.chart.count() && all <= mostWhole {
		p.Whole, p.Boxes = p.drawn("all-boxes", arrange(p.whole)), counted(all, "box")
	}
	p.Wide = chart.w > mostBeside
	p.Keys, _ = legend(p.chart)

	size := fmt.Sprintf("@media (max-width: 1200px) { .canvas svg { min-width: %dpx; } }\n", chart.w*leastScale/100)
	p.Style = template.CSS("\n" + chartStyle + pageStyle + size)
	p.Script = template.JS("\n" + pageScript)
	p.Policy = "default-src 'none'; style-src " + hashOf(string(p.Style)) + "; script-src " + hashOf(string(p.Script)) +
		"; img-src data:; base-uri 'none'; form-action 'none'"
}

// drawn is a chart as a page has it. It is made smaller to fit, but not so small that it cannot be read: then it scrolls.
func (p *page) drawn(id string, d *drawing) template.HTML {
	s := &sheet{link: func(b *box) string { return p.links[b.itself()] }}
	s.printf(`<svg id="%s" class="%s" width="%d" height="%d" viewBox="0 0 %[3]d %[4]d" role="group" aria-label="flow chart of %s">`+"\n", id, fitting(d.w), d.w, d.h, escaped(p.Title))
	s.drawing(d)
	s.printf("</svg>")
	return template.HTML(s.String())
}

// fitting is how a chart of that width is fitted into a page.
func fitting(w int) string {
	if w*leastScale/100 > mostFitted {
		return "large"
	}
	return "fits"
}

// How a chart is fitted in.
const (
	leastScale = 65   // how small it may be shown, in percent
	mostFitted = 1340 // how much room there is for it, in pixels, on a screen of 1400
	mostBeside = 900  // how wide it may be, in pixels, for the waterfall to be beside it
)

// hashOf is a text as a Content-Security-Policy allows it.
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
