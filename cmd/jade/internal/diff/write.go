package diff

import (
	"bytes"
	"fmt"
	"html/template"
	"strings"

	"github.com/jade-go/jade/cmd/jade/internal/compare"
	"github.com/jade-go/jade/cmd/jade/internal/model"
	"github.com/jade-go/jade/cmd/jade/internal/site"
	"github.com/jade-go/jade/diagram"
)

// markdown writes changes for the comment of a review.
func markdown(changes []compare.Change, revisions string) ([]byte, error) {
	var b bytes.Buffer
	if len(changes) == 0 {
		fmt.Fprintf(&b, "No flow has changed (%s).\n", revisions)
		return b.Bytes(), nil
	}
	fmt.Fprintf(&b, "# Changes of flows, %s\n", revisions)
	for _, c := range changes {
		fmt.Fprintf(&b, "\n## %s (%s)\n\n", c.Title, c.Package)
		for _, l := range c.Lines {
			fmt.Fprintf(&b, "- **%s**: %s\n", l.About, strings.ReplaceAll(strings.ReplaceAll(l.Text, "<", "&lt;"), "|", `\|`))
		}
		if c.Old == nil || c.New == nil || c.Old.Hash == c.New.Hash {
			continue
		}
		for _, side := range []struct {
			title string
			flow  *model.Flow
		}{{"before", c.Old}, {"after", c.New}} {
			var chart bytes.Buffer
			if err := diagram.Flow(side.flow.Graph).WriteMermaid(&chart); err != nil {
				return nil, err
			}
			fmt.Fprintf(&b, "\n<details><summary>%s</summary>\n\n```mermaid\n%s\n```\n\n</details>\n", side.title, strings.TrimSpace(chart.String()))
		}
	}
	return b.Bytes(), nil
}

// html writes changes as a page that needs no other file.
func html(changes []compare.Change, revisions string) ([]byte, error) {
	var body bytes.Buffer
	var sheet site.Sheet
	fmt.Fprintf(&body, "<h1>Changes of flows</h1>\n<p class=\"count\">%s</p>\n", template.HTMLEscapeString(revisions))
	if len(changes) == 0 {
		body.WriteString("<p>No flow has changed.</p>\n")
	}
	for _, c := range changes {
		fmt.Fprintf(&body, "<h2>%s</h2>\n<p class=\"count\">%s</p>\n<ul class=\"plain\">\n", template.HTMLEscapeString(c.Title), template.HTMLEscapeString(c.Package))
		for _, l := range c.Lines {
			fmt.Fprintf(&body, "<li><b>%s</b>: %s</li>\n", l.About, site.Inline(l.Text))
		}
		body.WriteString("</ul>\n")
		for _, side := range []struct {
			title string
			flow  *model.Flow
		}{{"Before", c.Old}, {"After", c.New}} {
			if side.flow == nil || c.Old != nil && c.New != nil && c.Old.Hash == c.New.Hash {
				continue
			}
			chart, err := sheet.Chart(side.flow)
			if err != nil {
				return nil, err
			}
			fmt.Fprintf(&body, "<h3>%s</h3>\n<div class=\"scroll chart\">%s</div>\n", side.title, chart)
		}
	}
	return sheet.Page("Changes of flows", body.String()), nil
}
