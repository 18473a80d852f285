// Package command has what all commands of jade share: how one is chosen, its flags and help text, and its exit code.
package command

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os/signal"
	"strings"
	"syscall"
)

// Exit codes.
const (
	exitDone     = 0
	exitFindings = 1
	exitFailed   = 2
)

// Command is one command, such as doc.
type Command struct {
	Name    string
	Summary string // one line, without a full stop
	Args    string // what follows the flags, such as "[packages]"
	Long    string // what it does, how, and an example
	// Flags declares the flags, and returns what runs the command after they were read.
	Flags func(*flag.FlagSet) func(ctx context.Context, io Streams, args []string) error
}

// Streams are where a command writes to: Out has the results, and Err all else.
type Streams struct{ Out, Err io.Writer }

// ErrFindings ends a command with exit code 1. It has said what it has found.
var ErrFindings = errors.New("findings")

// UsageError ends a command with a hint how to use it.
type UsageError struct{ Text string }

func (e *UsageError) Error() string { return e.Text }

// Usage returns a [UsageError].
func Usage(format string, args ...any) error { return &UsageError{fmt.Sprintf(format, args...)} }

// Main runs one of the commands and returns the exit code. An interrupt ends the ctx of the command.
func Main(commands []Command, args []string, out, err io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	return Run(ctx, commands, args, Streams{out, err})
}

// Run is [Main] with a ctx.
func Run(ctx context.Context, commands []Command, args []string, s Streams) int {
	if len(args) == 0 {
		overview(s.Err, commands)
		return exitFailed
	}
	name, rest := args[0], args[1:]
	switch name {
	case "help", "-h", "-help", "--help":
		if len(rest) == 0 {
			overview(s.Out, commands)
			return exitDone
		}
		name, rest = rest[0], []string{"-h"}
	}
	for _, c := range commands {
		if c.Name == name {
			return c.run(ctx, rest, s)
		}
	}
	fmt.Fprintf(s.Err, "jade: there is no command %q: see jade help\n", name)
	return exitFailed
}

func (c Command) run(ctx context.Context, args []string, s Streams) int {
	flags := flag.NewFlagSet(c.Name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	work := c.Flags(flags)
	rest, err := parse(flags, args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		c.help(s.Out, flags)
		return exitDone
	case err != nil:
		fmt.Fprintf(s.Err, "jade %s: %v: see jade %s -h\n", c.Name, err, c.Name)
		return exitFailed
	}
	err = work(ctx, s, rest)
	var usage *UsageError
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, ErrFindings):
		return exitFindings
	case errors.As(err, &usage):
		fmt.Fprintf(s.Err, "jade %s: %v: see jade %s -h\n", c.Name, usage, c.Name)
	default:
		fmt.Fprintf(s.Err, "jade %s: %s\n", c.Name, strings.TrimSpace(err.Error()))
	}
	return exitFailed
}

// parse reads flags before and after the arguments. What follows "--" is an argument.
func parse(flags *flag.FlagSet, args []string) (rest []string, err error) {
	for {
		if err := flags.Parse(args); err != nil {
			return nil, err
		}
		read := args[:len(args)-flags.NArg()]
		args = flags.Args()
		if len(args) == 0 || len(read) > 0 && read[len(read)-1] == "--" {
			return append(rest, args...), nil
		}
		rest, args = append(rest, args[0]), args[1:]
	}
}

func overview(w io.Writer, commands []Command) {
	fmt.Fprintln(w, "jade works on programs that use github.com/jade-go/jade.")
	fmt.Fprintln(w)
	for _, c := range commands {
		fmt.Fprintf(w, "  jade %-8s %s\n", c.Name, c.Summary)
	}
	fmt.Fprintln(w)
	fmt.Fprintln(w, "jade help <command> describes a command. Exit codes: 0 done, 1 findings, 2 wrong usage or failed.")
}

func (c Command) help(w io.Writer, flags *flag.FlagSet) {
	fmt.Fprintf(w, "usage: jade %s [flags] %s\n\n%s\n", c.Name, c.Args, strings.TrimSpace(c.Long))
	any := false
	flags.VisitAll(func(*flag.Flag) { any = true })
	if any {
		fmt.Fprintln(w, "\nFlags:")
		flags.SetOutput(w)
		flags.PrintDefaults()
	}
}
