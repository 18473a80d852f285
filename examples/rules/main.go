// Rules builds two pages, an order page and a group chat, from shared tasks and
// one shared flow of business rules that must pass before anything else runs.
//
// Read pages.go first. services.go has the calls, which answer from memory.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/jade-go/jade/future"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run shows both pages, or why a rule refuses them. It returns 1 if one has failed, 2 for wrong flags.
func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("rules", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	user := flags.String("user", "mei", "who asks: `mei`, or lu, who is muted")
	subject := flags.String("subject", "tea", "what about: `tea`, or ivory, which violates a rule")
	err := flags.Parse(args)
	if err == nil && flags.NArg() > 0 {
		err = fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintln(stdout, "rules shows two pages that share their business rules.")
		flags.SetOutput(stdout)
		flags.PrintDefaults()
		return 0
	case err != nil:
		fmt.Fprintln(stderr, "rules:", err)
		return 2
	}
	return show(newPages(&services{}), Request{User: *user, Subject: *subject}, stdout, stderr)
}

func show(p pages, r Request, stdout, stderr io.Writer) (code int) {
	for _, page := range []func(context.Context, Request) (string, error){p.order.Do, p.chat.Do} {
		text, err := future.Run(context.Background(), func(ctx context.Context) (string, error) { return page(ctx, r) })
		if err != nil {
			fmt.Fprintln(stderr, "rules:", strings.ReplaceAll(err.Error(), "\n", " "))
			code = 1
			continue
		}
		fmt.Fprintln(stdout, text)
	}
	return code
}
