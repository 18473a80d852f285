package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// A seventh call is one line of the flow. What else must change the
// type checker says, change by change. When it has nothing left to say, the program runs.
func TestSeventhCall(t *testing.T) {
	p := newPatched(t)
	p.create("gift.go", `package main

import "context"

type Gift struct{ Name string }

var noGift = Gift{}

func (s *shop) gift(_ context.Context, item Item, to Address) (Gift, error) {
	return Gift{"a spoon for the " + item.Category + " in " + to.City}, nil
}
`)

	// The line.
	line := p.after("handler.go", "s.inspection), item, address)", "\n\t\tgift := flow.Step2(task.New2(\"gift\", s.gift), item, address)")
	p.refused("handler.go", line+1, "declared and not used: gift")

	// So it has to be used: in the page.
	line = p.replace("handler.go", "flow.Map7(", "flow.Map8(")
	p.after("handler.go", "flow.Fallback(inspection, noInspection),", "\n\t\t\tflow.Fallback(gift, noGift),")
	p.refused("handler.go", line+6, "of newPage does not match", "Gift")

	// newPage has to take it, and to put it somewhere.
	p.replace("handler.go", "inspection Inspection,", "inspection Inspection, gift Gift,")
	line = p.replace("handler.go", "freight, inspection, []*PartError{}", "freight, inspection, gift, []*PartError{}")
	p.refused("handler.go", line, "cannot use gift")

	// And that is all.
	p.after("page.go", "Inspection Inspection   `json:\"inspection\"`", "\n\tGift Gift `json:\"gift\"`")
	p.accepted()
	t.Run("runs", func(t *testing.T) {
		// The page as futures has not changed, and takes half of the compiler's time.
		p.create("futures.go", "package main\n\nvar byFutures = byFlow\n")
		p.create("parts.go", "package main\n")
		out := p.run(t)
		assert.Contains(t, out, `"gift": {"Name":"a spoon for the kitchen in Hangzhou"}`)
		assert.Regexp(t, `(?m)^[ *]   gift .*s `, out, "the report has it from the flow")
	})
}
