// Package excerpt makes texts that are kept or written short enough, and ones of any encoding.
package excerpt

import (
	"strings"
	"unicode/utf8"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/errtree"
)

// How many bytes of an error's text and of a stack are kept.
const (
	MaxText  = 4 << 10
	MaxStack = 16 << 10
)

// OfError is the text of an error that may be anybody's.
func OfError(err error) string {
	text := "its text could not be had" // as it has ended its goroutine
	errtree.Apart(func() {
		defer func() {
			if recover() != nil {
				text = "its Error method panicked"
			}
		}()
		text = err.Error()
	})
	return Of(text, MaxText)
}

// OfPanic is the value of a panic and its stack.
func OfPanic(p *future.PanicError) (value, stack string) {
	return Of(strings.TrimPrefix(p.Error(), "panic: "), MaxText), Of(p.Stack(), MaxStack)
}

// Of returns at most n bytes of s, whole characters, and says so if that is not all.
func Of(s string, n int) string {
	if len(s) <= n {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return strings.ToValidUTF8(s[:n], "\uFFFD") + "…"
}
