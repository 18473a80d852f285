package jadetest

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
	"sync"
)

// The runtime ends the process if a channel, timer or WaitGroup of one bubble is used in another, or outside of any. No
// code of that process runs any more, so another one, of the same program, reads what it writes last, and explains it.

// explainVariable is set, to anything, in the process that explains.
const explainVariable = "JADETEST_EXPLAIN"

func init() {
	if os.Getenv(explainVariable) == "" {
		return
	}
	dump, _ := io.ReadAll(os.Stdin) // until the process that is watched has ended
	fmt.Fprint(os.Stderr, explained(string(dump)))
	os.Exit(0)
}

// explainCrossings starts that process, once. Where no process can be started there is no explanation.
var explainCrossings = sync.OnceFunc(func() {
	program, err := os.Executable()
	if err != nil {
		return
	}
	read, write, err := os.Pipe()
	if err != nil {
		return
	}
	defer func() { _, _ = read.Close(), write.Close() }()
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), explainVariable+"=1")
	cmd.Stdin, cmd.Stderr = read, os.Stderr
	if cmd.Start() == nil {
		_ = debug.SetCrashOutput(write, debug.CrashOptions{})
	}
})

// explained says what a process died of, if it was of that. The runtime writes there all that it writes after the line of
// the error itself: first the stack of who did it, without frames of the runtime.
func explained(dump string) string {
	all := parseLiving(dump)
	if !strings.HasPrefix(strings.TrimSpace(dump), "goroutine ") || len(all) == 0 || len(all[0].frames) == 0 {
		return ""
	}
	g := all[0]
	if g.state != "running" {
		return "" // the runtime has found all of them blocked
	}
	what := "channel"
	switch top := g.frames[0].function; {
	case g.within("sync.(*WaitGroup).Add"):
		what = "WaitGroup"
	case strings.HasPrefix(top, "time."):
		what = "timer"
	case strings.HasPrefix(top, "runtime."), strings.HasPrefix(top, "internal/"), strings.HasPrefix(top, "sync."):
		return "" // another mistake, such as a map that two write to at once
	}
	where := "outside of any"
	if g.bubble != "" {
		where = "in another one"
	}
	who := g.place()
	if g.task != "" {
		who = g.task + ": " + who
	}
	return fmt.Sprintf("jadetest: %s: a %s that was made in one bubble of testing/synctest is used %s, for which the runtime ends the process.\n"+
		"\tEach run of jadetest.Faults, and each seed of jadetest.Schedules, has a bubble of its own. "+
		"Make the %[2]s anew in each run, or put a fake in the place of what keeps it: see jadetest.Replace.\n", who, what, where)
}
