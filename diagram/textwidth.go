package diagram

import (
	"strings"
	"unicode"
)

// No font is at hand where a diagram is laid out, so widths are estimated: by
// DejaVu Sans Bold, which is among the widest that a browser may choose. A text that is
// narrower than it was thought to be does no harm.

// widthOf is how wide a text is at most, in pixels, in letters of that size.
func widthOf(text string, size int) int {
	thousandths := 0
	for _, r := range text {
		thousandths += runeWidth(r)
	}
	return (thousandths*size + 999) / 1000
}

// runeWidth is in thousandths of the size of the letters.
func runeWidth(r rune) int {
	switch {
	case strings.ContainsRune(" .,:;'|!-/()[]{}ijlfrtI\"`*", r):
		return 540
	case strings.ContainsRune("mwMW@%&", r):
		return 1110
	case 'A' <= r && r <= 'Z':
		return 880
	case r < 0x7f:
		return 730
	case doubleWidth(r):
		return 1460
	case unicode.In(r, unicode.Mn, unicode.Cf):
		return 200
	case 0xfb50 <= r && r < 0xfe00: // whole Arabic words, and one whole sentence
		return 12_000
	}
	return 1350
}

// doubleWidth reports whether r fills a square, as Chinese characters and emoji do.
func doubleWidth(r rune) bool {
	switch {
	case r < 0x1100:
		return false
	case r < 0x1160, 0x2600 <= r && r < 0x27c0, 0x2b00 <= r && r < 0x2c00, 0x2e80 <= r && r < 0xd800:
		return true
	case 0xf900 <= r && r < 0xfb00, 0xfe30 <= r && r < 0xfe70, 0xff00 <= r && r < 0xffe7:
		return true
	}
	return r >= 0x10000
}

// oneLine is a text as it is written in a box: line breaks and the like become
// signs, and no name is shown as nothing.
func oneLine(text string) string {
	if strings.TrimSpace(text) == "" {
		return "(no name)"
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return '↵'
		case r == '\t':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r): // which would turn around what stands after it
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(text, string(unicode.ReplacementChar)))
}

// shorten leaves out the middle of a text that is wider than most, in pixels.
func shorten(text string, size, most int) string {
	if widthOf(text, size) <= most {
		return text
	}
	runes := []rune(text)
	room := most*1000/size - runeWidth('…')
	head, tail := 0, len(runes)
	for front := true; head < tail; front = !front {
		next := runes[head]
		if !front {
			next = runes[tail-1]
		}
		if room -= runeWidth(next); room < 0 {
			break
		}
		if front {
			head++
		} else {
			tail--
		}
	}
	for head > 0 && runes[head-1] == joiner { // what is joined is one sign
		head--
	}
	for tail < len(runes) && unicode.In(runes[tail], unicode.M, unicode.Cf) {
		tail++
	}
	return string(runes[:head]) + "…" + string(runes[tail:])
}

// joiner makes one emoji of those around it.
const joiner = '\u200d'
