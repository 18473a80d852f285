package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/jade-go/jade/flow"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

// Request is what both pages are asked for.
type Request struct{ User, Subject string }

func (r Request) user() string    { return r.User }
func (r Request) subject() string { return r.Subject }

// Answer is what the one who asked is shown: a page or, if there is none, why.
type Answer struct {
	Text  string
	Class recovery.Class // of the failure; recovery.ClassNone: there is a page
}

type page = flow.Flow[Request, Answer]

const (
	callLimit = 100 * time.Millisecond // of each call
	pageLimit = 120 * time.Millisecond // of the rules and the calls together
)

// newPages are the two flows of this program.
func newPages(s *services, log *log.Logger) []*page {
	// Shared tasks: declared once, used by every flow that needs them.
	profile := task.New("profile", s.profile).Timeout(callLimit)
	stock := task.New("stock", s.stock).Timeout(callLimit)
	messages := task.New("messages", s.messages).Timeout(callLimit).Fallback([]string{"(no messages now)"})
	rules := newRules(s).Task()

	order := flow.New("order-page", func(in flow.Node[Request]) flow.Node[Answer] {
		name := flow.Step(profile, flow.Map(in, Request.user))
		left := flow.Step(stock, flow.Map(in, Request.subject))
		return flow.After(flow.Map2(name, left, orderPage), flow.Step(rules, in))
	})
	chat := flow.New("group-chat", func(in flow.Node[Request]) flow.Node[Answer] {
		name := flow.Step(profile, flow.Map(in, Request.user))
		texts := flow.Step(messages, flow.Map(in, Request.subject))
		return flow.After(flow.Map2(name, texts, groupChat), flow.Step(rules, in))
	})
	return []*page{answering(order, log), answering(chat, log)}
}

func orderPage(name string, left int) Answer {
	return Answer{Text: fmt.Sprintf("order-page: %s, %d left", name, left)}
}

func groupChat(name string, texts []string) Answer {
	return Answer{Text: fmt.Sprintf("group-chat: %s reads %q", name, texts)}
}

// answering is p with what all pages have around the whole: a limit, a log of what
// went wrong, and an answer all the same.
func answering(p *page, log *log.Logger) *page {
	return p.Timeout(pageLimit).OnError(func(_ context.Context, _ Request, err error) {
		why := err.Error() // which names the call
		if refused, ok := errors.AsType[*Refusal](err); ok {
			why = refused.Error()
		}
		log.Printf("no %s, class %s: %s", p.Name(), recovery.Classify(err), why)
	}).Catch(func(_ context.Context, _ Request, err error) (Answer, error) {
		why := "try again later" // the rest is for the log
		if refused, ok := errors.AsType[*Refusal](err); ok {
			why = refused.Reason
		}
		return Answer{p.Name() + ": not shown, " + why, recovery.Classify(err)}, nil
	})
}
