package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// options is what the flags say.
type options struct {
	style    string // one of styles
	html     string // file for the picture of the run
	debug    string // address to serve pictures at
	deadline time.Duration
	faults   faults
	bugs     names // see -panic

	rush      bool
	unguarded bool
}

// parse reads the flags. An error of it is one line; [flag.ErrHelp] has
// printed the usage to help.
func parse(args []string, help io.Writer) (options, error) {
	o := options{
		faults: faults{slow: map[string]time.Duration{}, fail: names{}, down: names{}, hang: names{}},
		bugs:   names{},
	}
	set := flag.NewFlagSet("orderpage", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.StringVar(&o.style, "style", "flow", "gather the page by a `flow`, or by futures")
	set.DurationVar(&o.deadline, "deadline", 800*time.Millisecond, "answer within this `time`")
	set.StringVar(&o.html, "html", "", "write a page that shows the run to this `file`")
	set.StringVar(&o.debug, "debug", "", "then serve pages of the flow and its runs at this `address`, such as 127.0.0.1:0, until interrupted")
	set.BoolVar(&o.rush, "rush", false, "fire 2,000 requests in four seconds, half of them for one item, at the page with guards and without")
	set.BoolVar(&o.unguarded, "unguarded", false, "with -rush: only without guards")
	set.Func("slow", "answer after this time; such as coupons=400ms (`service=time`)", o.faults.slower)
	set.Func("fail", "answer HTTP 500 (`service`)", o.faults.fail.add)
	set.Func("down", "refuse connections (`service`)", o.faults.down.add)
	set.Func("hang", "accept, and never answer (`service`)", o.faults.hang.add)
	set.Func("panic", "dereference nil in the page's own code for a `service`", o.bugs.add)

	err := set.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		usage(set, help)
	case err != nil:
	case set.NArg() > 0:
		err = fmt.Errorf("unexpected argument %q", set.Arg(0))
	case styles[o.style] == nil:
		err = fmt.Errorf("invalid value %q for flag -style: want flow or futures", o.style)
	case o.unguarded && !o.rush:
		err = errors.New("flag -unguarded is for -rush")
	case o.rush && o.debug != "":
		err = errors.New("flag -debug is not for -rush")
	case o.deadline <= 0:
		err = fmt.Errorf("invalid value %q for flag -deadline: must be positive", o.deadline)
	}
	return o, err
}

func usage(set *flag.FlagSet, w io.Writer) {
	fmt.Fprint(w, "orderpage gathers the page of one order from six HTTP services.\n\n"+
		"The services are "+serviceNames()+".\n"+
		"Every flag of a fault may be repeated, and takes a list: -fail freight,coins.\n"+
		"Of several faults of one service, the first of down, hang, fail and panic shows.\n\n")
	set.SetOutput(w)
	set.PrintDefaults()
}

// add is the flag that adds a list of services to the set.
func (n names) add(list string) error {
	for name := range strings.SplitSeq(list, ",") {
		if err := known(name); err != nil {
			return err
		}
		n[name] = true
	}
	return nil
}

// slower is the flag that gives services another latency.
func (f faults) slower(list string) error {
	for entry := range strings.SplitSeq(list, ",") {
		name, text, ok := strings.Cut(entry, "=")
		if !ok {
			return errors.New("want service=time, such as coupons=400ms")
		}
		if err := known(name); err != nil {
			return err
		}
		latency, err := time.ParseDuration(text)
		if err != nil {
			return err
		}
		if latency <= 0 {
			return fmt.Errorf("%s: must be positive", latency)
		}
		f.slow[name] = latency
	}
	return nil
}

func known(name string) error {
	if slices.Contains(plan, name) {
		return nil
	}
	return fmt.Errorf("unknown service %q: want one of %s", name, serviceNames())
}

func serviceNames() string {
	return strings.Join(plan, ", ")
}
