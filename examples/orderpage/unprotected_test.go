package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// unprotected are the page's protections, each of which the environment variable UNPROTECTED can take away.
const unprotected = `package main

import (
	"context"
	"os"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/task"
)

func without(what string) bool { return os.Getenv("UNPROTECTED") == what }

// tried is flow.Try, or nothing.
func tried[T any](name string, n flow.Node[T]) flow.Node[future.Result[T]] {
	if without("fallback " + name) {
		return flow.Map(n, func(v T) future.Result[T] { return future.Result[T]{Value: v} })
	}
	return flow.Try(n)
}
`

// limited is inTime, or nothing, for one call.
const limited = `
func limitedCALL[In, Out any](call task.Func[In, Out]) task.Func[In, Out] {
	if without("timeout CALL") {
		return func(ctx context.Context, in In) (Out, error) { return call(ctx, in) }
	}
	return inTime(call)
}
`

// Whichever one of the protections is taken away, TestFaults fails, and says what to add.
func TestFaults_missEveryProtection(t *testing.T) {
	t.Parallel()
	p := newPatched(t)
	text := unprotected
	for _, call := range plan {
		text += strings.ReplaceAll(limited, "CALL", call)
		p.replace("handler.go", "."+call+").Wrap(inTime)", "."+call+").Wrap(limited"+call+")")
	}
	p.create("unprotected.go", text)
	for _, call := range []string{"coins", "coupons", "freight", "inspection"} {
		p.replace("handler.go", "flow.Try("+call+")", "tried(\""+call+"\", "+call+")")
	}
	p.accepted()
	binary := p.buildTest(t)

	faults := func(t *testing.T, without string) (said string, passed bool) {
		cmd := exec.CommandContext(t.Context(), binary, "-test.run=^TestFaults$", "-test.timeout=2m")
		cmd.Env = append(os.Environ(), "UNPROTECTED="+without)
		out, err := cmd.CombinedOutput()
		return string(out), err == nil
	}
	said, passed := faults(t, "nothing")
	require.True(t, passed, said)
	for _, call := range plan {
		said, passed := faults(t, "timeout "+call)
		require.False(t, passed, "nothing misses the limit of %s", call)
		require.Regexp(t, `jadetest\.Faults: order-page: `+call+`: .*: give `+call+` a Timeout that leaves time to answer`, said)
		if call == "item" || call == "address" { // without which there is no page
			continue
		}
		said, passed = faults(t, "fallback "+call)
		require.False(t, passed, "nothing misses the fallback of %s", call)
		require.Regexp(t, `jadetest\.Faults: order-page: `+call+`: business, .*: give `+call+` a Fallback, or take the failure by flow\.Recover or flow\.Try`, said)
	}
}

// buildTest builds the tests of the changed program.
func (p *patched) buildTest(t *testing.T) (binary string) {
	binary = filepath.Join(t.TempDir(), "test")
	out, err := exec.CommandContext(t.Context(), "go", "test", "-c", "-overlay", p.overlay(t), "-o", binary, ".").CombinedOutput()
	require.NoError(t, err, string(out))
	return binary
}
