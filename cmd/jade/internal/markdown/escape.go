package markdown

import (
	"strings"
	"unicode"
)

// line is a text in one line: without control characters, and with single spaces.
func line(text string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return ' '
		}
		return r
	}, text)), " ")
}

var special = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "&", "&amp;", "|", `\|`, "#", `\#`, "~", `\~`, "!", `\!`, "$", `\$`,
)

// plain is a text as Markdown shows it, in one line. Words that stand between backquotes are code.
func plain(text string) string {
	parts := strings.Split(line(text), "`")
	if len(parts)%2 == 0 { // a backquote without a partner
		return special.Replace(line(text))
	}
	for i := range parts {
		if i%2 == 0 {
			parts[i] = special.Replace(parts[i])
		} else {
			parts[i] = code(parts[i])
		}
	}
	return strings.Join(parts, "")
}

// code is a text as code, which may stand in a table.
func code(text string) string {
	text = line(text)
	if text == "" {
		return ""
	}
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	text = strings.ReplaceAll(text, "|", `\|`)
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " "
	}
	return fence + text + fence
}

// paragraphs is a comment: each paragraph in a line of its own. Lines that are code or lists in a Go comment keep their form.
func paragraphs(text string) string {
	var out []string
	for p := range strings.SplitSeq(text, "\n\n") {
		if strings.HasPrefix(p, "\t") || strings.HasPrefix(p, "    ") {
			out = append(out, "    "+strings.ReplaceAll(strings.ReplaceAll(strings.Trim(p, "\n"), "\n", "\n    "), "\t", ""))
			continue
		}
		if words := plain(p); words != "" {
			out = append(out, words)
		}
	}
	return strings.Join(out, "\n\n")
}
