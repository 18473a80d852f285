// Orderpage gathers the page of one order from six HTTP services, which it runs
// itself, and says what that cost. Its flags make the services fail for real.
//
// Read handler.go first: it is the page, as a flow. futures.go is the same page
// as futures: see -style. The rest is the world around it: calls.go asks the
// services, service.go and data.go are the services, report.go prints what happened, and
// pages.go shows it in a browser. The log is on standard error. With -rush, rush.go asks for two thousand pages; guarded.go is the page with
// guards, and crowded.go is a service that cannot handle so many requests.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/observe/jadeslog"
	"github.com/jade-go/jade/trace"
)

// Exit codes.
const (
	exitPage  = 0 // the page is there, if degraded
	exitNone  = 1 // no page, or not as promised
	exitUsage = 2
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	o, err := parse(args, stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitPage
	case err != nil:
		fmt.Fprintln(stderr, "orderpage:", err)
		return exitUsage
	}
	if o.rush {
		return rush(o, stdout, stderr)
	}
	before := goroutines()
	result, err := visit(o, stderr)
	if err != nil {
		fmt.Fprintln(stderr, "orderpage: cannot start the services:", err)
		return exitNone
	}
	result.left = leftBehind(before, 2*time.Second)
	if result.err != nil {
		fmt.Fprintln(stderr, "orderpage: no page:", noPage(result.err))
	}
	report(stdout, result)
	if err := show(o, result.runs, stdout, stderr); err != nil {
		fmt.Fprintln(stderr, "orderpage:", err)
		return exitNone
	}
	if result.err != nil || result.late() || len(result.left) > 0 {
		return exitNone
	}
	return exitPage
}

// outcome is what became of one request.
type outcome struct {
	page     Page
	err      error
	runs     *trace.History // of the page, if it began
	total    time.Duration  // from the request to the answer
	deadline time.Duration
	left     []string // goroutines that did not end
}

func (o outcome) late() bool { return o.total > o.deadline }

// visit opens the services, asks for one page, and closes them again.
func visit(o options, stderr io.Writer) (outcome, error) {
	running, err := open(o.faults)
	if err != nil {
		return outcome{}, err
	}
	defer running.close()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()

	result := outcome{deadline: o.deadline, runs: trace.NewHistory(kept)}
	answer := styles[o.style](&shop{client: &http.Client{Transport: transport}, urls: running.urls, bugs: o.bugs}, o.deadline)

	ctx := observe.With(context.Background(), observer(result.runs, stderr))
	asked := time.Now()
	result.page, result.err = answer(ctx, order)
	result.total = time.Since(asked)
	return result, nil
}

// observer keeps the runs, and logs them: a line for each, and a record of what went wrong.
func observer(runs *trace.History, log io.Writer) observe.Observer {
	return observe.Tee(trace.NewRecorder(runs.Add), jadeslog.New(slog.New(slog.NewTextHandler(log, nil))))
}

// order is the one whose page is gathered.
var order = Order{ID: "o-2001", Item: "i-1001", User: "u-7"}

// kept is how many runs there are to see: of the latest, the slowest and the failed.
const kept = 20
