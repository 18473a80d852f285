package site

import (
	"html/template"
	"strings"
)

// inline is a text in which words between backquotes are code.
func inline(text string) template.HTML {
	parts := strings.Split(text, "`")
	var b strings.Builder
	for i, p := range parts {
		switch {
		case i%2 == 1 && i < len(parts)-1:
			b.WriteString("<code>" + template.HTMLEscapeString(p) + "</code>")
		case i%2 == 1:
			b.WriteString("`" + template.HTMLEscapeString(p))
		default:
			b.WriteString(template.HTMLEscapeString(p))
		}
	}
	return template.HTML(b.String())
}

// paragraphs is a comment as HTML.
func paragraphs(text string) template.HTML {
	var b strings.Builder
	for p := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		switch {
		case strings.TrimSpace(p) == "":
		case strings.HasPrefix(p, "\t"), strings.HasPrefix(p, "    "):
			b.WriteString("<pre>" + template.HTMLEscapeString(p) + "</pre>")
		default:
			b.WriteString("<p>" + string(inline(p)) + "</p>")
		}
	}
	return template.HTML(b.String())
}

// table is a fault matrix: its tables, and the sentences between them.
func table(markdown string) template.HTML {
	var b strings.Builder
	inside := false
	for line := range strings.Lines(markdown) {
		line = strings.TrimSpace(line)
		row := strings.HasPrefix(line, "|")
		if row && strings.Trim(line, "|-: ") == "" {
			continue
		}
		cell := "td"
		if row != inside {
			if row {
				b.WriteString(`<div class="scroll"><table class="matrix">`)
				cell = "th"
			} else {
				b.WriteString("</table></div>")
			}
			inside = row
		}
		if !row {
			if line != "" {
				b.WriteString("<p>" + template.HTMLEscapeString(line) + "</p>")
			}
			continue
		}
		b.WriteString("<tr>")
		for i, c := range strings.Split(strings.Trim(line, "|"), "|") {
			c = strings.TrimSpace(c)
			kind, class := cell, ""
			if i == 0 {
				kind = "th"
			} else if word, _, _ := strings.Cut(c, " "); cell == "td" && word != "" {
				class = ` class="v-` + template.HTMLEscapeString(strings.Trim(word, "-.,")) + `"`
			}
			b.WriteString("<" + kind + class + ">" + template.HTMLEscapeString(c) + "</" + kind + ">")
		}
		b.WriteString("</tr>")
	}
	if inside {
		b.WriteString("</table></div>")
	}
	return template.HTML(b.String())
}
