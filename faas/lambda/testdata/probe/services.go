package main

import (
	"context"
	"errors"
	"net"
	"os"
	"runtime"
	"syscall"
	"time"

	"github.com/jade-go/jade/faas/lambda"
	"github.com/jade-go/jade/future"
)

// Item is what is ordered.
type Item struct {
	Order, Title string
	Cold         bool
	Census       *Census
}

// Census is of the process.
type Census struct {
	Goroutines int    `json:"goroutines"`
	Heap       uint64 `json:"heap"` // bytes, after a collection
}

// SoldOut is the failure of an order that was meant to fail.
type SoldOut struct{ Order string }

func (e *SoldOut) Error() string { return "sold out: order " + e.Order }

// told is closed when the process is told to end.
var told = make(chan struct{})

// shop is the services that the page is made of.
type shop struct{ titles []string }

var errNoCatalogue = errors.New("the catalogue is empty")

// connect is what a process does before its first invocation.
func connect(context.Context) (*shop, error) {
	switch os.Getenv("PROBE_INIT") {
	case "fail":
		return nil, errNoCatalogue
	case "panic":
		var none *shop
		return &shop{none.titles}, nil
	}
	return &shop{titles: []string{"tea tin", "brass bell"}}, nil
}

var refused = &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}

func (s *shop) item(ctx context.Context, order Order) (Item, error) {
	item := Item{Order: order.ID, Title: s.titles[0], Cold: lambda.Cold(ctx)}
	switch order.Fault {
	case "sold-out":
		return Item{}, &SoldOut{order.ID}
	case "down":
		return Item{}, refused
	case "panic":
		return Item{Title: s.titles[len(s.titles)]}, nil
	case "slow": // but it heeds its ctx
		<-ctx.Done()
		return Item{}, context.Cause(ctx)
	case "told": // waits until the process is told to end
		<-told
	case "hang":
		time.Sleep(4 * time.Second)
	case "leave": // something that nobody waits for, and that does not heed its ctx
		future.Go(future.Named(ctx, "audit"), func(context.Context) (struct{}, error) {
			time.Sleep(4 * time.Second)
			return struct{}{}, nil
		})
	case "census":
		item.Census = takeCensus()
	}
	return item, nil
}

func (s *shop) price(_ context.Context, order Order, item Item) (int, error) {
	return 100*len(item.Title) + len(order.ID), nil
}

func (s *shop) coupons(_ context.Context, order Order) ([]string, error) {
	if order.Fault == "no-coupons" {
		return nil, refused
	}
	return []string{"for " + order.ID}, nil
}

func takeCensus() *Census {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return &Census{runtime.NumGoroutine(), m.HeapAlloc}
}
