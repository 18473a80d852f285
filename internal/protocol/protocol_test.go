// Package protocol checks a model of the protocol of package future: core.pml
// says what it is, and how to read it.
package protocol

import (
	"embed"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/internal/realpart"
)

// Embedded, so that a cached result is for these very files.
//
//go:embed *.pml
var models embed.FS

// deepest is how many steps a schedule may have. A longer one is an error, not cut off.
const deepest = "2000"

// Every schedule of every configuration keeps what core.pml promises, and each
// outcome that a configuration names is possible.
func TestProtocol(t *testing.T) {
	for _, configuration := range []string{"then", "two", "scopes", "back", "await", "inside", "loser"} {
		t.Run(configuration, func(t *testing.T) {
			t.Parallel()
			m := build(t, configuration, nil)
			out := m.run(t)
			if broken.MatchString(out) {
				require.FailNow(t, "a schedule breaks the protocol", "%s\n%s", out, m.schedule(t))
			}
			require.Contains(t, out, "errors: 0")
			require.Contains(t, out, "Full statespace search")
			for _, partial := range []string{"Search not completed", "max search depth too small", "out of memory", "Warning"} {
				require.NotContains(t, out, partial)
			}
			require.Regexp(t, `unreached in proctype Judge\n\t\(0 of`, out, "an outcome is not possible")
			t.Log(strings.Join(size.FindAllString(out, -1), ", "))
		})
	}
}

var broken = regexp.MustCompile(`(?m)^pan:\d+: `)

var size = regexp.MustCompile(`depth reached \d+|\d+ states, stored|elapsed time \S+ seconds`)

// A mistake in the protocol is found, by the assertion that is there for it.
func TestProtocol_findsPlantedMistakes(t *testing.T) {
	const (
		race          = `!(restBusy[`
		stopRace      = `!(stopBusy[`
		afterClose    = `!(closeReturned[`
		pending       = `(ring[s]==0)`
		onItsWay      = `claimed[1])&&(head[1]!=1`
		stuck         = `(unfinished==0)`
		stillListed   = `!((list[`
		neverTold     = `(told[1]==1)`
		toldTwice     = `(told[n]==1)`
		wrongReport   = `(reported==0)`
		seenYetReport = `!(awaitReturned)||(reported==0)`
	)
	for _, planted := range []struct{ mistake, configuration, found string }{
		{"PLANT_FIRST_ALARM", "two", race},
		{"PLANT_FIRST_JOIN", "scopes", afterClose},
		{"PLANT_NO_JOIN", "scopes", afterClose},
		{"PLANT_CLAIM_BEFORE_JOIN", "loser", onItsWay},
		{"PLANT_UNLINK_EARLY", "scopes", afterClose},
		{"PLANT_ALARM_JOINS_LATE", "then", afterClose},
		{"PLANT_CLOSE_DOES_NOT_COUNT", "two", pending},
		{"PLANT_NO_CHECK_AFTER_ATTACH", "two", stuck},
		{"PLANT_NO_CHECK_AFTER_PUSH", "two", stillListed},
		{"PLANT_ALARM_USES_STOP", "two", stopRace},
		{"PLANT_CLAIM_IN_TWO_STEPS", "two", toldTwice},
		{"PLANT_LOST_WAKEUP", "await", neverTold},
		{"PLANT_SEEN_LATE", "await", seenYetReport},
		{"PLANT_REPORT_LATE", "await", wrongReport},
	} {
		t.Run(planted.mistake, func(t *testing.T) {
			t.Parallel()
			var flags []string
			if strings.HasSuffix(planted.mistake, "_JOIN") {
				flags = []string{"-c0"} // all errors: it breaks several assertions
			}
			// From the other end of the schedules: that is where these mistakes are, so the search is short.
			m := build(t, planted.configuration, []string{"-D" + planted.mistake}, "-DREVERSE")
			out := m.run(t, flags...)
			require.Regexp(t, `assertion violated .*`+regexp.QuoteMeta(planted.found), out)
		})
	}
}

// model is a configuration and the program that checks it.
type model struct{ folder, configuration string }

// build takes the flags of spin, and those of gcc.
func build(t *testing.T, configuration string, defines []string, flags ...string) model {
	t.Helper()
	spin := realpart.Command(t, "apt-get install spin", "spin")
	gcc := realpart.Command(t, "apt-get install gcc libc6-dev", "gcc")
	m := model{t.TempDir(), configuration}
	require.NoError(t, os.CopyFS(m.folder, models))
	m.command(t, spin, append(defines, "-a", configuration+".pml")...)
	// -O0: to optimise takes longer than it saves.
	m.command(t, gcc, append(flags, "-O0", "-w", "-DSAFETY", "-o", "pan", "pan.c")...)
	return m
}

// run returns what the checker prints.
func (m model) run(t *testing.T, flags ...string) string {
	t.Helper()
	return m.command(t, filepath.Join(m.folder, "pan"), append(flags, "-b", "-m"+deepest, "-w22")...)
}

// schedule returns the steps that lead to the first error.
func (m model) schedule(t *testing.T) string {
	t.Helper()
	return m.command(t, "spin", "-t", "-p", m.configuration+".pml")
}

func (m model) command(t *testing.T, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = m.folder
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s %v: %s", name, args, out)
	return string(out)
}
