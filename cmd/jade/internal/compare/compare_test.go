package compare

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/jade-go/jade/cmd/jade/internal/model"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// of is a model of one flow.
func of(change func(f *model.Flow)) *model.Model {
	pkg := &model.Package{Path: "example.com/shop/page", Title: "page"}
	item, coins := &model.Task{Name: "item"}, &model.Task{Name: "coins"}
	f := &model.Flow{
		Package: pkg, Name: "page", ID: "page", In: "newPage", Hash: "1", Limit: "1s",
		Calls: []model.Call{
			{Node: "item", Task: item, Needs: []string{"input"}, Returns: "Item", Need: model.Required, Policies: []string{"limit of 100ms"}},
			{Node: "coins", Task: coins, Needs: []string{"input"}, Returns: "int", Need: model.Optional, StandIn: "a value"},
		},
		Matrix: "| page | item | coins |\n|---|---|---|\n| panic | failed | degraded |\n| hang | failed 100ms | degraded 1s |\n\n| with | item |\n|---|---|\n| coins | failed 9/10 |\n",
	}
	change(f)
	pkg.Flows = []*model.Flow{f}
	return &model.Model{Packages: []*model.Package{pkg}}
}

func TestModels(t *testing.T) {
	same := func(*model.Flow) {}
	for name, c := range map[string]struct {
		before, after func(*model.Flow)
		lines         []Line
	}{
		"nothing": {same, same, nil},
		"a cell of the fault matrix": {same, func(f *model.Flow) {
			f.Matrix = "| page | item | coins |\n|---|---|---|\n| panic | failed | failed |\n| hang | failed 100ms | degraded 1s |\n\n| with | item |\n|---|---|\n| coins | failed 10/10 |\n"
		}, []Line{{"faults", "`panic` of `coins`: degraded → failed"}, {"faults", "`coins` with `item`: failed 9/10 → failed 10/10"}}},
		"a column of the fault matrix": {same, func(f *model.Flow) {
			f.Matrix = "| page | item |\n|---|---|\n| panic | failed |\n| hang | failed 100ms |\n\n| with | item |\n|---|---|\n| coins | failed 9/10 |\n"
		}, []Line{{"faults", "the faults of `coins` are not tried any more"}}},
		"no fault matrix": {same, func(f *model.Flow) { f.Matrix = "" }, []Line{{"faults", "there is no fault matrix any more"}}},
		"a limit":         {same, func(f *model.Flow) { f.Limit = "2s" }, []Line{{"flow", "the limit: 1s → 2s"}}},
		"no limit":        {same, func(f *model.Flow) { f.Limit = "" }, []Line{{"flow", "the limit is gone: it was 1s"}}},
		"a gate": {same, func(f *model.Flow) {
			f.Calls[0].Policies = append(f.Calls[0].Policies, "at most 20 at a time")
		}, []Line{{"policies", "`item` has more policies: at most 20 at a time"}}},
		"no gate": {func(f *model.Flow) { f.Calls[0].Policies = append(f.Calls[0].Policies, "at most 20 at a time") }, same,
			[]Line{{"policies", "`item` has fewer policies: it had at most 20 at a time"}}},
		"another limit of a call": {same, func(f *model.Flow) { f.Calls[0].Policies = []string{"limit of 80ms"} },
			[]Line{{"policies", "`item`: limit of 100ms → limit of 80ms"}}},
		"required": {same, func(f *model.Flow) { f.Calls[1].Need, f.Calls[1].StandIn = model.Required, "" }, []Line{
			{"needs", "`coins` was optional, and is required"}, {"needs", "what replaces `coins` if it fails is gone: it was a value"},
		}},
		"serial": {same, func(f *model.Flow) { f.Calls[1].Needs, f.Hash = []string{"input", "item"}, "2" }, []Line{
			{"order", "`coins` waits for `item` now: they were parallel, and are serial"},
			{"structure", "the structure has changed: a durable run that is in flight cannot go on with it"},
		}},
		"parallel": {func(f *model.Flow) { f.Calls[1].After = []string{"item"} }, same,
			[]Line{{"order", "`coins` waits for `item` no longer: they were serial, and are parallel"}}},
		"a renamed call": {same, func(f *model.Flow) { f.Calls[1].Node = "points" }, []Line{{"calls", "`coins` is now called `points`"}}},
		"Catch on all calls": {same, func(f *model.Flow) { f.Graph.Catch, f.Calls[0].StandIn = 1, "Catch answers" },
			[]Line{{"flow", "`Catch` is new"}}},
	} {
		changes := Models(of(c.before), of(c.after))
		var lines []Line
		for _, change := range changes {
			lines = append(lines, change.Lines...)
		}
		require.Equal(t, c.lines, lines, name)
	}
}

// A flow of another name that has most of the calls is the same one; one that has none of them is not.
func TestModels_names(t *testing.T) {
	renamed := Models(of(func(*model.Flow) {}), of(func(f *model.Flow) { f.Name, f.ID = "order", "order" }))
	require.Len(t, renamed, 1)
	require.Equal(t, []Line{{"flow", "renamed from `page` to `order`"}}, renamed[0].Lines)
	other := Models(of(func(*model.Flow) {}), of(func(f *model.Flow) { f.Name, f.ID, f.Calls = "order", "order", nil }))
	require.Len(t, other, 2)
	require.Equal(t, []Line{{"flow", "the flow is new"}}, other[0].Lines)
	require.Equal(t, []Line{{"flow", "the flow is gone"}}, other[1].Lines)
}
