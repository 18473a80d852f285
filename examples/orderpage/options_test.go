package main

import (
	"bytes"
	"flag"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestUsageErrors(t *testing.T) {
	cases := map[string]string{
		"-slow nobody=1s":     `unknown service "nobody": want one of item, address, coins, coupons, freight, inspection`,
		"-fail nobody":        `unknown service "nobody"`,
		"-down nobody":        `unknown service "nobody"`,
		"-hang nobody":        `unknown service "nobody"`,
		"-panic nobody":       `unknown service "nobody"`,
		"-fail freight,Coins": `unknown service "Coins"`,
		"-fail freight,":      `unknown service ""`,
		"-slow coupons":       "want service=time, such as coupons=400ms",
		"-slow coupons=soon":  `invalid duration "soon"`,
		"-slow coupons=400":   "missing unit in duration",
		"-slow coupons=-1s":   "must be positive",
		"-slow coupons=0s":    "must be positive",
		"-deadline soon":      `invalid value "soon" for flag -deadline`,
		"-deadline 300":       `invalid value "300" for flag -deadline`,
		"-deadline 0":         "must be positive",
		"-deadline -1s":       "must be positive",
		"-deadline":           "flag needs an argument",
		"-style threads":      `invalid value "threads" for flag -style: want flow or futures`,
		"-unguarded":          "flag -unguarded is for -rush",
		"-rush -debug x":      "flag -debug is not for -rush",
		"-nope":               "flag provided but not defined: -nope",
		"freight":             `unexpected argument "freight"`,
		"-fail freight coins": `unexpected argument "coins"`,
	}
	for args, want := range cases {
		t.Run(args, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			assert.Equal(t, 2, run(strings.Fields(args), &stdout, &stderr))
			assert.Empty(t, stdout.String())
			assert.Contains(t, stderr.String(), want)
			assert.Equal(t, 1, strings.Count(stderr.String(), "\n"), "one line")
			assert.True(t, strings.HasPrefix(stderr.String(), "orderpage: "))
		})
	}
}

func TestUsageError_exitCode(t *testing.T) {
	got := execute(t, "-fail", "nobody")
	assert.Equal(t, 2, got.code)
	assert.Empty(t, got.stdout)
	assert.Contains(t, got.stderr, `unknown service "nobody"`)
}

func TestHelp(t *testing.T) {
	got := execute(t, "-h")
	assert.Equal(t, 0, got.code)
	assert.Empty(t, got.stderr)
	for _, name := range []string{"slow", "fail", "down", "panic", "hang", "deadline", "style"} {
		assert.Contains(t, got.stdout, "\n  -"+name+" ")
	}
}

func TestParse_repeatsAndLists(t *testing.T) {
	o, err := parse(strings.Fields("-slow item=1s,coins=2s -slow item=3s -fail item,coins -fail freight -deadline 1s"), nil)
	require.NoError(t, err)
	assert.Equal(t, map[string]time.Duration{"item": 3 * time.Second, "coins": 2 * time.Second}, o.faults.slow)
	assert.Equal(t, names{"item": true, "coins": true, "freight": true}, o.faults.fail)
	assert.Equal(t, time.Second, o.deadline)

	o, err = parse(nil, nil)
	require.NoError(t, err)
	assert.Equal(t, "flow", o.style)
	assert.Equal(t, 800*time.Millisecond, o.deadline)

	_, err = parse([]string{"-help"}, new(bytes.Buffer))
	assert.ErrorIs(t, err, flag.ErrHelp)
}
