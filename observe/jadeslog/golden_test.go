package jadeslog_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"log/slog"
	"os"
	"regexp"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/flowtest"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/observe/jadeslog"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

var update = flag.Bool("update", false, "write the files in testdata")

// chat is a flow with something of everything: a nested flow that must pass first, retries, a
// fallback, a failure that the result does without, many elements, and names from everywhere.
func chat() *flow.Flow[string, string] {
	var busy atomic.Int32
	retried := task.New("members", func(ctx context.Context, in string) (string, error) {
		time.Sleep(4 * ms)
		if busy.Add(1) < 3 {
			return "", flowtest.Unavailable{}
		}
		return in, nil
	}).Retry(task.Retry{Attempts: 3, Delay: 2 * ms})
	gift := task.New("gift", func(context.Context, string) (string, error) {
		time.Sleep(3 * ms)
		var cards []string
		return cards[0], nil
	})
	rules := line("rules", takes("muted?", 5*ms, flowtest.Unavailable{}).Fallback("no"))
	return flow.New("chat", func(in flow.Node[string]) flow.Node[string] {
		passed := flow.Step(rules.Task(), in)
		members := flow.Step(retried, in)
		title := flow.Step(takes("标题 🎉", 7*ms, nil), in)
		ads := flow.Step(stubborn("ads", 2*time.Second, nil).Timeout(10*ms).Fallback("none"), title)
		each := flow.Each(takes("avatars", 2*ms, nil), flow.Map(members, func(string) []string { return make([]string, 3) }), 1)
		return flow.After(flow.Map3(flow.Try(flow.Step(gift, title)), ads, each,
			func(future.Result[string], string, []string) string { return "chat" }), passed)
	}).Timeout(300 * ms)
}

// The log of a run in virtual time, as a handler of JSON writes it, but for what differs from one machine or test to the other.
func TestRecords_golden(t *testing.T) {
	var log bytes.Buffer
	plain := func(_ []string, a slog.Attr) slog.Attr {
		switch a.Key {
		case jadeslog.KeyRun:
			a.Value = slog.IntValue(1)
		case jadeslog.KeyStack:
			first, _, _ := bytes.Cut([]byte(a.Value.String()), []byte("(...)"))
			a.Value = slog.StringValue(string(first) + "(...)")
		}
		return a
	}
	logger := slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{ReplaceAttr: plain}))
	synctest.Test(t, func(t *testing.T) {
		ctx := observe.With(t.Context(), jadeslog.New(logger, jadeslog.Function("chat-page")))
		_, err := chat().Do(ctx, "x")
		require.NoError(t, err)
		time.Sleep(3 * time.Second)
		_, err = line("chat", takes("send", 20*ms, recovery.Mark(recovery.ClassBusiness, errors.New("muted\nfor a day"))), takes("notify", ms, nil)).Do(ctx, "x")
		require.Error(t, err)
		synctest.Wait()
	})
	const file = "testdata/chat.log"
	got := regexp.MustCompile(`(\.go):\d+`).ReplaceAllString(log.String(), "$1:1")
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}
