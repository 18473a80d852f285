// Checkout takes an order: it reserves, charges, ships and mails, by five HTTP services that it runs itself. The order survives a crash of the program: run it
// again, and it goes on, and charges once.
//
// Read shop/checkout.go first: it is the flow. journaled.go makes it durable. The rest is the world around it: package services has the services and their books,
// kill.go is a crash, report.go prints what happened. The log is on standard error.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"

	"github.com/jade-go/jade/examples/checkout/services"
	"github.com/jade-go/jade/examples/checkout/shop"
)

// Exit codes.
const (
	exitDone   = 0 // the order is on its way
	exitFailed = 1 // it failed, and what was done is undone
	exitUsage  = 2
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	o, err := parse(args, stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitDone
	case err != nil:
		fmt.Fprintln(stderr, "checkout:", err)
		return exitUsage
	}
	result, err := take(o)
	if err != nil {
		fmt.Fprintln(stderr, "checkout:", err)
		return exitFailed
	}
	report(stdout, o, result)
	if result.err != nil {
		return exitFailed
	}
	return exitDone
}

// outcome is what became of an order.
type outcome struct {
	receipt shop.Receipt
	err     error
	entries []services.Entry // of the books of the services
	events  []services.Event
}

// take opens the services and takes an order.
func take(o options) (out outcome, err error) {
	if err := os.MkdirAll(o.dir, 0o700); err != nil {
		return out, err
	}
	runs, err := openRuns(context.Background(), filepath.Join(o.dir, "journal")) // only one process can have it open: before the books
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, runs.Close()) }()
	books, err := services.OpenBooks(filepath.Join(o.dir, "books.json"))
	if err != nil {
		return out, err
	}
	if err := books.Process(services.Started); err != nil {
		return out, err
	}
	all, err := services.Open(books, o.faults)
	if err != nil {
		return out, err
	}
	defer all.Close()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()

	client := &shop.Client{HTTP: &http.Client{Transport: killer{o.killAt, transport}}, URLs: all.URLs}
	out.receipt, out.err = runs.checkout(context.Background(), client, o.order())
	if err := books.Process(services.Ended); err != nil {
		return out, err
	}
	out.entries, out.events = books.Entries(o.id), books.Events(o.id)
	return out, nil
}
