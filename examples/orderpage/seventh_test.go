package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// A seventh call is one task and one line of the flow. What else must change the
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

	// The task and the line.
	p.after("handler.go", "s.inspection).Wrap(inTime)", "\n\tfetchGift := task.New2(\"gift\", s.gift).Wrap(inTime)")
	line := p.after("handler.go", "flow.Step2(fetchInspection, item, address)", "\n\t\tgift := flow.Step2(fetchGift, item, address)")
	p.refused("handler.go", line+1, "declared and not used: gift")

	// So it has to be used: in the page.
	line = p.replace("handler.go", "flow.Map7(", "flow.Map8(")
	p.replace("handler.go", "flow.Try(inspection), render)", "flow.Try(inspection), flow.Try(gift), render)")
	p.refused("handler.go", line+1, "of render does not match", "future.Result[Gift]")

	// render has to take it, and is the place that says what becomes of it.
	p.replace("handler.go", "inspection future.Result[Inspection],", "inspection future.Result[Inspection], gift future.Result[Gift],")
	line = p.after("handler.go", `orElse(&page, "inspection", inspection, noInspection)`, "\n\tpage.Gift = orElse(&page, \"gift\", gift, noGift)")
	p.refused("handler.go", line+1, "page.Gift undefined")

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
