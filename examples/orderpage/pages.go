package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/jade-go/jade/inspect"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/trace"
)

// show writes the picture of the run, and serves such pictures, if the flags say so.
func show(o options, runs *trace.History, stdout, stderr io.Writer) error {
	if o.html != "" {
		if err := writePicture(o.html, runs, o.deadline); err != nil {
			return err
		}
	}
	if o.debug == "" {
		return nil
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return serve(ctx, o, runs, stdout, stderr)
}

func writePicture(file string, runs *trace.History, limit time.Duration) error {
	latest := runs.Recent()
	if len(latest) == 0 {
		return errors.New("-html: there was no time to begin, so there is nothing to draw")
	}
	var page bytes.Buffer
	if err := picture(latest[0], limit).WriteHTML(&page); err != nil {
		return err
	}
	return os.WriteFile(file, page.Bytes(), 0o644)
}

// serve serves pictures of the runs, and gathers the page again for each request to /order, until ctx ends.
func serve(ctx context.Context, o options, runs *trace.History, stdout, stderr io.Writer) error {
	running, err := open(o.faults)
	if err != nil {
		return err
	}
	defer running.close()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	s := &shop{client: &http.Client{Transport: transport}, urls: running.urls, bugs: o.bugs}

	pages := http.NewServeMux()
	pages.Handle("/", inspect.Handler(runs, newOrderPage(s, o.deadline)))
	pages.Handle("/order", again(styles[o.style](s, o.deadline), observer(runs, stderr)))
	listener, err := net.Listen("tcp", o.debug)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "\nflows and runs at http://%s/, another run for each request to http://%[1]s/order; interrupt to stop\n", listener.Addr())
	server := &http.Server{Handler: pages, ReadHeaderTimeout: 10 * time.Second}
	drained := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(drained)
		_ = server.Shutdown(context.WithoutCancel(ctx)) // which waits for the requests under way
	})
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	<-drained
	return nil
}

// again answers with the page, gathered anew.
func again(answer handler, observer observe.Observer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page, err := answer(observe.With(r.Context(), observer), order)
		if err != nil {
			http.Error(w, noPage(err).Error(), http.StatusBadGateway)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintln(w, pageJSON(page))
	})
}
