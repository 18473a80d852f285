package jadeslog

import (
	"strings"
	"unicode/utf8"
)

// How many bytes of an error's text and of a stack a record has at most.
const (
	maxText  = 4 << 10
	maxStack = 16 << 10
)

// textOf is the text of an error that may not be ours.
func textOf(err error) (text string) {
	text = "its Error method panicked"
	defer func() { _ = recover() }()
	return cut(err.Error(), maxText)
}

// cut returns at most n bytes of s, whole characters, and says so if that is not all.
func cut(s string, n int) string {
	if len(s) <= n {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return strings.ToValidUTF8(s[:n], "\uFFFD") + "…"
}
