package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/internal/realpart"
)

// unprotected are the page's protections, each of which the environment variable UNPROTECTED can take away.
const unprotected = `package main

import (
	"os"
	"time"

	"github.com/jade-go/jade/flow"
)

func without(what string) bool { return os.Getenv("UNPROTECTED") == what }

// limited gives a flow its limit and its reserve, or does not.
func limited[In, Out any](f *flow.Flow[In, Out], limit time.Duration) *flow.Flow[In, Out] {
	if !without("limit") {
		f = f.Timeout(limit)
	}
	if !without("reserve") {
		f = f.Reserve(replyTime)
	}
	return f
}

// optionally is flow.Fallback, or nothing.
func optionally[T any](name string, n flow.Node[T], v T) flow.Node[T] {
	if without("fallback " + name) {
		return n
	}
	return flow.Fallback(n, v)
}
`

// Whichever one of the protections is taken away, TestFaults fails, and says what to add.
func TestFaults_missEveryProtection(t *testing.T) {
	realpart.Long(t)
	t.Parallel()
	p := newPatched(t)
	p.create("unprotected.go", unprotected)
	p.replace("handler.go", "return flow.New(\"order-page\", func", "return limited(flow.New(\"order-page\", func")
	p.replace("handler.go", ".Timeout(limit).Reserve(replyTime)", ", limit)")
	for _, call := range []string{"coins", "coupons", "freight", "inspection"} {
		p.replace("handler.go", "flow.Fallback("+call, "optionally(\""+call+"\", "+call)
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
	for without, want := range map[string]string{
		"limit":               `item: hang: hung: give item a Timeout, or the flow`,
		"reserve":             `item: too slow, hang: late`,
		"fallback coins":      `coins: business, .*: give coins a Fallback, or take the failure by flow\.`,
		"fallback coupons":    `coupons: business, .*: give coupons a Fallback, or take the failure by flow\.`,
		"fallback freight":    `freight: business, .*: give freight a Fallback, or take the failure by flow\.`,
		"fallback inspection": `inspection: business, .*: give inspection a Fallback, or take the failure by flow\.`,
	} {
		said, passed := faults(t, without)
		require.False(t, passed, "nothing misses the %s", without)
		require.Regexp(t, `jadetest\.Faults: order-page: `+want, said)
	}
}

// buildTest builds the tests of the changed program.
func (p *patched) buildTest(t *testing.T) (binary string) {
	binary = filepath.Join(t.TempDir(), "test")
	out, err := exec.CommandContext(t.Context(), "go", "test", "-c", "-overlay", p.overlay(t), "-o", binary, ".").CombinedOutput()
	require.NoError(t, err, string(out))
	return binary
}
