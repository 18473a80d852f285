package notes

import (
	"bytes"
	"log/slog"
	"sync"
	"testing"
)

// Text is a writer whose text can be read meanwhile. The zero Text is empty.
type Text struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements [io.Writer].
func (t *Text) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.Write(p)
}

// String returns what was written so far.
func (t *Text) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}

// Log returns what the default logger writes from now until the test ends.
func Log(t testing.TB) *Text {
	text, before := new(Text), slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(text, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	return text
}
