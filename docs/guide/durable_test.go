package guide_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/durable"
	"github.com/jade-go/jade/durable/journal"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/jadetest"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

type (
	Purchase struct {
		Item string
		City string
	}
	Stock   struct{ Shelf int }
	Payment struct{ Number string }
	Parcel  struct{ Number string }
)

// snippet: durable-tasks
var (
	ReserveItem = task.New("reserve", reserveItem).Undo(releaseItem)
	ChargeCard  = task.New("charge", chargeCard).Undo(refundCard)
	ShipItem    = task.New2("ship", shipItem)
)

var Buy = flow.New("buy", func(in flow.Node[Purchase]) flow.Node[Parcel] {
	stock := flow.Step(ReserveItem, in)
	payment := flow.Step(ChargeCard, stock)
	return flow.Step2(ShipItem, in, payment)
})

// end

// said prints a call and its key.
func said(ctx context.Context, what string) {
	key, _ := task.Key(ctx)
	fmt.Println(what, key)
}

func reserveItem(ctx context.Context, p Purchase) (Stock, error) {
	said(ctx, "reserve")
	return answer(ctx, 100*time.Millisecond, Stock{7})
}

func releaseItem(ctx context.Context, _ Purchase, s Stock) error {
	said(ctx, "release")
	return nil
}

func chargeCard(ctx context.Context, s Stock) (Payment, error) {
	said(ctx, "charge")
	return answer(ctx, 100*time.Millisecond, Payment{"c-1"})
}

func refundCard(ctx context.Context, _ Stock, p Payment) error {
	said(ctx, "refund")
	return nil
}

func shipItem(ctx context.Context, p Purchase, _ Payment) (Parcel, error) {
	said(ctx, "ship")
	if p.City == "Atlantis" {
		return fail[Parcel](ctx, 100*time.Millisecond, errNoRoad)
	}
	return answer(ctx, 100*time.Millisecond, Parcel{"p-1"})
}

var errNoRoad = recovery.Mark(recovery.ClassBusiness, errors.New("no road goes there"))

// snippet: durable-errors
func init() { durable.RegisterSentinel("shop.ErrNoRoad", errNoRoad) }

// end

// folder makes a folder for a journal.
func folder() (dir string, remove func()) {
	dir, err := os.MkdirTemp("", "guide")
	if err != nil {
		panic(err)
	}
	return dir, func() { _ = os.RemoveAll(dir) }
}

func durableRun() {
	ctx := context.Background()
	dir, remove := folder()
	defer remove()
	// snippet: durable-run
	j, _ := journal.Open(ctx, dir)
	buys, _ := journal.Register(j, Buy)
	fmt.Println(buys.Run(ctx, "buy-17", Purchase{"bell", "Ghent"})) // in memory: Buy.Do(ctx, Purchase{"bell", "Ghent"})
	fmt.Println(buys.Run(ctx, "buy-17", Purchase{"bell", "Ghent"})) // it has its answer
	// end
	_ = j.Close()
}

// snippet: durable-crash-process
func process(dir string, lives time.Duration) {
	j, _ := journal.Open(context.Background(), dir)
	buys, _ := journal.Register(j, Buy) // goes on with the runs that are there
	_ = buys.Start(context.Background(), "buy-17", Purchase{"bell", "Ghent"})
	time.Sleep(lives)
	_ = j.Close() // as if it were killed: what runs is not recorded
}

// end

func durableCrash() {
	dir, remove := folder()
	defer remove()
	// snippet: durable-crash
	process(dir, 150*time.Millisecond) // dies while it charges
	fmt.Println("a new process")
	process(dir, time.Second)
	// end
}

// snippet: durable-bank
type bank struct {
	mu   sync.Mutex
	done map[string]Payment // by key
}

func (b *bank) charge(key string) Payment {
	b.mu.Lock()
	defer b.mu.Unlock()
	if p, ok := b.done[key]; ok {
		return p // the same answer
	}
	p := Payment{fmt.Sprint("c-", len(b.done)+1)}
	b.done[key] = p // in one transaction with the charge
	return p
}

// end

func durableUndo() {
	ctx := context.Background()
	dir, remove := folder()
	defer remove()
	j, _ := journal.Open(ctx, dir)
	buys, _ := journal.Register(j, Buy)
	// snippet: durable-undo
	_, err := buys.Run(ctx, "buy-18", Purchase{"bell", "Atlantis"})
	time.Sleep(time.Second) // the answer does not wait for it
	fmt.Println(errors.Is(err, errNoRoad))
	// end
	_ = j.Close()
}

// snippet: durable-approve-flow
var Approve = flow.New("approve", func(in flow.Node[Purchase]) flow.Node[string] {
	said := flow.Signal[string]("manager")
	late := flow.Map(flow.Sleep(in, 72*time.Hour), func(Purchase) string { return "nobody answered" })
	return flow.Any(said, late)
})

// end

