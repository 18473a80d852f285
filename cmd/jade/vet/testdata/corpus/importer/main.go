// Importer reads files, and sends their lines to a service.
package main

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/task"
)

type result struct{ lines, failed int }

func main() {
	dir := flag.String("dir", ".", "the files")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dir string) error {
	names, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil {
		return err
	}
	var done atomic.Int64
	send := newSend()
	total, err := future.Run(ctx, func(ctx context.Context) (sum result, err error) {
		progress := future.Go(ctx, func(ctx context.Context) (struct{}, error) {
			for tick := time.NewTicker(time.Second); ; {
				select {
				case <-tick.C:
					fmt.Println(done.Load(), "of", len(names))
				case <-ctx.Done():
					tick.Stop()
					return struct{}{}, nil
				}
			}
		})
		defer progress.Cancel(nil)
		results, err := combinators.Each(ctx, 4, names, func(ctx context.Context, name string) (result, error) {
			defer done.Add(1)
			return importFile(ctx, send, name)
		}).Await(ctx)
		for _, r := range results {
			sum.lines += r.lines
			sum.failed += r.failed
		}
		return sum, err
	})
	fmt.Println(total.lines, "lines,", total.failed, "failed")
	return err
}

func newSend() task.Task[[]byte, int] {
	return task.New("send", send).Timeout(5 * time.Second).Retry(task.Retry{Attempts: 5, Delay: 100 * time.Millisecond})
}

func send(ctx context.Context, lines []byte) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://localhost/lines", bytes.NewReader(lines))
	if err != nil {
		return 0, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}

func importFile(ctx context.Context, send task.Task[[]byte, int], name string) (r result, err error) {
	f, err := os.Open(name)
	if err != nil {
		return r, err
	}
	defer f.Close()
	// A flow for each file: it is compiled each time.
	pipeline := flow.New("pipeline", func(in flow.Node[[]byte]) flow.Node[int] { return flow.Step(send, in) })
	for lines := bufio.NewScanner(f); lines.Scan(); {
		r.lines++
		status, err := pipeline.Do(ctx, lines.Bytes())
		if err != nil || status >= 300 {
			r.failed++
		}
	}
	// The last word comes even if the import is late.
	_, err = deadline.Run(context.WithoutCancel(ctx), time.Second, func(own context.Context) (int, error) {
		return send.Do(own, []byte("end of "+name))
	})
	future.Go(context.Background(), func(ctx context.Context) (int, error) { // nobody sees its failure
		return send.Do(ctx, []byte("log"))
	})
	return r, err
}
