package site

import (
	"bytes"
	"fmt"
	"html/template"
	"strings"

	"github.com/jade-go/jade/cmd/jade/internal/model"
	"github.com/jade-go/jade/diagram"
)

// Sheet makes the charts of a page. What all charts have, their style and their signs, is on the page once.
type Sheet struct{ style, signs string }

// Chart is the chart of a flow, or its recorded run if there is one.
func (s *Sheet) Chart(f *model.Flow) (template.HTML, error) {
	d := diagram.Flow(f.Graph)
	if f.Trace != nil {
		d = diagram.Overlay(f.Graph, f.Trace)
	}
	var b bytes.Buffer
	if err := d.WriteSVG(&b); err != nil {
		return "", err
	}
	return template.HTML(s.apart(b.String())), nil
}

// apart takes from a chart what all charts have.
func (s *Sheet) apart(svg string) string {
	cut := func(from, to string) (inner string) {
		start := strings.Index(svg, from)
		if start < 0 {
			return ""
		}
		end := strings.Index(svg[start:], to)
		if end < 0 {
			return ""
		}
		inner = svg[start+len(from) : start+end]
		svg = svg[:start] + svg[start+end+len(to):]
		return inner
	}
	s.style = cut("<style>", "</style>")
	s.signs = cut("<defs>", "</defs>")
	title := cut(`<title id="about">`, "</title>")
	return strings.Replace(svg, `aria-labelledby="about"`, `aria-label="`+title+`"`, 1)
}

func (s *Sheet) styles() string { return s.style + style }

func (s *Sheet) symbols() string {
	return `<svg class="signs" width="0" height="0" aria-hidden="true"><defs>` + s.signs + `</defs></svg>`
}

// Page is a whole page with a body that is HTML already. It has no script.
func (s *Sheet) Page(title, body string) []byte {
	if s.style == "" { // there is no chart, whose style has the colours
		_, _ = s.Chart(&model.Flow{})
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="%s">
<meta name="color-scheme" content="light dark">
<title>%s</title>
<style>%s</style>
</head>
<body>
%s
<main>
%s</main>
</body>
</html>
`, template.HTMLEscapeString(policy(s.styles(), "")), template.HTMLEscapeString(title), s.styles(), s.symbols(), body)
	return b.Bytes()
}

// Inline is a text in which words between backquotes are code.
func Inline(text string) template.HTML { return inline(text) }
