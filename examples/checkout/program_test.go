package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/examples/checkout/services"
	"github.com/jade-go/jade/examples/checkout/shop"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/task"
)

// execution is one run of the program.
type execution struct {
	code           int
	stdout, stderr string
}

func execute(t *testing.T, dir string, args ...string) execution {
	t.Helper()
	command, out := begin(t, dir, args...)
	err := command.Wait()
	if _, exited := errors.AsType[*exec.ExitError](err); !exited {
		require.NoError(t, err)
	}
	return execution{command.ProcessState.ExitCode(), out[0].String(), out[1].String()}
}

func begin(t *testing.T, dir string, args ...string) (*exec.Cmd, [2]*bytes.Buffer) {
	t.Helper()
	out := [2]*bytes.Buffer{{}, {}}
	command := exec.CommandContext(t.Context(), program, append([]string{"-dir", dir}, args...)...)
	command.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0")
	command.Stdout, command.Stderr = out[0], out[1]
	require.NoError(t, command.Start())
	return command, out
}

// booksOf are the books of a program that has ended.
func booksOf(t *testing.T, dir string) *services.Books {
	t.Helper()
	books, err := services.OpenBooks(filepath.Join(dir, "books.json"))
	require.NoError(t, err)
	return books
}

// done lists what the services have done for an order, in order, and how often they were asked for it.
func done(books *services.Books, order string) (actions []string, seen map[string]int) {
	seen = map[string]int{}
	for _, e := range books.Entries(order) {
		actions = append(actions, e.Action)
		seen[e.Action] = e.Seen
	}
	return actions, seen
}

func TestProgram_takesAnOrder(t *testing.T) {
	dir := t.TempDir()
	got := execute(t, dir, "-order", "1")
	require.Equal(t, 0, got.code, got.stderr)
	require.Empty(t, got.stderr)
	require.Contains(t, got.stdout, "answer: reserve-1001, charge-1001 and ship-1001, paid 45.00\n")
	actions, seen := done(booksOf(t, dir), "1")
	require.ElementsMatch(t, []string{"reserve", "check", "charge", "ship", "mail"}, actions)
	require.Equal(t, map[string]int{"reserve": 1, "check": 1, "charge": 1, "ship": 1, "mail": 1}, seen)

	again := execute(t, dir, "-order", "1")
	require.Equal(t, 0, again.code)
	require.NotContains(t, again.stdout, " called")
	require.Contains(t, again.stdout, "answer: reserve-1001, charge-1001 and ship-1001, paid 45.00\n")
	_, seen = done(booksOf(t, dir), "1")
	require.Equal(t, 1, seen["charge"])
}

// Wherever it is killed, the order goes on, and each thing is done once.
func TestProgram_killAt(t *testing.T) {
	for _, at := range []string{"reserve", "check", "charge", "ship", "mail"} {
		t.Run(at, func(t *testing.T) {
			dir := t.TempDir()
			require.NotEqual(t, 0, execute(t, dir, "-order", "1", "-kill-at", at).code)
			got := execute(t, dir, "-order", "1")
			require.Equal(t, 0, got.code, got.stderr)
			require.Regexp(t, `(?m)^  `+at+` +called: it had been done, and was not recorded$`, got.stdout)
			require.Contains(t, got.stdout, "process 1  was killed\n")
			require.Contains(t, got.stdout, "paid in all: 45.00\n")
			_, seen := done(booksOf(t, dir), "1")
			require.Equal(t, 2, seen[at])
			delete(seen, at)
			for action, n := range seen {
				if action != "reserve" && action != "check" { // they run at the same time: it may be killed before the other one is recorded
					require.Equal(t, 1, n, action)
				}
			}
		})
	}
}

// What is undone is undone once, and the last comes first.
func TestProgram_fail(t *testing.T) {
	for _, at := range []string{"", "recall", "refund", "release"} {
		t.Run(at, func(t *testing.T) {
			dir := t.TempDir()
			if at != "" && at != "recall" {
				require.NotEqual(t, 0, execute(t, dir, "-order", "1", "-fail", "ship", "-kill-at", at).code)
			}
			got := execute(t, dir, "-order", "1", "-fail", "ship")
			require.Equal(t, 1, got.code)
			require.Regexp(t, `(?m)^failed: checkout: ship \(.*\): ship: refused: shipping says no$`, got.stdout)
			require.Contains(t, got.stdout, "paid in all: 0.00\n")
			actions, _ := done(booksOf(t, dir), "1")
			require.Equal(t, []string{"charge", "refund", "release"}, actions[2:])
		})
	}
}

