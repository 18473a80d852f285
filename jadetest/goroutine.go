package jadetest

import (
	"cmp"
	"fmt"
	"path"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// living is a goroutine, as the runtime's dump of all stacks shows it.
type living struct {
	id      int
	state   string // as "chan receive", or "chan receive (durable)" in a bubble
	bubble  string // of testing/synctest; empty: it is in none
	task    string // that it runs for, as labelled; empty: for none, or that is not known
	frames  []frame
	creator frame // of the go statement
	by      int   // the goroutine that executed it; 0: not known
}

// frame is one call on a stack.
type frame struct {
	function string // with its package's path
	file     string
	line     string
}

// leaked marks a state: the garbage collector has found that nothing can wake the goroutine.
const leaked = " (leaked)"

var heading = regexp.MustCompile(`^goroutine (\d+)[^\[]*\[(.+?)(?:,.*| labels:.*)?\]:$`)
var bubbleMark = regexp.MustCompile(`, synctest bubble (\d+)`)

// allLiving lists the goroutines, the caller's first.
func allLiving() []living { return parseLiving(dumped(true)) }

// caller is the caller's goroutine.
func caller() living { return parseLiving(dumped(false))[0] }

func inBubble() bool { return caller().bubble != "" }

func dumped(all bool) string {
	for size := 1 << 14; ; size *= 2 {
		text := make([]byte, size)
		if n := runtime.Stack(text, all); n < size {
			return string(text[:n])
		}
	}
}

func parseLiving(dump string) (all []living) {
	for block := range strings.SplitSeq(strings.TrimSpace(dump), "\n\n") {
		lines := slices.DeleteFunc(strings.Split(block, "\n"), func(line string) bool {
			return strings.HasPrefix(line, "...") // the runtime leaves out the middle of a deep stack
		})
		m := heading.FindStringSubmatch(lines[0])
		if m == nil {
			continue
		}
		g := living{state: m[2]}
		g.id, _ = strconv.Atoi(m[1])
		if b := bubbleMark.FindStringSubmatch(lines[0]); b != nil {
			g.bubble = b[1]
		}
		g.task = labelOf(lines[0])
		for i := 1; i+1 < len(lines); i += 2 { // pairs of a call and its place
			g.add(lines[i], lines[i+1])
		}
		all = append(all, g)
	}
	return all
}

func (g *living) add(call, at string) {
	var f frame
	at, _, _ = strings.Cut(strings.TrimSpace(at), " +0x")
	colon := strings.LastIndexByte(at, ':')
	f.file, f.line = at[:max(0, colon)], at[colon+1:]
	if creator, ok := strings.CutPrefix(call, "created by "); ok {
		name, by, _ := strings.Cut(creator, " in goroutine ")
		f.function = name
		g.by, _ = strconv.Atoi(by)
		g.creator = f
		return
	}
	f.function = call[:max(0, strings.LastIndexByte(call, '('))]
	g.frames = append(g.frames, f)
}

// starts reports whether the function that it began with has that prefix.
func (g living) starts(prefix string) bool { return strings.HasPrefix(g.outermost().function, prefix) }

// within reports whether it is in that function.
func (g living) within(function string) bool {
	return slices.ContainsFunc(g.frames, func(f frame) bool { return f.function == function })
}

// durable reports whether a bubble takes it for blocked.
func (g living) durable() bool { return strings.HasSuffix(g.state, "(durable)") }

// waits reports whether it is blocked, which a goroutine that computes is not.
func (g living) waits() bool {
	switch g.state {
	case "running", "runnable", "idle", "dead", "preempted", "copystack":
		return false
	}
	return true
}

// makesBubble reports whether it is one of those of package synctest itself.
func (g living) makesBubble() bool {
	return strings.HasPrefix(g.state, "synctest") || len(g.frames) > 0 && strings.HasPrefix(g.frames[0].function, "testing/synctest.")
}

// library is where the standard library's files are; empty in a binary that was built with -trimpath.
var library = sync.OnceValue(func() string {
	const own = "fmt/print.go"
	pc := reflect.ValueOf(fmt.Sprint).Pointer()
	file, _ := runtime.FuncForPC(pc).FileLine(pc)
	return strings.TrimSuffix(file, own)
})

const module = "github.com/jade-go/jade/"

// ours reports whether the frame is Jade's own.
func (f frame) ours() bool {
	rest, ok := strings.CutPrefix(f.function, module)
	return ok && !strings.HasPrefix(rest, "examples/") && !strings.HasSuffix(f.file, "_test.go")
}

// users reports whether the frame is neither Jade's nor the standard library's.
func (f frame) users() bool {
	if f.function == "" || f.ours() {
		return false
	}
	if root := library(); root != "" {
		return !strings.HasPrefix(f.file, root)
	}
	pkg, inFolder := f.function, false
	if slash := strings.IndexByte(pkg, '/'); slash >= 0 {
		pkg, inFolder = pkg[:slash], true
	}
	return inFolder && strings.Contains(pkg, ".") || strings.HasPrefix(pkg, "main.")
}

// String is the function and where it is, as "shop.poll (shop/poll.go:12)": the last folder and the file.
func (f frame) String() string {
	folder, file := path.Split(f.file)
	return path.Base(f.function) + " (" + path.Base(folder) + "/" + file + ":" + f.line + ")"
}

// place is where it is, by what a reader will look for in the source.
func (g living) place() string {
	var at frame
	if len(g.frames) > 0 {
		at = g.frames[0]
	}
	if i := slices.IndexFunc(g.frames, frame.users); i >= 0 {
		at = g.frames[i]
	}
	return at.String()
}

// String names the goroutine, in one line.
func (g living) String() string {
	text := g.place()
	if outermost := g.outermost(); outermost.ours() {
		pkg, _, _ := strings.Cut(strings.TrimPrefix(outermost.function, module), ".")
		text += " of a " + cmp.Or(path.Base(pkg), "goroutine")
	}
	text += ", " + strings.Replace(strings.TrimSuffix(g.state, " (durable)"), leaked, ", which nothing can end", 1)
	if g.creator.users() {
		text += ", started by " + g.creator.String()
	}
	return text
}

// outermost is the frame that the goroutine began with.
func (g living) outermost() frame {
	if len(g.frames) == 0 {
		return frame{}
	}
	return g.frames[len(g.frames)-1]
}
