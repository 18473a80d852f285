package main

import (
	"fmt"
	"html/template"
	"os"
	"strings"
)

// Sizes of a chart, in pixels.
const (
	barWidth    = 11
	chartHeight = 180
)

// chart is one rush as a picture: a column for each tenth of a second, and a line for the requests that the item service has.
type chart struct {
	Name, Summary           string
	Width, Height           int
	Bars                    []bar
	Line                    string // points
	MostAnswers, MostInside int
	Seconds                 []mark
}

type bar struct {
	X, Y, Height int
	Class        string
}

type mark struct {
	X    int
	Text string
}

// writeRushPicture writes a page with the rushes side by side.
func writeRushPicture(file string, all []*rushed) error {
	answers, inside := 1, 1 // the same scale for all
	for _, r := range all {
		for _, t := range r.ticks {
			answers = max(answers, t.complete+t.degraded+t.failed)
			inside = max(inside, t.inside)
		}
	}
	var charts []chart
	for _, r := range all {
		charts = append(charts, r.chart(answers, inside))
	}
	var page strings.Builder
	if err := rushPage.Execute(&page, charts); err != nil {
		return err
	}
	return os.WriteFile(file, []byte(page.String()), 0o644)
}

func (r *rushed) chart(answers, inside int) chart {
	c := chart{
		Name: r.name, Width: barWidth * len(r.ticks), Height: chartHeight, MostAnswers: answers, MostInside: inside,
		Summary: fmt.Sprintf("%d complete, %d degraded, %d failed; at most %d requests at the item service", r.complete, r.degraded, r.failed, r.item.most),
	}
	points := []string{}
	for i, t := range r.ticks {
		x, y := i*barWidth, chartHeight
		for _, part := range []struct {
			class string
			n     int
		}{{"complete", t.complete}, {"degraded", t.degraded}, {"failed", t.failed}} {
			height := part.n * chartHeight / answers
			if y -= height; height > 0 {
				c.Bars = append(c.Bars, bar{x, y, height, part.class})
			}
		}
		points = append(points, fmt.Sprintf("%d,%d", x+barWidth/2, chartHeight-t.inside*chartHeight/inside))
		if i%10 == 0 {
			c.Seconds = append(c.Seconds, mark{x, fmt.Sprintf("%d s", i/10)})
		}
	}
	c.Line = strings.Join(points, " ")
	return c
}

var rushPage = template.Must(template.New("rush").Parse(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>A rush, with guards and without</title>
<style>
:root { color-scheme: light dark; --ink: #222; --grid: #ccc; --paper: #fff }
@media (prefers-color-scheme: dark) { :root { --ink: #ddd; --grid: #555; --paper: #1b1b1b } }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; color: var(--ink); background: var(--paper) }
main { display: flex; flex-wrap: wrap; gap: 2rem }
h2 { margin: 0 }
section { max-width: 500px }
svg { overflow: visible; max-width: 100% }
.complete { fill: #2e9e5b } .degraded { fill: #e0a526 } .failed { fill: #cf3f3f }
.line { fill: none; stroke: #3b6fd4; stroke-width: 2 }
text { fill: var(--ink); font-size: 12px }
.axis { stroke: var(--grid) }
.key span { display: inline-block; width: .8em; height: .8em; margin: 0 .3em 0 1em }
</style>
<h1>2,000 requests in four seconds, half of them for one item</h1>
<p class="key">Answers in each tenth of a second:
<span style="background:#2e9e5b"></span>complete <span style="background:#e0a526"></span>degraded <span style="background:#cf3f3f"></span>failed
<span style="background:#3b6fd4"></span>requests at the item service, which works on 20 at the same time</p>
<main>
{{range .}}<section>
<h2>{{.Name}}</h2>
<p>{{.Summary}}</p>
<svg width="{{.Width}}" height="220" viewBox="0 -16 {{.Width}} 220" role="img" aria-label="{{.Name}}: {{.Summary}}">
{{range .Bars}}<rect class="{{.Class}}" x="{{.X}}" y="{{.Y}}" width="10" height="{{.Height}}"/>
{{end}}<polyline class="line" points="{{.Line}}"/>
<line class="axis" x1="0" y1="{{.Height}}" x2="{{.Width}}" y2="{{.Height}}"/>
{{range .Seconds}}<text x="{{.X}}" y="196">{{.Text}}</text>
{{end}}<text x="0" y="-4">scale: {{.MostAnswers}} answers, {{.MostInside}} requests</text>
</svg>
</section>
{{end}}</main>
</html>
`))
