package main

import (
	"time"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
)

// Refusal is the failure of a rule.
type Refusal struct{ Rule, Reason string }

func (r *Refusal) Error() string { return "rule " + r.Rule + ": " + r.Reason }

var (
	errMuted  = &Refusal{"user", "the user is muted"}
	errBanned = &Refusal{"subject", "the subject is banned"}
)

// ruleLimit is what the check of a rule may take.
const ruleLimit = 50 * time.Millisecond

// newRules is the shared flow of business rules: it fails unless all of them pass.
// They are checked at the same time. What cannot be checked has not passed.
func newRules(s *services) *flow.Flow[Request, struct{}] {
	muted := task.New("muted", s.muted).Timeout(ruleLimit)
	banned := task.New("banned", s.banned).Timeout(ruleLimit)

	return flow.New("rules", func(in flow.Node[Request]) flow.Node[struct{}] {
		user := flow.Require(flow.Map(flow.Step(muted, flow.Map(in, Request.user)), not), errMuted)
		subject := flow.Require(flow.Map(flow.Step(banned, flow.Map(in, Request.subject)), not), errBanned)
		return flow.After(flow.Const(struct{}{}), user, subject)
	})
}

func not(b bool) bool { return !b }
