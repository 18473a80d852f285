package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/flow"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

// Request is what both pages are asked for.
type Request struct{ User, Subject string }

var (
	errMuted     = errors.New("the user is muted")
	errViolation = errors.New("the subject violates a rule")
)

// pages are the two flows of this program.
type pages struct{ order, chat *flow.Flow[Request, string] }

func newPages(s *services) pages {
	// Shared tasks: declared once, used by every flow that needs them.
	profile := task.New("profile", s.profile).Timeout(100 * time.Millisecond)
	stock := task.New("stock", s.stock).Timeout(100 * time.Millisecond)
	messages := task.New("messages", s.messages).Fallback([]string{"(no messages now)"})
	rules := newRules(s).Task()

	order := flow.New("order-page", func(in flow.Node[Request]) flow.Node[string] {
		page := flow.Map2(
			flow.Step(profile, flow.Map(in, Request.user)),
			flow.Step(stock, flow.Map(in, Request.subject)),
			func(name string, left int) string { return fmt.Sprintf("order page: %s, %d left", name, left) })
		return flow.After(page, flow.Step(rules, in))
	})
	chat := flow.New("group-chat", func(in flow.Node[Request]) flow.Node[string] {
		page := flow.Map2(
			flow.Step(profile, flow.Map(in, Request.user)),
			flow.Step(messages, flow.Map(in, Request.subject)),
			func(name string, texts []string) string { return fmt.Sprintf("group chat: %s reads %q", name, texts) })
		return flow.After(page, flow.Step(rules, in))
	})
	return pages{protected(order), protected(chat)}
}

// newRules is the shared flow of business rules. Both checks run at once.
func newRules(s *services) *flow.Flow[Request, struct{}] {
	muted := task.New("muted", s.muted).Timeout(50 * time.Millisecond)
	violates := task.New("violates", s.violates).Timeout(50 * time.Millisecond)

	return flow.New("rules", func(in flow.Node[Request]) flow.Node[struct{}] {
		speaks := flow.Require(flow.Map(flow.Step(muted, flow.Map(in, Request.user)), not), errMuted)
		allowed := flow.Require(flow.Map(flow.Step(violates, flow.Map(in, Request.subject)), not), errViolation)
		return flow.Map2(speaks, allowed, func(_, _ struct{}) struct{} { return struct{}{} })
	})
}

// protected is what every page of this program has: a limit; one place that is told of
// all failures, with the page, the call in it, and the class; and one that answers a page that a rule refuses.
func protected(f *flow.Flow[Request, string]) *flow.Flow[Request, string] {
	return f.Timeout(300 * time.Millisecond).OnError(func(ctx context.Context, r Request, err error) {
		slog.WarnContext(ctx, "page failed", "page", f.Name(), "call", failedCall(err),
			"class", recovery.Classify(err).String(), "user", r.User, "error", err)
	}).Catch(func(_ context.Context, _ Request, err error) (string, error) {
		for _, rule := range []error{errMuted, errViolation} {
			if errors.Is(err, rule) {
				return f.Name() + " is not shown: " + rule.Error(), nil
			}
		}
		return "", err // no rule's business: it stays a failure
	})
}

// failedCall names the call that a page has failed with, or those that it was waiting for.
func failedCall(err error) string {
	if failed, ok := errors.AsType[*flow.Error](err); ok {
		return failed.Node
	}
	if late, ok := errors.AsType[*deadline.Error](err); ok {
		return late.Name
	}
	return "none"
}

func (r Request) user() string    { return r.User }
func (r Request) subject() string { return r.Subject }

func not(b bool) bool { return !b }
