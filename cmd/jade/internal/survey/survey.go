// Package survey takes stock of the flows of packages: it reads their source and runs what builds flows.
package survey

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/jade-go/jade/cmd/jade/internal/model"
	"github.com/jade-go/jade/cmd/jade/internal/probe"
	"github.com/jade-go/jade/cmd/jade/internal/source"
)

// Options say where and how.
type Options struct {
	Dir      string // where the patterns hold
	Tags     string
	Progress io.Writer // gets a line when something takes long
	Anywhere bool      // build without the paths of folders, so that another folder with the same source is built fast
}

// long is after what time a line of progress is written.
const long = 3 * time.Second

// Take describes the flows of the packages that the patterns name.
func Take(ctx context.Context, o Options, patterns ...string) (*model.Model, error) {
	begun := time.Now()
	var mu sync.Mutex // held by who writes progress: Take does not return while the timer does
	done := false
	say := func(text string) {
		mu.Lock()
		defer mu.Unlock()
		if !done {
			fmt.Fprintf(o.Progress, "jade: %s\n", text)
		}
	}
	defer func() {
		mu.Lock()
		defer mu.Unlock()
		done = true
	}()
	timer := time.AfterFunc(long, func() { say("reading and building packages; the first time takes longer") })
	defer timer.Stop()
	env := os.Environ()
	if o.Anywhere {
		env = append(env, "GOFLAGS="+strings.TrimSpace(os.Getenv("GOFLAGS")+" -trimpath"))
	}
	p, err := source.Load(ctx, source.Options{Dir: o.Dir, Tags: o.Tags, Env: env}, patterns...)
	if err != nil {
		return nil, err
	}
	if len(p.Broken) > 0 {
		return nil, errors.New(strings.Join(p.Broken, "\n"))
	}
	results, err := probe.Run(ctx, p, func(text string) {
		if time.Since(begun) > long {
			say(text)
		}
	})
	if err != nil {
		return nil, err
	}
	return model.Build(p, results), nil
}
