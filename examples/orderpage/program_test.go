package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestProgram runs the program with its flags, alone and combined, and holds
// it to what it promises under each: one page or one error, in time, and
// nothing left running, in each style.
func TestProgram(t *testing.T) {
	type lost = map[string]string // class by part
	cases := []struct {
		flags    string
		degraded lost   // of the page, if there is one
		failed   string // what the error says, if there is none
	}{
		{flags: ""},
		{flags: "-slow coupons=400ms"},
		{flags: "-slow coupons=600ms -deadline 500ms", degraded: lost{"coupons": "timeout"}},
		{flags: "-slow item=2s -deadline 400ms", failed: "item failed, class timeout: no answer within"},
		{flags: "-fail freight", degraded: lost{"freight": "dependency"}},
		{flags: "-fail item", failed: "item failed, class dependency: HTTP 500 Internal Server Error"},
		{flags: "-down coins", degraded: lost{"coins": "dependency"}},
		{flags: "-down address", failed: "address failed, class dependency: dial tcp"},
		{flags: "-panic inspection", degraded: lost{"inspection": "code"}},
		{flags: "-panic item", failed: "item failed, class code: panic: runtime error: invalid memory address"},
		{flags: "-hang item", failed: "item failed, class timeout: no answer within"},
		{flags: "-hang freight", degraded: lost{"freight": "timeout"}},
		{flags: "-deadline 2s"},

		{flags: "-fail freight,coins -fail coupons", degraded: lost{"coins": "dependency", "coupons": "dependency", "freight": "dependency"}},
		{
			flags:    "-slow coupons=5s -fail freight -down coins -panic inspection",
			degraded: lost{"coins": "dependency", "coupons": "timeout", "freight": "dependency", "inspection": "code"},
		},
		{
			flags:    "-hang coins,coupons,freight,inspection -deadline 500ms",
			degraded: lost{"coins": "timeout", "coupons": "timeout", "freight": "timeout", "inspection": "timeout"},
		},
		{flags: "-slow item=5s,coins=5s -hang address -deadline 400ms", failed: "failed, class timeout: no answer within"},
		{flags: "-down item -fail coins -hang coupons", failed: "item failed, class dependency: dial tcp"},
		{flags: "-down item,address", failed: "failed, class dependency: dial tcp"},
		{flags: "-panic address -hang item -fail freight", failed: "address failed, class code: panic"},
		{flags: "-down freight -hang freight -fail freight -panic freight -slow freight=5s", degraded: lost{"freight": "dependency"}},
	}
	for _, c := range cases {
		for style := range styles {
			t.Run(style+" flags "+c.flags, func(t *testing.T) {
				t.Parallel()
				got := execute(t, append(strings.Fields(c.flags), "-style", style)...)

				if c.failed != "" {
					assert.Equal(t, 1, got.code)
					assert.Contains(t, got.said(), "orderpage: no page: ")
					assert.Contains(t, got.said(), c.failed)
					assert.Equal(t, 1, strings.Count(got.said(), "\n"), "one line: %s", got.stderr)
					assert.NotContains(t, got.stdout, "{", "no page, or part of one")
				} else {
					assert.Equal(t, 0, got.code)
					assert.Empty(t, got.said())
					checkPage(t, got.page(t), c.degraded)
				}
				checkPromises(t, got)
				if style == "flow" { // which tells of what did not start, too
					for _, name := range plan {
						assert.Regexp(t, `(?m)^[ *]   `+name+` .*( [µm]?s$| to spare| saves |canceled|did not start|given up|failed: [a-z]+)`, got.stdout)
					}
				}
			})
		}
	}
}

// A call that is down is named wherever somebody looks for it: in the log, the text, the picture, and the last line.
func TestProgram_namesTheCallThatIsDown(t *testing.T) {
	file := filepath.Join(t.TempDir(), "page.html")
	got := execute(t, "-down", "address", "-html", file)
	assert.Equal(t, 1, got.code)
	assert.Regexp(t, `(?m)^time=\S+ level=ERROR .*task=address .*class=dependency .*connection refused`, got.stderr)
	assert.Regexp(t, `(?m)^time=\S+ level=INFO msg=run .*task=address status=failed class=dependency`, got.stderr)
	assert.Regexp(t, `^orderpage: no page: address failed, class dependency: dial tcp .*connection refused\n$`, got.said())
	assert.Contains(t, got.stdout, ": address (dependency) failed.\n")
	picture, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Contains(t, string(picture), ": address (dependency) failed.")
}

