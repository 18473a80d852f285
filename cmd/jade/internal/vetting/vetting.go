// Package vetting is the command jade vet.
package vetting

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/jade-go/jade/cmd/jade/internal/command"
	"github.com/jade-go/jade/cmd/jade/vet"
)

// Command is jade vet.
var Command = command.Command{
	Name:    "vet",
	Summary: "find mistakes in the use of the library",
	Args:    "[packages]",
	Long: `
jade vet reports mistakes that compile but break a guarantee of the library:

` + list() + `
A comment //jade:ignore outerctx reason, on the line or the line above, excepts one
line from a check. The reason is part of it.

It is go vet with these checks, and go vet remembers what has not changed. Use
go vet -vettool=$(which jade) ./... for the same in a script.

Example:

	jade vet ./...`,
	Flags: func(flags *flag.FlagSet) func(context.Context, command.Streams, []string) error {
		tests := flags.Bool("tests", false, "report findings in files that end with _test.go too")
		json := flags.Bool("json", false, "write the findings as JSON")
		tags := flags.String("tags", "", "build `tags`, separated by commas")
		return func(ctx context.Context, s command.Streams, args []string) error {
			extra := []string{}
			if *tests {
				extra = append(extra, "-tests")
			}
			if *json {
				extra = append(extra, "-json")
			}
			if *tags != "" {
				extra = append(extra, "-tags="+*tags)
			}
			return run(ctx, s, extra, args)
		}
	},
}

// list names the checks with a line for each.
func list() string {
	var b strings.Builder
	for _, a := range vet.Analyzers {
		about, _, _ := strings.Cut(a.Doc, "\n")
		fmt.Fprintf(&b, "  %-11s %s\n", a.Name, strings.TrimPrefix(about, a.Name+": "))
	}
	return b.String()
}

// run runs go vet with this program as the tool.
func run(ctx context.Context, s command.Streams, extra, patterns []string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	args := append([]string{"vet", "-vettool=" + self}, extra...)
	cmd := exec.CommandContext(ctx, "go", append(args, patterns...)...)
	out := &counting{to: s}
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = s.Out, out, time.Second
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err == nil:
		return nil
	case errors.As(err, &exit) && out.findings > 0:
		return command.ErrFindings
	case errors.As(err, &exit):
		return errors.New("go vet has failed: see above")
	}
	return err
}

// counting passes on what go vet writes: findings to the results, and all else, such as the names of packages, to the rest.
type counting struct {
	to       command.Streams
	part     string
	findings int
}

// Write implements [io.Writer].
func (c *counting) Write(p []byte) (int, error) {
	c.part += string(p)
	for {
		line, rest, whole := strings.Cut(c.part, "\n")
		if !whole {
			return len(p), nil
		}
		c.part = rest
		to := c.to.Err
		if isFinding(line) {
			c.findings++
			to = c.to.Out
		}
		if _, err := fmt.Fprintln(to, line); err != nil {
			return 0, err
		}
	}
}

// isFinding reports whether a line of go vet is a finding: file, line and column. Packages that do not build begin with vet:.
func isFinding(line string) bool {
	if strings.HasPrefix(line, "#") || strings.HasPrefix(line, "vet:") {
		return false
	}
	_, after, found := strings.Cut(line, ".go:")
	return found && after != "" && after[0] >= '0' && after[0] <= '9'
}
