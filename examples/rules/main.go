// Rules builds two pages, an order page and a group chat, from shared tasks and
// one shared flow of business rules that must pass before anything else runs.
//
// Read pages.go first. rules.go has the rules, services.go the calls, which answer from memory.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
)

// Exit codes.
const (
	exitPages = 0 // both pages are there
	exitNone  = 1 // one is not
	exitUsage = 2
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	r, s, err := parse(args, stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitPages
	case err != nil:
		fmt.Fprintln(stderr, "rules:", err)
		return exitUsage
	}
	return show(newPages(s, log.New(stderr, "rules: ", 0)), r, stdout, stderr)
}

// parse reads the flags. An error of it is one line; [flag.ErrHelp] has printed the usage to help.
func parse(args []string, help io.Writer) (r Request, s *services, err error) {
	trouble := faults{slow: map[string]bool{}, fail: map[string]bool{}}
	flags := flag.NewFlagSet("rules", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&r.User, "user", "mei", "the `name` of who asks; lu is muted")
	flags.StringVar(&r.Subject, "subject", "tea", "the `thing` that the pages are about; ivory is banned")
	flags.Func("slow", "let a `call` take a second", into(trouble.slow))
	flags.Func("fail", "let a `call` fail: its service refuses connections", into(trouble.fail))

	err = flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(help, "rules shows two pages that share their business rules.\n\n"+
			"The calls are "+strings.Join(calls, ", ")+". Their flags may be repeated.\n\n")
		flags.SetOutput(help)
		flags.PrintDefaults()
	case err == nil && flags.NArg() > 0:
		err = fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	return r, &services{trouble.befall}, err
}

// show prints the answers of the pages: one line each.
func show(pages []*page, r Request, stdout, stderr io.Writer) (code int) {
	for _, p := range pages {
		answer, err := future.Run(context.Background(), func(ctx context.Context) (Answer, error) { return p.Do(ctx, r) })
		if err != nil { // not a failure of the page, which it answers itself
			fmt.Fprintln(stderr, "rules:", err)
			return exitNone
		}
		fmt.Fprintln(stdout, answer.Text)
		if answer.Class != recovery.ClassNone {
			code = exitNone
		}
	}
	return code
}
