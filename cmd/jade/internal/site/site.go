// Package site writes documents of flows as one HTML page that needs no other file: with search, for light and dark surroundings, wide and narrow windows.
package site

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
	"sync"

	"github.com/jade-go/jade/cmd/jade/internal/model"
	"github.com/jade-go/jade/diagram"
)

var (
	//go:embed site.html
	text string
	//go:embed site.css
	style string
	//go:embed site.js
	script string

	page = sync.OnceValue(func() *template.Template {
		return template.Must(template.New("site").Funcs(template.FuncMap{
			"code": inline, "paragraphs": paragraphs, "join": strings.Join, "first": synopsis, "table": table,
			"flowID": flowID, "taskID": taskID, "pkgID": pkgID, "part": func(title string, v model.Value) part { return part{title, v} },
		}).Parse(text))
	})
)

// Write writes the page.
func Write(w io.Writer, m *model.Model) error {
	s := site{Model: m, Script: template.JS(script), charts: map[*model.Flow]template.HTML{}}
	var chartStyle, signs string
	for _, pkg := range m.Packages {
		for _, f := range pkg.Flows {
			var b bytes.Buffer
			if err := chart(f).WriteSVG(&b); err != nil {
				return err
			}
			var body string
			body, chartStyle, signs = apart(b.String())
			s.charts[f] = template.HTML(body)
			s.Flows++
		}
		s.Tasks += len(pkg.Tasks)
	}
	s.Style, s.Signs = template.CSS(chartStyle+style), template.HTML(`<svg class="signs" width="0" height="0" aria-hidden="true">`+signs+`</svg>`)
	s.Policy = fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'", digest(string(s.Style)), digest(script))
	var out bytes.Buffer
	if err := page().Execute(&out, s); err != nil {
		return err
	}
	_, err := w.Write(out.Bytes())
	return err
}

// chart is what is drawn of a flow: its recorded run, if there is one.
func chart(f *model.Flow) *diagram.Diagram {
	if f.Trace != nil {
		return diagram.Overlay(f.Graph, f.Trace)
	}
	return diagram.Flow(f.Graph)
}

// apart takes from a chart what all charts have: its style and its signs. The page has those once.
func apart(svg string) (body, style, signs string) {
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
	style = cut("<style>", "</style>")
	signs = "<defs>" + cut("<defs>", "</defs>") + "</defs>"
	title := cut(`<title id="about">`, "</title>")
	return strings.Replace(svg, `aria-labelledby="about"`, `aria-label="`+title+`"`, 1), style, signs
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// site is what the template is filled with.
type site struct {
	*model.Model
	Flows, Tasks int
	Style        template.CSS
	Script       template.JS
	Signs        template.HTML
	Policy       string
	charts       map[*model.Flow]template.HTML
}

// part is an input or an output with its title.
type part struct {
	Title string
	Value model.Value
}

func pkgID(pkg *model.Package) string { return "p/" + pkg.Path }

func flowID(f *model.Flow) string { return "f/" + f.Package.Path + "/" + f.ID }

func taskID(t *model.Task) string {
	if t.Package == nil {
		return ""
	}
	return "t/" + t.Package.Path + "/" + t.ID
}

// shown is a flow with its chart.
type shown struct {
	*model.Flow
	Chart template.HTML
	Path  string // the critical path of its recorded run, in words
}

// Of is what the page shows of a flow.
func (s site) Of(f *model.Flow) shown { return shown{f, s.charts[f], f.CriticalPath()} }
