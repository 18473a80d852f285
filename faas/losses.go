package faas

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/jade-go/jade/observe"
)

// ServerTiming makes an answer name what it does without, in the header Server-Timing. Browsers show that header beside the request, and
// scripts can read it. It has an entry "lost" for each node, with the name of the node as the description. Without ServerTiming no answer says so.
//
//	Server-Timing: lost;desc="ads", lost;desc="rules/muted"
//
// The names are those in the line "run" of the log. All but visible ASCII characters and spaces is percent-encoded, and so is the percent sign. The
// entries have 1 KiB at most; a last one says how many names are left out. An answer that lacks nothing, or that is a [Problem], has no entry.
func ServerTiming() HTTPOption { return func(s *httpSettings) { s.losses = true } }

// longestLosses is how many bytes the entries have, but for the last one. Proxies refuse answers with large headers.
const longestLosses = 1 << 10

// losses is an observer that notes what the runs of a request do without.
type losses struct {
	mu    sync.Mutex
	names []string
}

// forEffect is the key of the ctx of an effect: what that does without, no answer lacks.
type forEffect struct{}

// Begin implements [observe.Observer].
func (l *losses) Begin(ctx context.Context, c observe.Call) (context.Context, func(observe.Outcome)) {
	if c.Effect {
		return context.WithValue(ctx, forEffect{}, true), nil
	}
	if c.Kind != observe.KindRun || ctx.Value(forEffect{}) != nil {
		return ctx, nil
	}
	return ctx, func(o observe.Outcome) {
		l.mu.Lock()
		defer l.mu.Unlock()
		for _, lost := range o.Losses {
			l.names = append(l.names, strings.Join(append(slices.Clip(c.Path), lost.Node), "/"))
		}
	}
}

// tell puts what was lost into the header.
func (l *losses) tell(to http.Header) {
	l.mu.Lock()
	names := slices.Clone(l.names)
	l.mu.Unlock()
	slices.Sort(names)
	names = slices.Compact(names) // a flow in a flow has told of its own, too
	var entries []string
	left := longestLosses
	for i, name := range names {
		entry := `lost;desc="` + described(name) + `"`
		if left -= len(entry) + len(", "); left < 0 {
			entries = append(entries, fmt.Sprintf(`lost;desc="and %d more"`, len(names)-i))
			break
		}
		entries = append(entries, entry)
	}
	if len(entries) > 0 {
		to.Add("Server-Timing", strings.Join(entries, ", "))
	}
}

// described is name as the inside of a quoted string (RFC 9110, section 5.6.4).
func described(name string) string {
	var b strings.Builder
	for _, c := range []byte(name) {
		switch {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ' || c > '~' || c == '%':
			fmt.Fprintf(&b, "%%%02X", c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