// A page without an optional call is a warning, and its line says what is missing.
func TestProgram_logsWhatThePageLacks(t *testing.T) {
	got := execute(t, "-hang", "coupons")
	assert.Equal(t, 0, got.code)
	assert.Empty(t, got.page(t).Coupons)
	assert.Regexp(t, `(?m)^time=\S+ level=WARN msg=degraded .*coupons`, got.stderr)
	assert.Regexp(t, `(?m)^time=\S+ level=INFO msg=run .*status=degraded class=timeout .*degraded=\[?coupons`, got.stderr)
	assert.NotContains(t, got.stderr, "level=ERROR", "what the page can do without is no alarm")
	assert.Contains(t, got.stdout, ", degraded: coupons (timeout) failed, and the answer does without it.\n")
}

// A page in 300 ms may be whole or degraded, as busy as the machine is, but it
// is in time.
func TestProgram_tightDeadline(t *testing.T) {
	for _, flags := range []string{"-deadline 300ms", "-deadline 300ms -slow coupons=400ms -fail freight"} {
		got := execute(t, strings.Fields(flags)...)
		assert.Contains(t, []int{0, 1}, got.code)
		checkPromises(t, got)
	}
}

// checkPage checks that a page is whole but for the parts that are lost.
func checkPage(t *testing.T, page Page, lost map[string]string) {
	t.Helper()
	assert.Equal(t, "o-2001", page.Order)
	assert.Equal(t, "Tea tin, jade green", page.Item.Title)
	assert.Equal(t, "Hangzhou", page.Address.City)

	classes := map[string]string{}
	for _, d := range page.Degraded {
		classes[d.Part] = d.Class
		assert.NotEmpty(t, d.Reason, d.Part)
	}
	if lost == nil {
		lost = map[string]string{}
	}
	assert.Equal(t, lost, classes)

	assert.Equal(t, either(lost, "coins", noCoins, Coins{Balance: 320}), page.Coins)
	assert.Len(t, page.Coupons, either(lost, "coupons", 0, 2))
	assert.Equal(t, either(lost, "freight", flatFreight, Freight{Carrier: "Lakeside Post", Cents: 730, Days: 2}), page.Freight)
	assert.Equal(t, either(lost, "inspection", noInspection.Centre, "West Lake Lab"), page.Inspection.Centre)
}

func either[T any](lost map[string]string, part string, fallback, whole T) T {
	if _, ok := lost[part]; ok {
		return fallback
	}
	return whole
}

// checkPromises checks what holds under any flag.
func checkPromises(t *testing.T, got execution) {
	t.Helper()
	assert.Contains(t, got.stdout, "\nno goroutine left\n")

	total := regexp.MustCompile(`\ntotal +([0-9.]+) ms   answered within the deadline of (\S+)\n`).FindStringSubmatch(got.stdout)
	require.NotNil(t, total, "no total in time:\n%s", got.stdout)
	millis, err := strconv.ParseFloat(total[1], 64)
	require.NoError(t, err)
	limit, err := time.ParseDuration(total[2])
	require.NoError(t, err)
	assert.LessOrEqual(t, millis, float64(limit)/float64(time.Millisecond))

	assert.Regexp(t, `\nsum of the parts +[0-9.]+ ms`, got.stdout)
	assert.Regexp(t, `\norder-page (took|failed after) [0-9.]+ .s`, got.stdout)
}

// execution is one run of the program.
type execution struct {
	code           int
	stdout, stderr string
}

func execute(t *testing.T, args ...string) execution {
	t.Helper()
	var stdout, stderr bytes.Buffer
	command := exec.CommandContext(t.Context(), program, args...)
	command.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0")
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); !exited {
		require.NoError(t, err)
	}
	return execution{command.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// said is what standard error has besides the log.
func (r execution) said() string {
	return regexp.MustCompile(`(?m)^time=.*\n`).ReplaceAllString(r.stderr, "")
}

// page decodes the page, which is what the output begins with.
func (r execution) page(t *testing.T) (page Page) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(r.stdout))
	decoder.DisallowUnknownFields()
	require.NoError(t, decoder.Decode(&page), r.stdout)
	return page
}
