package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jade-go/jade/examples/checkout/services"
	"github.com/jade-go/jade/examples/checkout/shop"
)

// options is what the flags say.
type options struct {
	dir    string // of the journal and the books
	id     string // of the order
	killAt string
	faults services.Faults
}

// parse reads the flags. An error of it is one line; [flag.ErrHelp] has printed the usage to help.
func parse(args []string, help io.Writer) (o options, err error) {
	slow := false
	set := flag.NewFlagSet("checkout", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.StringVar(&o.dir, "dir", filepath.Join(os.TempDir(), "jade-checkout"), "keep the journal and the books of the services in this `folder`")
	set.StringVar(&o.id, "order", "o-1", "`id` of the order; an order that was begun goes on")
	set.StringVar(&o.killAt, "kill-at", "", "kill the program (SIGKILL) when a service has done this `call`, and before that is recorded")
	set.StringVar(&o.faults.Refuse, "fail", "", "a service refuses this `call`: what was done for the order is undone")
	set.BoolVar(&slow, "slow", false, "the services think for a second: time to kill the program by hand")

	err = set.Parse(args)
	if slow {
		o.faults.Think = time.Second
	}
	switch {
	case errors.Is(err, flag.ErrHelp):
		usage(set, help)
	case err != nil:
	case set.NArg() > 0:
		err = fmt.Errorf("unexpected argument %q", set.Arg(0))
	case o.dir == "":
		err = errors.New("flag -dir is empty")
	case o.id == "":
		err = errors.New("flag -order is empty")
	default:
		err = errors.Join(known("kill-at", o.killAt), known("fail", o.faults.Refuse))
	}
	return o, err
}

func usage(set *flag.FlagSet, w io.Writer) {
	fmt.Fprint(w, "checkout takes an order that survives a crash.\n\n"+
		"The calls are "+calls()+"; recall, refund and release undo.\n"+
		"Run it again with the same -order after a crash.\n\n")
	set.SetOutput(w)
	set.PrintDefaults()
}

func known(name, action string) error {
	if action == "" || slices.Contains(strings.Split(calls(), ", "), action) {
		return nil
	}
	return fmt.Errorf("invalid value %q for flag -%s: want one of %s", action, name, calls())
}

func calls() string {
	var names []string
	for _, a := range services.Actions {
		names = append(names, a.Name)
	}
	return strings.Join(names, ", ")
}

// order is what is bought.
func (o options) order() shop.Order {
	return shop.Order{ID: o.id, Item: "tea tin, jade green", Count: 2, Cents: 4500, Mail: "ada@example.com", City: "Ghent"}
}
