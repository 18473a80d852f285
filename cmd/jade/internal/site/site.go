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
			"code": inline, "paragraphs": paragraphs, "join": strings.Join, "first": model.Synopsis, "table": table,
			"flowID": flowID, "taskID": taskID, "pkgID": pkgID, "part": func(title string, v model.Value) part { return part{title, v} },
		}).Parse(text))
	})
)

// Write writes the page.
func Write(w io.Writer, m *model.Model) error {
	s := site{Model: m, Script: template.JS(script), charts: map[*model.Flow]template.HTML{}}
	var sheet Sheet
	for _, pkg := range m.Packages {
		for _, f := range pkg.Flows {
			c, err := sheet.Chart(f)
			if err != nil {
				return err
			}
			s.charts[f] = c
			s.Flows++
		}
		s.Tasks += len(pkg.Tasks)
	}
	s.Style, s.Signs = template.CSS(sheet.styles()), template.HTML(sheet.symbols())
	s.Policy = policy(string(s.Style), script)
	var out bytes.Buffer
	if err := page().Execute(&out, s); err != nil {
		return err
	}
	_, err := w.Write(out.Bytes())
	return err
}

func policy(style, script string) string {
	return fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'", digest(style), digest(script))
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
