package main

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

const never = time.Hour // no run takes that long

// Each rule refuses each page: the answer says why, the log has one line, and nothing but rules has run.
func TestRules_refuse(t *testing.T) {
	for _, refused := range []struct {
		r   Request
		why *Refusal
	}{
		{Request{User: "lu", Subject: "tea"}, errMuted},
		{Request{User: "mei", Subject: "ivory"}, errBanned},
	} {
		t.Run(refused.why.Rule, func(t *testing.T) {
			onEach(t, func(t *testing.T, w *world, p *page) {
				w.takes["muted"], w.takes["banned"] = 10*ms, 10*ms // time enough for a call that does not wait
				answer, _, err := w.ask(t, p, refused.r)
				require.NoError(t, err)
				assert.Equal(t, Answer{p.Name() + ": not shown, " + refused.why.Reason, recovery.ClassBusiness}, answer)
				assert.Equal(t, "rules: no "+p.Name()+", class business: "+refused.why.Error()+"\n", w.log.String())
				assert.Contains(t, w.asked, "muted")
				assert.Contains(t, w.asked, "banned")
				assert.Empty(t, w.before(never))
			})
		})
	}
}

// What cannot be checked has not passed: nothing but rules has run.
func TestRules_refuseWhatTheyCannotCheck(t *testing.T) {
	errDown := errors.New("down\nfor now")
	for _, rule := range []string{"muted", "banned"} {
		t.Run(rule, func(t *testing.T) {
			onEach(t, func(t *testing.T, w *world, p *page) {
				w.fails[rule] = errDown
				answer, _, err := w.ask(t, p, tea)
				require.NoError(t, err)
				assert.Equal(t, p.Name()+": not shown, try again later", answer.Text)
				assert.Regexp(t, `^rules: no `+p.Name()+`, class unknown: .* `+rule+` \(.*\): down\\nfor now\n$`, w.log.String())
				assert.Empty(t, w.before(never))

				w.fails[rule], w.takes[rule] = nil, time.Second
				answer, took, err := w.ask(t, p, tea)
				require.NoError(t, err)
				assert.Equal(t, recovery.ClassTimeout, answer.Class)
				assert.Equal(t, ruleLimit, took)
				assert.Empty(t, w.before(never))
			})
		})
	}
}

// The calls of a page begin when the slower of the rules has passed, and not before.
func TestRules_comeFirst(t *testing.T) {
	onEach(t, func(t *testing.T, w *world, p *page) {
		w.takes["muted"], w.takes["banned"], w.takes["profile"] = 10*ms, 30*ms, 5*ms
		answer, took, err := w.ask(t, p, tea)
		require.NoError(t, err)
		assert.Equal(t, recovery.ClassNone, answer.Class)
		assert.Equal(t, 35*ms, took)
		assert.Zero(t, w.asked["muted"])
		assert.Zero(t, w.asked["banned"], "the rules are checked at the same time")
		assert.Empty(t, w.before(30*ms))
		assert.Len(t, w.before(never), 2, "the calls of the page")
	})
}

// The record must be able to show a call that does not wait for the rules.
func TestRules_anEarlyCallIsSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{takes: map[string]time.Duration{"banned": 30 * ms}}
		s := w.services()
		profile, rules := task.New("profile", s.profile), newRules(s).Task()
		early := flow.New("early", func(in flow.Node[Request]) flow.Node[Answer] {
			name := flow.Step(profile, flow.Map(in, Request.user))
			return flow.After(flow.Map2(name, flow.Const(0), orderPage), flow.Step(rules, in), name) // name is needed at once
		})
		answer, _, err := w.ask(t, early, tea)
		require.NoError(t, err)
		assert.Equal(t, recovery.ClassNone, answer.Class)
		assert.Equal(t, map[string]time.Duration{"profile": 0}, w.before(30*ms))
	})
}
