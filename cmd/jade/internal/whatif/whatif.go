// Package whatif is the command jade whatif. It forecasts from recorded runs what a change of a call would do to the answers.
package whatif

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/jade-go/jade/cmd/jade/internal/command"
	"github.com/jade-go/jade/cmd/jade/internal/forecast"
)

// Command is jade whatif.
var Command = command.Command{
	Name:    "whatif",
	Summary: "forecast from recorded runs what another limit would do",
	Args:    "traces",
	Long: `
Whatif reads recorded traces and replays each run with the changes: a call with another limit (-timeout), a call that takes
less time (-faster), or a call that is not there (-drop). It prints for each flow how long answers take and how many are
degraded or failed, before and after. Each flag may be given several times. In a nested flow the name of a call is its path,
such as rules/muted.

The traces are files, or folders with files *.json. A file has a trace as JSON (trace.Trace), an array of traces, or a trace
on each line. The name "-" is the standard input.

A call begins as long after its inputs as it did when it was recorded, and takes as long as it did. A limit is for the whole
call with all its attempts. If a call is late, whatif looks whether a run shows a value in its place, and says so. If a
call was cut off when it was recorded, its real time is not known. If the answer would depend on that, the run is
counted as not known.

Example:

  jade whatif -timeout coupons=80ms traces`,
	Flags: func(flags *flag.FlagSet) func(context.Context, command.Streams, []string) error {
		changes := forecast.Changes{Timeout: map[string]time.Duration{}, Faster: map[string]time.Duration{}, Drop: map[string]bool{}}
		flags.Func("timeout", "`call=limit`: the call has this limit, as in coupons=80ms", into(changes.Timeout))
		flags.Func("faster", "`call=time`: the call takes this much less time, as in item=20ms", into(changes.Faster))
		flags.Func("drop", "`call` that takes no time and does not fail", func(name string) error {
			if name == "" {
				return errors.New("want the name of a call")
			}
			changes.Drop[name] = true
			return nil
		})
		asJSON := flags.Bool("json", false, "print JSON; times are in nanoseconds")
		return func(ctx context.Context, s command.Streams, args []string) error {
			if err := check(changes, args); err != nil {
				return err
			}
			l := loader{stdin: os.Stdin, err: s.Err, begun: time.Now()}
			traces, err := l.load(ctx, args)
			if err != nil {
				return err
			}
			all, err := forecast.Of(traces, changes)
			if err != nil {
				return err
			}
			return write(s.Out, all, *asJSON)
		}
	},
}

// into reads "call=time" into a map.
func into(times map[string]time.Duration) func(string) error {
	return func(text string) error {
		i := strings.LastIndex(text, "=")
		if i < 1 {
			return errors.New("want a call and a time, as in coupons=80ms")
		}
		d, err := time.ParseDuration(text[i+1:])
		if err != nil || d <= 0 {
			return fmt.Errorf("%q: want a time of more than zero with its unit, as in coupons=80ms", text[i+1:])
		}
		if _, twice := times[text[:i]]; twice {
			return fmt.Errorf("%s has a time already: give one", text[:i])
		}
		times[text[:i]] = d
		return nil
	}
}

func check(c forecast.Changes, args []string) error {
	if len(c.Timeout)+len(c.Faster)+len(c.Drop) == 0 {
		return command.Usage("want a change: -timeout, -faster or -drop")
	}
	if len(args) == 0 {
		return command.Usage("want files or folders with traces, or - for the standard input")
	}
	for name := range c.Drop {
		if c.Timeout[name]+c.Faster[name] > 0 {
			return command.Usage("-drop %s: it has another change too: give one of them", name)
		}
	}
	return nil
}

func write(w io.Writer, all []forecast.Forecast, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(map[string]any{"flows": all})
	}
	var text strings.Builder
	for i, f := range all {
		if i > 0 {
			text.WriteString("\n")
		}
		table(&text, f)
	}
	_, err := io.WriteString(w, text.String())
	return err
}
