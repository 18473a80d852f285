package jadedbos_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/durable/jadedbos"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/task"
)

// A child is a process of its own, which the tests kill: this test binary once more, with the variable set.
const childEnv = "JADE_DBOS_CHILD"

// errand is what a child does.
type errand struct {
	Database string
	Flow     string // of crashFlows
	ID       string
	In       int
	Log      string // file that the calls are written to
	Attempt  int
}

// begun is a line in the log: a call has begun.
type begun struct {
	Attempt int
	Key     string
	At      time.Time
}

// child runs an errand. What it prints is "launched", and the answer.
func child() {
	var job errand
	check(json.Unmarshal([]byte(os.Getenv(childEnv)), &job))
	log, err := os.OpenFile(job.Log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	check(err)
	note := func(ctx context.Context) {
		key, _ := task.Key(ctx)
		line, err := json.Marshal(begun{job.Attempt, key, time.Now()})
		check(err)
		_, err = log.Write(append(line, '\n')) // at once: it is there after a kill
		check(err)
	}
	e, err := jadedbos.Open(context.Background(), jadedbos.Config{Database: job.Database, Log: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	check(err)
	shop, err := jadedbos.Register(e, crashFlows(note)[job.Flow])
	check(err)
	check(e.Launch())
	fmt.Println("launched")
	out, err := shop.Run(context.Background(), job.ID, job.In)
	text := ""
	if err != nil {
		text = err.Error()
	}
	answer, err := json.Marshal([]any{out, text})
	check(err)
	fmt.Println(string(answer))
	check(e.Close(context.Background()))
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// crashFlows are the flows of the children. Their calls tell note when they begin.
func crashFlows(note func(context.Context)) map[string]*flow.Flow[int, int] {
	takes := func(name string, d time.Duration, fn func(int) (int, error)) task.Task[int, int] {
		return named(name, func(ctx context.Context, n int) (int, error) {
			note(ctx)
			select {
			case <-ctx.Done():
				return 0, context.Cause(ctx)
			case <-time.After(d + time.Duration(rand.Int64N(int64(d)+1))):
			}
			return fn(n)
		})
	}
	add := func(name string, d time.Duration, k int) task.Task[int, int] {
		return takes(name, d*time.Millisecond, func(n int) (int, error) { return n + k, nil })
	}
	bad := func(name string, d time.Duration) task.Task[int, int] {
		return takes(name, d*time.Millisecond, func(int) (int, error) { return 0, errSoldOut })
	}
	where := flow.New("address", func(in number) number { return flow.Step(add("street", 3, 1), flow.Step(add("city", 3, 1), in)) })
	guarded := flow.New("guarded", func(in number) number { return flow.Step(add("deep", 4, 1), in) })
	value := func(r future.Result[int]) int { return r.Value }
	all := func(in number) number {
		a := flow.Step(add("a", 3, 1), in)
		b := flow.Fallback(flow.Step(bad("b", 4), a), 7)
		c := flow.Recover(flow.Step(bad("c", 2), in), func(ctx context.Context, err error) (int, error) { note(ctx); return len(err.Error()), nil })
		d := flow.Map(flow.Each(add("d", 2, 2), flow.Map(a, upTo), 2), sum)
		e := flow.Any(flow.Step(add("slow", 500, 5), in), flow.Step(add("quick", 3, 5), in))
		f := flow.Step(where.Task(), b)
		g := flow.Step(guarded.Task().Fallback(1), c)
		h := flow.Map(flow.Try(flow.Step(bad("h", 3), d)), value)
		i := flow.Sleep(flow.Step(add("i", 2, 1), e), 10*time.Millisecond)
		j := flow.After(flow.Step(add("j", 2, 1), i), flow.Require(flow.Map(f, func(int) bool { return true }), errNoRoute))
		k := flow.Also(flow.Step(add("k", 3, 1), g), flow.Step(add("audit", 6, 1), in), flow.Step(bad("lost", 1), in))
		l := flow.Step(add("l", 2, 1).Timeout(10*time.Second).Retry(task.Retry{Attempts: 2}), h)
		total := func(a, b, c, d, e, f int) int { return a + 10*b + 100*c + 1000*d + 10000*e + 100000*f }
		return flow.Map2(flow.Map6(a, b, c, d, e, f, total), flow.Map6(g, h, i, j, k, l, total), func(a, b int) int { return a + 7*b })
	}
	hook := func(ctx context.Context, name string) { // these have the key of the run
		key, _ := task.Key(ctx)
		note(task.WithKey(ctx, key+"/shop/"+name))
	}
	told := func(ctx context.Context, _ int, _ error) { hook(ctx, "OnError") }
	return map[string]*flow.Flow[int, int]{
		"all": of(all).Timeout(time.Minute).OnError(told),
		"catch": of(func(in number) number { return flow.Step(bad("last", 3), flow.Step(add("first", 3, 1), in)) }).OnError(told).
			Catch(func(ctx context.Context, n int, err error) (int, error) {
				hook(ctx, "Catch")
				return n + len(err.Error()), nil
			}),
		"fails": of(func(in number) number { return flow.Step(bad("last", 3), flow.Step(add("first", 3, 1), in)) }).OnError(told),
		"degrade": of(func(in number) number {
			return flow.Map2(flow.Step(add("first", 3, 1), in), flow.Fallback(flow.Step(add("late", 60_000, 1), in), 40), func(a, b int) int { return a + b })
		}).Timeout(1500 * time.Millisecond),
	}
}

// process is a child that runs.
type process struct {
	cmd      *exec.Cmd
	began    time.Time
	answered time.Time
	lines    *bufio.Scanner
	stderr   *os.File
}

func spawn(t testing.TB, job errand) *process {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	text, err := json.Marshal(job)
	require.NoError(t, err)
	p := &process{cmd: exec.Command(self)}
	p.cmd.Env = append(os.Environ(), childEnv+"="+string(text))
	out, err := p.cmd.StdoutPipe()
	require.NoError(t, err)
	p.stderr, err = os.Create(filepath.Join(t.TempDir(), "stderr"))
	require.NoError(t, err)
	p.cmd.Stderr = p.stderr
	p.lines = bufio.NewScanner(out)
	p.began = time.Now()
	require.NoError(t, p.cmd.Start())
	t.Cleanup(func() { _ = p.cmd.Process.Kill(); _ = p.cmd.Wait(); _ = p.stderr.Close() })
	return p
}

// line reads what the child prints next.
func (p *process) line(t testing.TB) string {
	t.Helper()
	if !p.lines.Scan() {
		text, _ := os.ReadFile(p.stderr.Name())
		require.Fail(t, "the child has ended", "%s", text)
	}
	return p.lines.Text()
}

// answer waits for the answer of the child, and its end.
func (p *process) answer(t testing.TB) (out int, text string) {
	t.Helper()
	got := []any{&out, &text}
	require.NoError(t, json.Unmarshal([]byte(p.line(t)), &got))
	p.answered = time.Now()
	require.NoError(t, p.cmd.Wait())
	return out, text
}

func (p *process) kill(t testing.TB) {
	require.NoError(t, p.cmd.Process.Kill())
	var killed *exec.ExitError
	if err := p.cmd.Wait(); err != nil { // it may have ended before
		require.True(t, errors.As(err, &killed), "%v", err)
	}
}

// logged reads the log of the calls that have begun.
func logged(t testing.TB, path string) (calls []begun) {
	t.Helper()
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	require.NoError(t, err)
	for d := json.NewDecoder(strings.NewReader(string(text))); ; {
		var b begun
		if err := d.Decode(&b); errors.Is(err, io.EOF) {
			return calls
		} else {
			require.NoError(t, err)
		}
		calls = append(calls, b)
	}
}
