package gcf_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/GoogleCloudPlatform/functions-framework-go/functions"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/gcf"
	recovery "github.com/jade-go/jade/recover"
)

// goOn is closed by SIGUSR1, for what is held until then.
var goOn = make(chan struct{})

func init() {
	if os.Getenv(programVariable) == "" {
		return
	}
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGUSR1)
	go func() {
		<-told
		close(goOn)
	}()
	functions.HTTP("bare", func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "bare "+r.URL.Path) })
}

// What the tests start.
var programs = map[string]func(){
	"probe":   func() { gcf.Start(probe()) },
	"limited": func() { gcf.Start(probe(), faas.Limit(400*time.Millisecond)) },
	"failing": func() {
		gcf.Start(faas.Initialized("probe", func(context.Context) (faas.Func[order, page], error) { return nil, errors.New("no database") }))
	},
	"panicking": func() {
		gcf.Start(faas.Initialized("probe", func(context.Context) (faas.Func[order, page], error) { panic("no clients") }))
	},
	"registered twice": func() {
		gcf.Register(probe())
		gcf.Start(probe())
	},
}

type order struct {
	ID    string `json:"id"`
	Fault string `json:"fault,omitempty"`
}

type page struct {
	Order string      `json:"order"`
	Shout unspeakable `json:"shout,omitempty"`
}

// unspeakable is what cannot be written.
type unspeakable bool

func (u unspeakable) MarshalJSON() ([]byte, error) {
	if u {
		panic("in MarshalJSON")
	}
	return []byte("false"), nil
}

func probe() *faas.Handler[order, page] {
	return faas.Initialized("probe", func(context.Context) (faas.Func[order, page], error) {
		slog.Info("initialised")
		return servePage, nil
	})
}

func servePage(ctx context.Context, o order) (page, error) {
	switch o.Fault {
	case "business":
		return page{}, recovery.Mark(recovery.ClassBusiness, errors.New("row 7: sold out"))
	case "dependency":
		return page{}, fmt.Errorf("stock at 10.0.0.7: %w", syscall.ECONNREFUSED)
	case "system":
		return page{}, syscall.ENFILE
	case "timeout":
		return page{}, context.DeadlineExceeded
	case "panic":
		panic("in " + o.ID)
	case "marshal":
		return page{Shout: true}, nil
	case "hang":
		slog.Info("begun " + o.ID)
		<-ctx.Done()
		slog.Info("ended " + o.ID)
		return page{}, context.Cause(ctx)
	case "held":
		slog.Info("begun " + o.ID)
		<-goOn
	case "slow":
		slog.Info("begun " + o.ID)
		time.Sleep(300 * time.Millisecond)
	}
	return page{Order: o.ID}, nil
}
