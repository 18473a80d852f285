package faas_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/observe"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

// noting is a gate that notes what it is told of each ticket.
type noting struct {
	mu    sync.Mutex
	next  uint64
	told  map[uint64][]string
	class map[recovery.Class]int
	enter func() error
}

func (g *noting) Describe() task.Policy { return task.Policy{Gate: task.Admission{Kind: "noting"}} }
func (g *noting) Fresh() task.Gate      { return &noting{} }

func (g *noting) Enter(context.Context, string) (uint64, error) {
	if g.enter != nil {
		if err := g.enter(); err != nil {
			return 0, err
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.next++
	return g.next, nil
}

func (g *noting) note(ticket uint64, what string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.told == nil {
		g.told, g.class = map[uint64][]string{}, map[recovery.Class]int{}
	}
	g.told[ticket] = append(g.told[ticket], what)
}

func (g *noting) Answered(ticket uint64, o observe.Outcome) {
	g.note(ticket, "answered")
	g.mu.Lock()
	defer g.mu.Unlock()
	g.class[o.Class]++
}

func (g *noting) Left(ticket uint64) { g.note(ticket, "left") }

// Each ticket is answered once and then left once, whatever becomes of the invocation.
func TestGate_eachTicketOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g noting
		h := faas.New("price", func(ctx context.Context, n int) (int, error) {
			switch n {
			case 1:
				return 0, errSoldOut
			case 2:
				panic("oh")
			case 3:
				runtime.Goexit()
			case 4:
				time.Sleep(time.Hour) // it ignores ctx
			case 5:
				<-ctx.Done()
				return 0, context.Cause(ctx)
			}
			return n, nil
		}, faas.Gate(&g), faas.Logger(quiet))
		server := faas.HTTP(h, faas.Limit(time.Minute))
		for _, body := range []string{"0", "1", "2", "3", "4", "5", "{", `"x"`} {
			post(t, server, body)
		}
		asked(t, server, "PUT", "/", "")
		_, _ = h.Invoke(t.Context(), 0)
		time.Sleep(2 * time.Hour)
		g.mu.Lock()
		defer g.mu.Unlock()
		require.EqualValues(t, 10, g.next)
		require.Len(t, g.told, 10)
		for ticket, told := range g.told {
			require.Equal(t, []string{"answered", "left"}, told, ticket)
		}
		require.Equal(t, 2, g.class[recovery.ClassCode])
		require.Equal(t, 2, g.class[recovery.ClassTimeout])
		require.Equal(t, 1, g.class[recovery.ClassBusiness])
	})
}

// A gate may wait, and may say when to come back. If it panics, that is the failure of the invocation.
func TestGate_decides(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		waiting := faas.HTTP(faas.New("price", plusOne(time.Second), faas.Gate(guard.Slots(1, guard.Queue(1))), faas.Logger(quiet)), faas.Limit(time.Minute))
		var all sync.WaitGroup
		begun := time.Now()
		for range 2 {
			all.Go(func() { require.Equal(t, 200, post(t, waiting, "1").StatusCode) })
		}
		synctest.Wait()
		require.Equal(t, 503, post(t, waiting, "1").StatusCode)
		all.Wait()
		require.Equal(t, 2*time.Second, time.Since(begun))

		late := faas.HTTP(faas.New("price", plusOne(time.Hour), faas.Gate(guard.Rate(1, time.Minute)), faas.Logger(quiet)), faas.Limit(time.Second))
		require.Equal(t, 504, post(t, late, "1").StatusCode)
		r := post(t, late, "1")
		require.Equal(t, 503, r.StatusCode)
		require.Equal(t, "60", r.Header.Get("Retry-After"))

		wild := faas.HTTP(faas.New("price", plusOne(0), faas.Gate(&noting{enter: func() error { panic("oh") }}), faas.Logger(quiet)))
		require.Equal(t, 500, post(t, wild, "1").StatusCode)
		told := faas.New("price", plusOne(0), faas.Gate(&noting{enter: func() error { return errors.New("not today") }}), faas.Logger(quiet))
		_, err := told.Invoke(t.Context(), 1)
		require.EqualError(t, err, "price: rejected by noting: not today")
		rejected, ok := errors.AsType[*task.RejectedError](err)
		require.True(t, ok)
		require.Equal(t, "noting", rejected.Gate)
		require.Equal(t, 503, post(t, faas.HTTP(told), "1").StatusCode)
	})
}

// An invocation that waits in the gate until its caller has left is cancelled, and not rejected.
func TestGate_theCallerLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := faas.New("price", plusOne(time.Hour), faas.Gate(guard.Slots(1, guard.Queue(5))), faas.Logger(quiet))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		go func() { _, _ = h.Invoke(t.Context(), 1) }()
		synctest.Wait()
		_, err := h.Invoke(ctx, 1)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.False(t, strings.Contains(err.Error(), "rejected"), err)
		time.Sleep(2 * time.Hour)
	})
}

func TestGate_ofNothing(t *testing.T) {
	require.PanicsWithValue(t, "faas.Gate: nil Gate", func() { faas.Gate(nil) })
}

func ExampleGate() {
	h := faas.New("price", price, silent, faas.Gate(guard.Rate(1, time.Hour, guard.Name("one an hour"))))
	for range 2 {
		_, err := h.Invoke(context.Background(), Lookup{"bell"})
		text, _, _ := strings.Cut(fmt.Sprint(err), ": try again in")
		fmt.Println(text)
	}
	// Output:
	// <nil>
	// price: rejected by one an hour: too many calls
}