func durableApprove() {
	ctx := context.Background()
	dir, remove := folder()
	defer remove()
	// snippet: durable-approve
	j, _ := journal.Open(ctx, dir)
	approvals, _ := journal.Register(j, Approve)
	_ = approvals.Start(ctx, "bell", Purchase{Item: "bell"})
	_ = approvals.Start(ctx, "lamp", Purchase{Item: "lamp"})
	_ = j.Close() // the process ends

	time.Sleep(24 * time.Hour)
	j, _ = journal.Open(ctx, dir)
	approvals, _ = journal.Register(j, Approve)
	_ = approvals.Signal(ctx, "bell", "manager", "yes")
	fmt.Println(approvals.Result(ctx, "bell"))
	timed(func() { fmt.Println(approvals.Result(ctx, "lamp")) })
	// end
	_ = j.Close()
}

func durableLimit() {
	ctx := context.Background()
	dir, remove := folder()
	defer remove()
	// snippet: durable-limit
	quick := Buy.Timeout(time.Hour)
	j, _ := journal.Open(ctx, dir)
	buys, _ := journal.Register(j, quick)
	_ = buys.Start(ctx, "buy-19", Purchase{"bell", "Ghent"})
	time.Sleep(250 * time.Millisecond)
	_ = j.Close() // dies while it ships

	time.Sleep(2 * time.Hour)
	j, _ = journal.Open(ctx, dir)
	buys, _ = journal.Register(j, quick)
	_, err := buys.Result(ctx, "buy-19")
	time.Sleep(time.Second)
	fmt.Println(recovery.Classify(err), errors.Is(err, context.DeadlineExceeded))
	// end
	_ = j.Close()
}

// BuyChecked is a later version of Buy.
var BuyChecked = flow.New("buy", func(in flow.Node[Purchase]) flow.Node[Parcel] {
	there := flow.Require(flow.Map(in, Purchase.onMap), errNoRoad)
	stock := flow.Step(ReserveItem, in)
	payment := flow.Step(ChargeCard, flow.After(stock, there))
	return flow.Step2(ShipItem, in, payment)
})

func (p Purchase) onMap() bool { return p.City != "Atlantis" }

func durableVersion() {
	ctx := context.Background()
	dir, remove := folder()
	defer remove()
	j, _ := journal.Open(ctx, dir)
	old, _ := journal.Register(j, Buy)
	_ = old.Start(ctx, "buy-20", Purchase{"bell", "Ghent"})
	time.Sleep(250 * time.Millisecond)
	_ = j.Close()
	// snippet: durable-version
	j, _ = journal.Open(ctx, dir)
	buys, _ := journal.Register(j, BuyChecked, Buy) // the present one, and earlier ones
	fmt.Println(buys.Result(ctx, "buy-20"))         // was begun by Buy, and goes on with it
	_, err := buys.Run(ctx, "buy-21", Purchase{"bell", "Atlantis"})
	fmt.Println(errors.Is(err, errNoRoad))
	// end
	time.Sleep(time.Second)
	_ = j.Close()
}

// snippet: durable-now
// Now is a task, so the time is recorded: it is the same after a crash.
var Now = task.New("now", func(context.Context, Purchase) (time.Time, error) { return time.Now().Round(0), nil })

var Dated = flow.New("dated", func(in flow.Node[Purchase]) flow.Node[string] {
	now := flow.Step(Now, in)
	return flow.Map2(in, now, func(p Purchase, now time.Time) string { return p.Item + " of " + now.UTC().Format(time.DateOnly) })
})

// end

func durableNow() {
	ctx := context.Background()
	dir, remove := folder()
	defer remove()
	j, _ := journal.Open(ctx, dir)
	dated, _ := journal.Register(j, Dated)
	// snippet: durable-now-run
	fmt.Println(dated.Run(ctx, "dated-1", Purchase{Item: "bell"}))
	// end
	_ = j.Close()
}

func (b *bank) charges() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.done)
}

// snippet: durable-test
func TestBuy_survivesCrashes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bank{done: map[string]Payment{}}
		buy := jadetest.Replace(Buy, ChargeCard, func(ctx context.Context, _ Stock) (Payment, error) {
			key, _ := task.Key(ctx)
			return b.charge(key), nil
		})
		jadetest.Durable(t, buy, Purchase{"bell", "Ghent"}, jadetest.Effect("charges", b.charges))
	})
}

// end

// mute is a test that may fail.
type mute struct{ testing.TB }

func (mute) Error(...any) {}

// The chapter shows what Durable says of a charge that ignores its key.
func TestDurable_saysWhatTheChapterShows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bank{done: map[string]Payment{}}
		buy := jadetest.Replace(Buy, ChargeCard, func(context.Context, Stock) (Payment, error) { return b.charge(fmt.Sprint(b.charges())), nil })
		d := jadetest.Durable(mute{t}, buy, Purchase{"bell", "Ghent"}, jadetest.Effect("charges", b.charges))
		chapter, err := os.ReadFile("13-durable.md")
		require.NoError(t, err)
		require.Len(t, d.Problems(), 1)
		require.Contains(t, string(chapter), "\n    "+d.Problems()[0]+"\n")
	})
}
