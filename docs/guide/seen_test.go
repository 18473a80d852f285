package guide_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"time"

	"github.com/jade-go/jade/diagram"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/inspect"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/observe/jadeslog"
	"github.com/jade-go/jade/task"
	"github.com/jade-go/jade/trace"
)

// recorded is the trace of one page.
func recorded(page *flow.Flow[Request, Page]) *trace.Trace {
	ctx := context.Background()
	// snippet: seen-record
	runs := trace.NewHistory(20)
	ctx = observe.With(ctx, trace.NewRecorder(runs.Add))
	_, _ = page.Do(ctx, Request{"bell", "ada"})
	latest := runs.Recent()[0]
	// end
	return latest
}

func seenPath() {
	latest := recorded(OrderPage)
	// snippet: seen-path
	path := latest.CriticalPath()
	for _, i := range path.Spans {
		span := latest.Spans[i]
		fmt.Println(span.Label(), "from", span.Start, "to", span.End, "- without it the page is there", path.Saving[i], "sooner")
	}
	// end
}

func seenText() {
	latest := recorded(OrderPage)
	// snippet: seen-text
	_ = diagram.Overlay(OrderPage.Graph(), latest).WriteText(os.Stdout)
	// end
}

// deafCoupons takes its 70 ms whatever its ctx says.
func deafCoupons(context.Context, Item, Address) (Coupons, error) {
	time.Sleep(70 * time.Millisecond)
	return Coupons{"polish"}, nil
}

// hurriedPage gives the coupons 50 ms.
var hurriedPage = flow.New("order-page", func(in flow.Node[Request]) flow.Node[Page] {
	user := flow.Map(in, Request.UserID)
	item := flow.Step(FetchItem, flow.Map(in, Request.ItemID))
	address := flow.Step(FetchAddress, user)
	coins := flow.Step(FetchCoins, user)
	coupons := flow.Step2(task.New2("coupons", deafCoupons).Timeout(50*time.Millisecond).Fallback(nil), item, address)
	return flow.Map4(item, address, coins, coupons, newPage)
})

func seenLate() {
	_ = diagram.Overlay(hurriedPage.Graph(), recorded(hurriedPage)).WriteText(os.Stdout)
	time.Sleep(20 * time.Millisecond) // until they are through
}

func seenLog() {
	ctx := context.Background()
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: brief}))
	// snippet: seen-log
	ctx = observe.With(ctx, jadeslog.New(logger, jadeslog.Function("shop-eu")))
	_, _ = hurriedPage.Do(ctx, Request{"bell", "ada"})
	// end
	time.Sleep(20 * time.Millisecond)
}

// brief leaves out what is another in each process.
func brief(_ []string, a slog.Attr) slog.Attr {
	switch a.Key {
	case slog.TimeKey, jadeslog.KeyRun, jadeslog.KeyPlace:
		return slog.Attr{}
	}
	return a
}

func seenDebug() {
	// snippet: seen-debug
	runs := trace.NewHistory(20)
	pages := http.NewServeMux()
	pages.Handle("/debug/jade/", inspect.Handler(runs, OrderPage))
	// end
	w := httptest.NewRecorder()
	pages.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/debug/jade/", nil))
	fmt.Println(w.Code, w.Header().Get("Content-Type"))
}
