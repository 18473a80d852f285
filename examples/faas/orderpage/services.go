package orderpage

import (
	"context"
	"fmt"
	"runtime"
	"syscall"
	"time"

	recovery "github.com/jade-go/jade/recover"
)

type Item struct {
	Name       string `json:"name"`
	PriceCents int    `json:"price_cents"`
}

type Address struct {
	City string `json:"city"`
}

// services answer from memory, each after its time.
type services struct{ items map[string]Item }

func open() *services {
	return &services{map[string]Item{"tin": {"tea tin", 4200}, "bell": {"brass bell", 1900}}}
}

// NoItem is the failure of an order whose item there is none of. Whoever asked may read it.
type NoItem struct{ ID string }

func (e *NoItem) Error() string { return "no item " + e.ID }

// Public is what a client is told.
func (e *NoItem) Public() string { return e.Error() }

// HTTPStatus is that of our answer.
func (e *NoItem) HTTPStatus() int { return 404 }

// Class says that it is the caller's own.
func (e *NoItem) Class() recovery.Class { return recovery.ClassBusiness }

func (s *services) item(ctx context.Context, o Order) (Item, error) {
	if err := o.Faults.befall(ctx, "item", 6*time.Millisecond); err != nil {
		return Item{}, err
	}
	item, ok := s.items[o.Item]
	if !ok {
		return Item{}, &NoItem{o.Item}
	}
	return item, nil
}

func (s *services) address(ctx context.Context, o Order) (Address, error) {
	return Address{"Hangzhou"}, o.Faults.befall(ctx, "address", 4*time.Millisecond)
}

func (s *services) coins(ctx context.Context, o Order) (int, error) {
	return 320, o.Faults.befall(ctx, "coins", 3*time.Millisecond)
}

func (s *services) coupons(ctx context.Context, o Order, item Item, to Address) ([]string, error) {
	return []string{"10 off for " + item.Name + " in " + to.City}, o.Faults.befall(ctx, "coupons", 5*time.Millisecond)
}

// Faults says, for services by name, what is wrong with them: slow, fail, down, panic, goexit, hang (until its ctx ends) or
// stuck (for a second, whatever its ctx says).
type Faults map[string]string

func (f Faults) befall(ctx context.Context, service string, takes time.Duration) error {
	switch fault := f[service]; fault {
	case "":
	case "slow":
		takes = 400 * time.Millisecond
	case "fail":
		return fmt.Errorf("%s: %w", service, errStatus)
	case "down":
		return fmt.Errorf("%s: %w", service, syscall.ECONNREFUSED)
	case "panic":
		panic(service + " is broken")
	case "goexit":
		runtime.Goexit()
	case "hang":
		<-ctx.Done()
	case "stuck":
		time.Sleep(time.Second)
	default:
		return fmt.Errorf("%s: no fault is called %q", service, fault)
	}
	timer := time.NewTimer(takes)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// errStatus is what an HTTP client makes of an answer of 500.
var errStatus = status(500)

type status int

func (s status) Error() string   { return fmt.Sprintf("status %d", int(s)) }
func (s status) StatusCode() int { return int(s) }
