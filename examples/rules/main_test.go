package main

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
)

// What the program prints, and its exit code. In a bubble the measured times are what they should be.
func TestProgram(t *testing.T) {
	const order = "order-page: user mei, 3 left\n"
	const chat = `group-chat: user mei reads ["who likes tea?"]` + "\n"
	const quiet = `group-chat: user mei reads ["(no messages now)"]` + "\n"
	for args, want := range map[string]struct {
		code           int
		stdout, stderr string
	}{
		"":               {0, order + chat, ""},
		"-fail messages": {0, order + quiet, ""},
		"-slow messages": {0, order + quiet, ""},
		"-user lu": {
			1, "order-page: not shown, the user is muted\ngroup-chat: not shown, the user is muted\n",
			"rules: no order-page, class business: rule user: the user is muted\n" +
				"rules: no group-chat, class business: rule user: the user is muted\n",
		},
		"-subject ivory": {
			1, "order-page: not shown, the subject is banned\ngroup-chat: not shown, the subject is banned\n",
			"rules: no order-page, class business: rule subject: the subject is banned\n" +
				"rules: no group-chat, class business: rule subject: the subject is banned\n",
		},
		"-slow messages -slow muted -fail stock": {
			1, "order-page: not shown, try again later\ngroup-chat: not shown, try again later\n",
			"rules: no order-page, class timeout: order-page: rules (rules/rules.go:#): rules: muted (rules/rules.go:#): muted: deadline exceeded: limit 50ms, elapsed 50ms\n" +
				"rules: no group-chat, class timeout: group-chat: rules (rules/rules.go:#): rules: muted (rules/rules.go:#): muted: deadline exceeded: limit 50ms, elapsed 50ms\n",
		},
		"-fail stock": {
			1, "order-page: not shown, try again later\n" + chat,
			"rules: no order-page, class dependency: order-page: stock (rules/pages.go:#): connection refused\n",
		},
		"-slow stock": {
			1, "order-page: not shown, try again later\n" + chat,
			"rules: no order-page, class timeout: order-page: stock (rules/pages.go:#): stock: deadline exceeded: limit 100ms, elapsed 100ms\n",
		},
		"-nope":      {2, "", "rules: flag provided but not defined: -nope\n"},
		"tea":        {2, "", "rules: unexpected argument \"tea\"\n"},
		"-user":      {2, "", "rules: flag needs an argument: -user\n"},
		"-slow item": {2, "", "rules: invalid value \"item\" for flag -slow: unknown call \"item\": want one of muted, banned, profile, stock, messages\n"},
		"-fail item": {2, "", "rules: invalid value \"item\" for flag -fail: unknown call \"item\": want one of muted, banned, profile, stock, messages\n"},
	} {
		t.Run(args, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var stdout, stderr bytes.Buffer
				assert.Equal(t, want.code, run(strings.Fields(args), &stdout, &stderr))
				assert.Equal(t, want.stdout, stdout.String())
				assert.Equal(t, want.stderr, lines.ReplaceAllString(stderr.String(), ".go:#"))
			})
		})
	}
}

// lines are where the tasks of this program are made.
var lines = regexp.MustCompile(`\.go:\d+`)

func TestHelp(t *testing.T) {
	var stdout, stderr bytes.Buffer
	assert.Equal(t, 0, run([]string{"-h"}, &stdout, &stderr))
	assert.Empty(t, stderr.String())
	for _, name := range append([]string{"user", "subject", "slow", "fail"}, calls...) {
		assert.Contains(t, stdout.String(), name)
	}
}
