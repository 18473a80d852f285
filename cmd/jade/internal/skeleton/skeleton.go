// Package skeleton is the command jade new. It writes a small program with its tests, for a user to go on with.
package skeleton

import (
	"context"
	"flag"
	"fmt"

	"github.com/jade-go/jade/cmd/jade/internal/command"
)

// Command is jade new.
var Command = command.Command{
	Name:    "new",
	Summary: "begin a handler, a flow or a task, with its tests",
	Args:    "handler|flow|task",
	Long: `
New writes a small package that compiles, and whose tests pass. You replace its calls and types by yours.

  handler  a flow of three calls as a handler, with its main program
  flow     the same flow without a handler
  task     one call with limits, repetitions and a substitute

The tests try every fault of every call, and look for leaks. New works inside of a module: it looks for go.mod in the
folder and in those above. It overwrites no file, and uses no network.

Example:

  jade new handler -name order-page -package orderpage -for http -in OrderRequest -out OrderPage
  go test -race ./orderpage/...`,
	Flags: func(flags *flag.FlagSet) func(context.Context, command.Streams, []string) error {
		var r request
		flags.StringVar(&r.Name, "name", "", "`name` of the flow or the task, such as order-page")
		flags.StringVar(&r.Package, "package", "", "`name` of the Go package, such as orderpage")
		flags.StringVar(&r.platform, "for", "", "`platform` of a handler: http, fc (Alibaba Function Compute) or lambda (AWS); without it: http")
		flags.StringVar(&r.In, "in", "Request", "`type` of the input; the package declares it")
		flags.StringVar(&r.Out, "out", "Reply", "`type` of the answer; the package declares it")
		flags.StringVar(&r.dir, "dir", "", "`folder` to write to; without it: the name of the package")
		return func(_ context.Context, s command.Streams, args []string) error {
			if len(args) != 1 {
				return command.Usage("want handler, flow or task")
			}
			r.kind = args[0]
			return r.write(s)
		}
	},
}

// request is what a user has asked for. The templates use its exported fields.
type request struct {
	kind, platform, dir string

	Name, Package, In, Out string
	Import                 string // path of the package
}

// Handler reports whether the package has a handler.
func (r request) Handler() bool { return r.kind == "handler" }

// Flow is the function that makes the flow.
func (r request) Flow() string {
	if r.Handler() {
		return "newFlow"
	}
	return "New"
}

func (r request) write(s command.Streams) error {
	if err := r.check(); err != nil {
		return err
	}
	if r.dir == "" {
		r.dir = r.Package
	}
	mod, err := findModule(r.dir)
	if err != nil {
		return err
	}
	if r.Import, err = mod.importPath(r.dir); err != nil {
		return err
	}
	files, err := r.render()
	if err != nil {
		return err
	}
	if err := create(r.dir, files); err != nil {
		return err
	}
	for _, f := range files {
		fmt.Fprintln(s.Out, "wrote", slashed(r.dir, f.path))
	}
	fmt.Fprintln(s.Out, "next:")
	for _, line := range r.next(mod) {
		fmt.Fprintln(s.Out, " ", line)
	}
	return nil
}

// next are the commands to run next.
func (r request) next(mod *goModule) (lines []string) {
	needed := []string{library}
	if r.Handler() && r.platform == "lambda" {
		needed = append(needed, library+"/faas/lambda")
	}
	for _, path := range needed {
		if !mod.requires(path) {
			lines = append(lines, "go get "+path+"@latest")
		}
	}
	if len(lines) > 0 {
		lines = append(lines, "go mod tidy")
	}
	return append(lines, mod.test(r.dir))
}
