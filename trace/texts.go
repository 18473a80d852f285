package trace

import (
	"strings"
	"unicode/utf8"

	"github.com/jade-go/jade/task"
)

// texts is what a span keeps of a failure. An error itself is not kept: it may hold on to anything.
type texts struct{ err, panic, stack string }

// How many bytes of an error's text and of a stack are kept.
const (
	maxText  = 4 << 10
	maxStack = 16 << 10
)

// textsOf returns the texts of an outcome's failure. A span that was skipped has none:
// why it was not started is what the run failed of.
func textsOf(o task.Outcome) (t texts) {
	if o.Err == nil || o.Status == task.Skipped {
		return t
	}
	t.err = textOf(o.Err)
	if o.Panic != nil {
		t.panic = cut(strings.TrimPrefix(o.Panic.Error(), "panic: "), maxText)
		t.stack = cut(o.Panic.Stack(), maxStack)
	}
	return t
}

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
