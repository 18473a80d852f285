package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/task"
)

// A rush is two thousand requests at equal distances. Every second one of them asks for the same item.
const (
	rushRequests = 2000
	rushDistance = 2 * time.Millisecond
	rushTick     = 100 * time.Millisecond // of the picture
	hotItem      = "i-1001"
)

// rushed has the results of a rush.
type rushed struct {
	name    string // of the page: guarded or unguarded
	item    *crowded
	hot     []guard.HotKey
	elapsed []time.Duration // of all answers, sorted in the end

	mu       sync.Mutex
	complete int
	degraded int
	failed   int
	refused  map[string]int // number of pages, by the call that a gate has rejected
	ticks    []tick
}

// tick is a tenth of a second.
type tick struct{ complete, degraded, failed, inside int }

// rush fires the requests at the page, with guards and without, and shows both.
func rush(o options, stdout, stderr io.Writer) int {
	pages := []string{"guarded", "unguarded"}
	if o.unguarded {
		pages = pages[1:]
	}
	before := goroutines()
	var all []*rushed
	for _, name := range pages {
		r, err := fire(name, o)
		if err != nil {
			fmt.Fprintln(stderr, "orderpage: cannot start the services:", err)
			return exitNone
		}
		all = append(all, r)
	}
	writeRush(stdout, all)
	reportGoroutines(stdout, outcome{left: leftBehind(before, 2*time.Second)})
	if o.html != "" {
		if err := writeRushPicture(o.html, all); err != nil {
			fmt.Fprintln(stderr, "orderpage:", err)
			return exitNone
		}
	}
	if all[0].failed > 0 {
		return exitNone
	}
	return exitPage
}

// fire fires the requests at one of the pages.
func fire(name string, o options) (*rushed, error) {
	r := &rushed{name: name, refused: map[string]int{}}
	running, err := openWith(o.faults, func(s service, h http.Handler) http.Handler {
		if s.name != "item" {
			return h
		}
		r.item = newCrowded(h)
		return r.item
	})
	if err != nil {
		return nil, err
	}
	defer running.close()
	defer close(r.item.closed)
	transport := &http.Transport{MaxIdleConnsPerHost: rushRequests}
	defer transport.CloseIdleConnections()
	s := &shop{client: &http.Client{Transport: transport}, urls: running.urls, bugs: o.bugs}

	var g *guards
	if name == "guarded" {
		g = newGuards()
	}
	page := newRushPage(s, o.deadline, g)
	var requests sync.WaitGroup
	begun, next := time.Now(), time.NewTicker(rushDistance)
	defer next.Stop()
	for i := range rushRequests {
		asked := Order{ID: order.ID, Item: hotItem, User: order.User}
		if i%2 == 1 {
			asked.Item = fmt.Sprintf("%s.%d", hotItem, i)
		}
		requests.Go(func() { r.ask(page, asked, begun) })
		<-next.C
		r.watch(begun)
	}
	if g != nil {
		r.hot = g.hot.Keys()
	}
	requests.Wait()
	slices.Sort(r.elapsed)
	return r, nil
}

// ask asks for one page.
func (r *rushed) ask(page *flow.Flow[Order, Page], asked Order, begun time.Time) {
	from := time.Now()
	got, err := future.Run(context.Background(), func(ctx context.Context) (Page, error) { return page.Do(ctx, asked) })
	elapsed := time.Since(from)

	r.mu.Lock()
	defer r.mu.Unlock()
	r.elapsed = append(r.elapsed, elapsed)
	t := r.tick(begun)
	switch {
	case err != nil:
		r.failed++
		t.failed++
		r.note(err)
	case len(got.Degraded) > 0:
		r.degraded++
		t.degraded++
		for _, lost := range got.Degraded {
			r.note(lost)
		}
	default:
		r.complete++
		t.complete++
	}
}

// note counts what a gate has rejected. The caller has the lock.
func (r *rushed) note(err error) {
	if rejected, ok := errors.AsType[*task.RejectedError](err); ok {
		r.refused[rejected.Gate+": "+rejected.Err.Error()]++
	}
}

// watch records how many requests the item service has.
func (r *rushed) watch(begun time.Time) {
	inside := r.item.now()
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.tick(begun)
	t.inside = max(t.inside, inside)
}

// tick returns the tick of this moment. The caller has the lock.
func (r *rushed) tick(begun time.Time) *tick {
	n := int(time.Since(begun) / rushTick)
	for len(r.ticks) <= n {
		r.ticks = append(r.ticks, tick{})
	}
	return &r.ticks[n]
}

// slowest returns the time within which all answers but one in a hundred came.
func (r *rushed) slowest() time.Duration { return r.elapsed[len(r.elapsed)*99/100] }

// writeRush prints the rushes side by side.
func writeRush(w io.Writer, all []*rushed) {
	row := func(name string, value func(r *rushed) any) {
		fmt.Fprintf(w, "%-28s", name)
		for _, r := range all {
			fmt.Fprintf(w, "%14v", value(r))
		}
		fmt.Fprintln(w)
	}
	row("page", func(r *rushed) any { return r.name })
	row("requests", func(r *rushed) any { return len(r.elapsed) })
	row("  complete", func(r *rushed) any { return r.complete })
	row("  degraded", func(r *rushed) any { return r.degraded })
	row("  failed", func(r *rushed) any { return r.failed })
	row("99 of 100 answered within", func(r *rushed) any { return r.slowest().Round(time.Millisecond) })
	row("calls of the item service", func(r *rushed) any { return r.item.calls })
	row("  most at the same time", func(r *rushed) any { return r.item.most })
	row("  for the item "+hotItem, func(r *rushed) any { return r.item.of[hotItem] })
	row("  for each other item", func(r *rushed) any { return (r.item.calls - r.item.of[hotItem]) / max(1, len(r.item.of)-1) })
	fmt.Fprintln(w)
	for _, r := range all {
		for _, h := range r.hot {
			fmt.Fprintf(w, "%s: hot is the %s %s, with %d calls a second\n", r.name, h.Task, h.Key, h.PerSecond)
		}
		for _, why := range slices.Sorted(maps.Keys(r.refused)) {
			fmt.Fprintf(w, "%s: refused on %d pages: %s\n", r.name, r.refused[why], strings.TrimSpace(why))
		}
	}
	fmt.Fprintln(w)
}
