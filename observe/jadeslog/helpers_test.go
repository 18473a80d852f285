package jadeslog_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/flowtest"
	"github.com/jade-go/jade/internal/notes"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/observe/jadeslog"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

const ms = time.Millisecond

// journal is what a logger of JSON has written.
type journal struct{ notes.Text }

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
	for line := range strings.Lines(j.String()) {
		var e entry
		require.NoError(t, json.Unmarshal([]byte(line), &e))
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

var (
	takes      = flowtest.Takes[string]
	stubborn   = flowtest.Stubborn[string]
	line       = flowtest.Line[string]
	errSoldOut = recovery.Mark(recovery.ClassBusiness, errors.New("sold out"))
	always     = task.Retry{Attempts: 3, Delay: ms, If: func(error) bool { return true }}
)

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