func TestProgram_slow(t *testing.T) {
	begun := time.Now()
	require.Equal(t, 0, execute(t, t.TempDir(), "-slow").code)
	require.Greater(t, time.Since(begun), 4*time.Second) // reserve, charge, ship and mail
}

// Another process that has the folder open is named.
func TestProgram_oneAtATime(t *testing.T) {
	dir := t.TempDir()
	first, _ := begin(t, dir, "-slow")
	require.Eventually(t, func() bool { _, err := os.Stat(filepath.Join(dir, "books.json")); return err == nil }, 20*time.Second, time.Millisecond)
	second := execute(t, dir)
	require.Equal(t, 1, second.code)
	require.Contains(t, second.stderr, "it is in process")
	require.NoError(t, first.Process.Kill())
	_ = first.Wait()
	require.Equal(t, 0, execute(t, dir).code)
}

// The flow answers in memory as on the journal.
func TestProgram_answersAsMemoryDoes(t *testing.T) {
	for _, refuse := range []string{"", "reserve", "check", "charge", "ship", "mail"} {
		t.Run(refuse, func(t *testing.T) {
			var answers [2]string
			var books [2][]string
			for i := range answers {
				o := options{dir: t.TempDir(), id: "1", faults: services.Faults{Refuse: refuse}}
				var got outcome
				var err error
				if i == 0 {
					got, err = inMemory(o)
				} else {
					got, err = take(o)
				}
				require.NoError(t, err)
				if got.err == nil {
					answers[i] = fmt.Sprint(got.receipt)
					require.Equal(t, "charge-1001", got.receipt.Payment)
				} else {
					answers[i] = got.err.Error()
					_, same := errors.AsType[*shop.RefusedError](got.err)
					require.True(t, same, got.err)
				}
				for _, e := range got.entries {
					books[i] = append(books[i], e.Key+" "+e.Action)
				}
				slices.Sort(books[i])
			}
			require.Equal(t, answers[0], answers[1])
			require.Equal(t, books[0], books[1])
		})
	}
}

// inMemory is take without a journal.
func inMemory(o options) (out outcome, err error) {
	books, err := services.OpenBooks(filepath.Join(o.dir, "books.json"))
	if err != nil {
		return out, err
	}
	all, err := services.Open(books, o.faults)
	if err != nil {
		return out, err
	}
	defer all.Close()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	ctx, scope := future.WithScope(context.Background(), future.Unobserved(func(error) {}))
	out.receipt, out.err = shop.Checkout(&shop.Client{HTTP: &http.Client{Transport: transport}, URLs: all.URLs}).Do(task.WithKey(ctx, o.id), o.order())
	for range 1000 { // closing the scope would cut off the mail
		actions, _ := done(books, o.id)
		if out.err != nil || o.faults.Refuse == "mail" || slices.Contains(actions, "mail") {
			break
		}
		time.Sleep(time.Millisecond)
	}
	err = scope.Close()
	out.entries = books.Entries(o.id)
	return out, err
}

func TestProgram_usage(t *testing.T) {
	for args, want := range map[string]string{
		"-kill-at pay":    `checkout: invalid value "pay" for flag -kill-at: want one of reserve, check, charge, ship, mail, recall, refund, release` + "\n",
		"-fail pay":       `checkout: invalid value "pay" for flag -fail: want one of reserve, check, charge, ship, mail, recall, refund, release` + "\n",
		"now":             `checkout: unexpected argument "now"` + "\n",
		"-order= -slow":   "checkout: flag -order is empty\n",
		"-order 1 -dir= ": "checkout: flag -dir is empty\n",
		"-fast":           "checkout: flag provided but not defined: -fast\n",
	} {
		got := execute(t, t.TempDir(), strings.Fields(args)...)
		require.Equal(t, execution{2, "", want}, got, args)
	}
	help := execute(t, t.TempDir(), "-h")
	require.Equal(t, 0, help.code)
	for _, name := range []string{"-dir", "-order", "-kill-at", "-fail", "-slow"} {
		require.Contains(t, help.stdout, "\n  "+name)
	}
}
