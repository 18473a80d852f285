package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const ms = time.Millisecond

var tea = Request{User: "mei", Subject: "tea"}

// logged catches what OnError logs meanwhile.
func logged(t *testing.T) *bytes.Buffer {
	var log bytes.Buffer
	was := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	t.Cleanup(func() { slog.SetDefault(was) })
	return &log
}

// shown asks for a page in a scope, and returns how long that took.
func shown(t *testing.T, page *flow.Flow[Request, string], r Request) (text string, took time.Duration, err error) {
	begun := time.Now()
	text, err = future.Run(t.Context(), func(ctx context.Context) (string, error) { return page.Do(ctx, r) })
	return text, time.Since(begun), err
}

// onBoth runs a test in a bubble for each of the pages.
func onBoth(t *testing.T, test func(t *testing.T, s *services, page *flow.Flow[Request, string])) {
	for _, pick := range []func(pages) *flow.Flow[Request, string]{
		func(p pages) *flow.Flow[Request, string] { return p.order },
		func(p pages) *flow.Flow[Request, string] { return p.chat },
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &services{takes: map[string]time.Duration{}, fails: map[string]error{}}
			test(t, s, pick(newPages(s)))
		})
	}
}

func TestBothPages(t *testing.T) {
	var stdout, stderr bytes.Buffer
	require.Equal(t, 0, run(nil, &stdout, &stderr))
	require.Equal(t, "order page: user mei, 3 left\ngroup chat: user mei reads [\"who likes tea?\"]\n", stdout.String())
	require.Empty(t, stderr.String())
}

// Each rule refuses both pages: the answer says why, one line is logged, and nothing but rules has run.
func TestRules_refuse(t *testing.T) {
	for r, why := range map[Request]error{
		{User: "lu", Subject: "tea"}:    errMuted,
		{User: "mei", Subject: "ivory"}: errViolation,
	} {
		log := logged(t)
		onBoth(t, func(t *testing.T, s *services, page *flow.Flow[Request, string]) {
			log.Reset()
			text, _, err := shown(t, page, r)
			require.NoError(t, err)
			assert.Equal(t, page.Name()+" is not shown: "+why.Error(), text)
			assert.Equal(t, 1, strings.Count(log.String(), "\n"), log)
			assert.Contains(t, log.String(), "page="+page.Name()+" call=rules class=business user="+r.User)
			assert.Contains(t, log.String(), why.Error())
			assert.Contains(t, s.asked, "muted")
			for _, call := range []string{"profile", "stock", "messages"} {
				assert.NotContains(t, s.asked, call)
			}
		})
	}
}

func TestRules_refusedPagesAreAnswers(t *testing.T) {
	logged(t)
	var stdout, stderr bytes.Buffer
	require.Equal(t, 0, run([]string{"-user", "lu"}, &stdout, &stderr))
	require.Equal(t, "order-page is not shown: the user is muted\ngroup-chat is not shown: the user is muted\n", stdout.String())
	require.Empty(t, stderr.String())
}

// The calls of a page begin when the slower of the rules has passed, and not before.
func TestRules_comeFirst(t *testing.T) {
	onBoth(t, func(t *testing.T, s *services, page *flow.Flow[Request, string]) {
		s.takes["muted"], s.takes["violates"], s.takes["profile"] = 10*ms, 30*ms, 5*ms
		begun := time.Now()
		_, took, err := shown(t, page, tea)
		require.NoError(t, err)
		assert.Equal(t, 35*ms, took)
		for call, at := range s.asked {
			switch call {
			case "muted", "violates":
				assert.Equal(t, begun, at, "both rules are looked at at once")
			default:
				assert.Equal(t, begun.Add(30*ms), at, call)
			}
		}
	})
}

// A call that is too slow fails the page, at its own limit, and says which it was.
func TestPages_aCallHasItsLimit(t *testing.T) {
	log := logged(t)
	onBoth(t, func(t *testing.T, s *services, page *flow.Flow[Request, string]) {
		log.Reset()
		s.takes["profile"] = time.Hour
		_, took, err := shown(t, page, tea)
		require.Equal(t, recovery.Timeout, recovery.Classify(err))
		assert.Equal(t, 100*ms, took)
		assert.Contains(t, log.String(), "call=profile class=timeout")
	})
}

// The limit of the whole page acts where a call has none of its own.
func TestPages_haveALimit(t *testing.T) {
	log := logged(t)
	synctest.Test(t, func(t *testing.T) {
		s := &services{takes: map[string]time.Duration{"messages": time.Hour}}
		_, took, err := shown(t, newPages(s).chat, tea)
		late, ok := errors.AsType[*deadline.Error](err)
		require.True(t, ok, "%v", err)
		assert.Equal(t, "group-chat: messages", late.Name)
		assert.Equal(t, 300*ms, late.Limit)
		assert.Equal(t, 300*ms, took)
		assert.Contains(t, log.String(), `page=group-chat call="group-chat: messages" class=timeout`)
	})
}

// What is no rule's business stays a failure; the messages degrade.
func TestPages_failAndDegrade(t *testing.T) {
	logged(t)
	errBroken := errors.New("broken")
	onBoth(t, func(t *testing.T, s *services, page *flow.Flow[Request, string]) {
		s.fails["messages"] = errBroken
		text, _, err := shown(t, page, tea)
		require.NoError(t, err)
		if page.Name() == "group-chat" {
			assert.Equal(t, `group chat: user mei reads ["(no messages now)"]`, text)
		}
		s.fails["profile"] = errBroken
		_, _, err = shown(t, page, tea)
		assert.ErrorIs(t, err, errBroken)
	})
}

func TestProgram_aFailureIsOneLine(t *testing.T) {
	logged(t)
	s := &services{fails: map[string]error{"muted": errors.New("down\nfor now")}}
	var stdout, stderr bytes.Buffer
	require.Equal(t, 1, show(newPages(s), tea, &stdout, &stderr))
	require.Empty(t, stdout.String())
	require.Equal(t, 2, strings.Count(stderr.String(), "\n"), "a line for each page")
	require.True(t, strings.HasPrefix(stderr.String(), "rules: order-page: rules ("), stderr.String())
}

func TestUsage(t *testing.T) {
	for _, args := range []string{"-nope", "tea"} {
		var stdout, stderr bytes.Buffer
		require.Equal(t, 2, run([]string{args}, &stdout, &stderr))
		require.Equal(t, 1, strings.Count(stderr.String(), "\n"))
		require.True(t, strings.HasPrefix(stderr.String(), "rules: "))
	}
	var help bytes.Buffer
	require.Equal(t, 0, run([]string{"-h"}, &help, &help))
	require.Contains(t, help.String(), "-subject")
}

// The log names the call, or what a late page was waiting for.
func TestFailedCall(t *testing.T) {
	require.Equal(t, "stock", failedCall(&flow.Error{Node: "stock", Err: errMuted}))
	require.Equal(t, "order-page: stock", failedCall(&deadline.Error{Name: "order-page: stock"}))
	require.Equal(t, "none", failedCall(context.Canceled))
}
