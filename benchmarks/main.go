// Command benchmarks measures Jade beside hand-written code and beside the
// libraries that can do the same work, and writes the table of docs/benchmarks.md.
//
// Every row of the table is a kind of work with a yardstick, which is the same
// work by hand, and a budget: what Jade may take. The benchmarks are ordinary
// ones: go test -bench runs them too.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"time"
)

func main() {
	switch err := run(os.Args[1:], os.Stdout, os.Stderr); {
	case err == nil, errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errUsage):
		os.Exit(2)
	default:
		fmt.Fprintln(os.Stderr, "benchmarks:", err)
		os.Exit(1)
	}
}

// errUsage was already explained, by package flag or by parse.
var errUsage = errors.New("usage")

type options struct {
	passes int
	each   time.Duration
	rows   *regexp.Regexp
	print  bool
	file   string
}

func run(args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	if !o.print {
		// Not after minutes of measuring.
		if _, err := place(o.file, ""); err != nil {
			return err
		}
	}
	if err := runFor(o.each); err != nil {
		return err
	}
	chosen := choose(rows, o.rows)
	if len(chosen) == 0 {
		return fmt.Errorf("no row matches %q", o.rows)
	}
	all, err := measure(chosen, o.passes, take, func(pass int, r row) {
		fmt.Fprintf(stderr, "pass %d of %d: %s\n", pass+1, o.passes, r.name)
	})
	if err != nil {
		return err
	}
	summaries := make([]summary, len(all))
	for i, m := range all {
		summaries[i] = m.summary()
	}
	var table strings.Builder
	if err := writeTable(&table, summaries, currentConditions(o.passes, o.each)); err != nil {
		return err
	}
	fmt.Fprint(stdout, table.String())
	if o.print {
		return nil
	}
	return write(o.file, table.String(), stderr)
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	var pattern string
	flags := flag.NewFlagSet("benchmarks", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&o.passes, "passes", 7, "how often each row runs; the table has the medians")
	flags.DurationVar(&o.each, "time", 100*time.Millisecond, "how long one contender runs in one pass, at least")
	flags.StringVar(&pattern, "row", "", "only the rows whose name matches this `regexp`; implies -print")
	flags.BoolVar(&o.print, "print", false, "print the table, and leave the file as it is")
	flags.StringVar(&o.file, "file", "../docs/benchmarks.md", "the `file` to write the table into")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return o, err
		}
		return o, errUsage
	}
	var err error
	o.rows, err = regexp.Compile(pattern)
	switch {
	case err != nil:
	case flags.NArg() > 0:
		err = fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case o.passes < 1:
		err = errors.New("-passes must be at least 1")
	case o.each <= 0:
		err = errors.New("-time must be positive")
	}
	if err != nil {
		fmt.Fprintln(stderr, "benchmarks:", err)
		return o, errUsage
	}
	o.print = o.print || pattern != ""
	return o, nil
}

func choose(from []row, names *regexp.Regexp) []row {
	var chosen []row
	for _, r := range from {
		if names.MatchString(r.name) {
			chosen = append(chosen, r)
		}
	}
	return chosen
}

// write puts the table into the file. A file that does not exist is not made.
func write(file, table string, stderr io.Writer) error {
	doc, err := place(file, table)
	if err != nil {
		return err
	}
	if doc == nil {
		fmt.Fprintf(stderr, "%s does not exist: the table is only printed\n", file)
		return nil
	}
	return os.WriteFile(file, doc, 0o644)
}

// place returns the file's text with the table in its place, or nil if there is
// no such file.
func place(file, table string) ([]byte, error) {
	doc, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	doc, err = splice(doc, table)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return doc, nil
}
