package main

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/flow"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// logged catches what OnError logs meanwhile.
func logged(t *testing.T) *bytes.Buffer {
	var log bytes.Buffer
	was := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	t.Cleanup(func() { slog.SetDefault(was) })
	return &log
}

func TestBothPages(t *testing.T) {
	var stdout, stderr bytes.Buffer
	require.Equal(t, 0, run(nil, &stdout, &stderr))
	require.Equal(t, "order page: user mei, 3 left\ngroup chat: user mei reads [\"who likes tea?\"]\n", stdout.String())
	require.Empty(t, stderr.String())
}

// When a rule does not pass, the rules have run and nothing else has.
func TestRules_comeFirst(t *testing.T) {
	for request, why := range map[Request]string{
		{User: "lu", Subject: "tea"}:    errMuted.Error(),
		{User: "mei", Subject: "ivory"}: errViolation.Error(),
	} {
		log := logged(t)
		s := &services{}
		var stdout, stderr bytes.Buffer
		require.Equal(t, 1, show(newPages(s), request, &stdout, &stderr))
		require.Empty(t, stdout.String())
		for _, line := range strings.Split(strings.TrimSpace(stderr.String()), "\n") {
			require.Contains(t, line, why)
			require.Contains(t, line, ": rules (")
		}
		require.NotContains(t, s.asked, "profile")
		require.NotContains(t, s.asked, "stock")
		require.NotContains(t, s.asked, "messages")
		require.Contains(t, s.asked, "muted")
		require.Contains(t, log.String(), "page=order-page call=rules class=business user="+request.User)
		require.Contains(t, log.String(), "page=group-chat call=rules class=business")
	}
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
