package jadetest

import (
	"regexp"
	"runtime"
	"strconv"
	"strings"
)

// parked is a goroutine as the runtime's dump of all stacks shows it.
type parked struct {
	id     int
	state  string // such as "chan receive" or "select (durable)"
	bubble int    // of testing/synctest; 0: it is in none
	place  string // its first function that is neither Jade's nor the standard library's, with file and line; else its first
}

// durable reports whether virtual time may pass meanwhile.
func (g parked) durable() bool { return strings.HasSuffix(g.state, "(durable)") }

// testing reports whether it is one of those that make a bubble.
func (g parked) testing() bool {
	return strings.HasPrefix(g.state, "synctest") || strings.HasPrefix(g.place, "testing/synctest.")
}

// waiting reports whether it is blocked, which a goroutine that computes is not.
func (g parked) waiting() bool {
	switch g.state {
	case "running", "runnable", "idle", "dead", "preempted", "copystack":
		return false
	}
	return true
}

var header = regexp.MustCompile(`^goroutine (\d+)[^\[]*\[([^,\]]+)(?:,[^\]]*)?\]:$`)
var bubbleOf = regexp.MustCompile(`synctest bubble (\d+)`)

// goroutines lists all of them, the caller's first.
func goroutines() []parked { return parseStacks(string(stacks(true))) }

// ownBubble is the bubble that the caller is in.
func ownBubble() int { return parseStacks(string(stacks(false)))[0].bubble }

func stacks(all bool) []byte {
	for size := 1 << 14; ; size *= 2 {
		buf := make([]byte, size)
		if n := runtime.Stack(buf, all); n < size {
			return buf[:n]
		}
	}
}

func parseStacks(dump string) (all []parked) {
	for block := range strings.SplitSeq(dump, "\n\n") {
		lines := strings.Split(strings.TrimRight(block, "\n"), "\n")
		m := header.FindStringSubmatch(lines[0])
		if m == nil {
			continue
		}
		g := parked{state: m[2], place: placeOf(lines[1:])}
		g.id, _ = strconv.Atoi(m[1])
		if b := bubbleOf.FindStringSubmatch(lines[0]); b != nil {
			g.bubble, _ = strconv.Atoi(b[1])
		}
		all = append(all, g)
	}
	return all
}

// placeOf is the function that a reader looks for: lines are pairs of a call and its place.
func placeOf(lines []string) string {
	first := ""
	for i := 0; i+1 < len(lines); i += 2 {
		call, at := strings.TrimPrefix(lines[i], "created by "), strings.TrimSpace(lines[i+1])
		if cut := strings.Index(call, " in goroutine "); cut > 0 {
			call = call[:cut]
		}
		if cut := strings.LastIndexByte(call, '('); cut > 0 && strings.HasSuffix(call, ")") {
			call = call[:cut]
		}
		at, _, _ = strings.Cut(at, " +0x")
		place := call + " (" + shortPath(at) + ")"
		if first == "" {
			first = place
		}
		if foreign(call) {
			return place
		}
	}
	return first
}

// foreign reports whether a function is neither Jade's nor of the standard library.
func foreign(call string) bool {
	if rest, ok := strings.CutPrefix(call, "github.com/jade-go/jade/"); ok {
		pkg, _, _ := strings.Cut(rest, ".")
		return strings.HasSuffix(pkg, "_test") || strings.Contains(pkg, "examples/")
	}
	root, _, path := strings.Cut(call, "/")
	pkg, _, _ := strings.Cut(root, ".")
	return path && strings.Contains(root, ".") || pkg == "main"
}

// shortPath is the last folder of a path, and the rest.
func shortPath(at string) string {
	if i := strings.LastIndexByte(at, '/'); i > 0 {
		if j := strings.LastIndexByte(at[:i], '/'); j >= 0 {
			return at[j+1:]
		}
	}
	return at
}
