package jadeslog_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/observe/jadeslog"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

const ms = time.Millisecond

// journal is what a logger of JSON has written.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(line []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(line)
}

func (j *journal) logger(level slog.Level) *slog.Logger {
	return slog.New(slog.NewJSONHandler(j, &slog.HandlerOptions{Level: level}))
}

// entry is one record as a reader of the log finds it.
type entry map[string]any

// brief is the entry in a few words: level, message and what it is about.
func (e entry) brief() string {
	b := []string{fmt.Sprint(e["level"]), fmt.Sprint(e["msg"])}
	for _, key := range []string{
		jadeslog.KeyKind, jadeslog.KeyFlow, jadeslog.KeyPath, jadeslog.KeyTask, jadeslog.KeyNode, jadeslog.KeyElement, jadeslog.KeyAttempt, jadeslog.KeyStatus,
		jadeslog.KeyClass, jadeslog.KeyError, jadeslog.KeyPanic, jadeslog.KeyAttempts, jadeslog.KeyRetries, jadeslog.KeyDegraded,
	} {
		if v, there := e[key]; there {
			b = append(b, fmt.Sprintf("%s=%v", key, v))
		}
	}
	return strings.Join(b, " ")
}

func (j *journal) entries(t testing.TB) (all []entry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for line := range bytes.Lines(j.text.Bytes()) {
		var e entry
		require.NoError(t, json.Unmarshal(line, &e))
		all = append(all, e)
	}
	return all
}

func (j *journal) brief(t testing.TB) (all []string) {
	for _, e := range j.entries(t) {
		all = append(all, e.brief())
	}
	return all
}

// logged runs body in a bubble, with a ctx in a scope that is observed by an observer with these options, and returns
// what that has written once the scope is closed.
func logged(t *testing.T, level slog.Level, body func(ctx context.Context), opts ...jadeslog.Option) *journal {
	j := new(journal)
	synctest.Test(t, func(t *testing.T) {
		ctx, scope := future.WithScope(observe.With(context.Background(), jadeslog.New(j.logger(level), opts...)), future.Unobserved(func(error) {}))
		body(ctx)
		require.NoError(t, scope.Close())
	})
	return j
}

// takes is a task that takes its time and then ends with err, or earlier if nobody wants it any more.
func takes(name string, d time.Duration, err error) task.Task[string, string] {
	return task.New(name, func(ctx context.Context, in string) (string, error) {
		select {
		case <-ctx.Done():
			return "", context.Cause(ctx)
		case <-time.After(d):
			return in, err
		}
	})
}

// stubborn is a task that takes its time whether anybody wants it or not.
func stubborn(name string, d time.Duration, err error) task.Task[string, string] {
	return task.New(name, func(_ context.Context, in string) (string, error) {
		time.Sleep(d)
		return in, err
	})
}

var (
	errSoldOut = recovery.Mark(recovery.ClassBusiness, errors.New("sold out"))
	always     = task.Retry{Attempts: 3, Delay: ms, If: func(error) bool { return true }}
)

// unavailable is a failure of a dependency.
type unavailable struct{}

func (unavailable) Error() string   { return "busy" }
func (unavailable) StatusCode() int { return 503 }

// line makes a flow of tasks, each of which takes what the one before it has made.
func line(name string, ts ...task.Task[string, string]) *flow.Flow[string, string] {
	return flow.New(name, func(n flow.Node[string]) flow.Node[string] {
		for _, t := range ts {
			n = flow.Step(t, n)
		}
		return n
	})
}

// side makes a flow of tasks that run at once.
func side(name string, ts ...task.Task[string, string]) *flow.Flow[string, string] {
	return flow.New(name, func(n flow.Node[string]) flow.Node[string] {
		all := flow.Step(ts[0], n)
		for _, t := range ts[1:] {
			all = flow.Map2(all, flow.Step(t, n), func(a, b string) string { return a + b })
		}
		return all
	})
}
