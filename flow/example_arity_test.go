package flow_test

import (
	"context"
	"fmt"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
)

// count is a node of a number.
func count(n int) flow.Node[int] { return flow.Const(n) }

// A task of two arguments takes them from two nodes.
func ExampleStep2() {
	do(RoleOrder{"ada", "bell"}, func(in flow.Node[RoleOrder]) flow.Node[int] {
		item := flow.Step(FetchItem, flow.Map(in, RoleOrder.ItemID))
		return flow.Step2(FetchCoupon, item, flow.Map(in, RoleOrder.UserID))
	})
	// Output: 190
}

func ExampleStep3() {
	label := task.New3("label", func(_ context.Context, item Item, city, user string) (string, error) {
		return fmt.Sprintf("%s for %s in %s", item.Name, user, city), nil
	})
	do(RoleOrder{"ada", "bell"}, func(in flow.Node[RoleOrder]) flow.Node[string] {
		user := flow.Map(in, RoleOrder.UserID)
		return flow.Step3(label, flow.Step(FetchItem, flow.Map(in, RoleOrder.ItemID)), flow.Step(FetchCity, user), user)
	})
	// Output: brass bell for ada in Ghent
}

func ExampleStep4() {
	sum := task.New4("sum", func(_ context.Context, a, b, c, d int) (int, error) { return a + b + c + d, nil })
	do("", func(flow.Node[string]) flow.Node[int] {
		return flow.Step4(sum, count(1), count(2), count(3), count(4))
	})
	// Output: 10
}

func ExampleStep5() {
	sum := task.New5("sum", func(_ context.Context, a, b, c, d, e int) (int, error) { return a + b + c + d + e, nil })
	do("", func(flow.Node[string]) flow.Node[int] {
		return flow.Step5(sum, count(1), count(2), count(3), count(4), count(5))
	})
	// Output: 15
}

func ExampleStep6() {
	sum := task.New6("sum", func(_ context.Context, a, b, c, d, e, f int) (int, error) { return a + b + c + d + e + f, nil })
	do("", func(flow.Node[string]) flow.Node[int] {
		return flow.Step6(sum, count(1), count(2), count(3), count(4), count(5), count(6))
	})
	// Output: 21
}

func ExampleStep7() {
	sum := task.New7("sum", func(_ context.Context, a, b, c, d, e, f, g int) (int, error) { return a + b + c + d + e + f + g, nil })
	do("", func(flow.Node[string]) flow.Node[int] {
		return flow.Step7(sum, count(1), count(2), count(3), count(4), count(5), count(6), count(7))
	})
	// Output: 28
}

func ExampleStep8() {
	sum := task.New8("sum", func(_ context.Context, a, b, c, d, e, f, g, h int) (int, error) {
		return a + b + c + d + e + f + g + h, nil
	})
	do("", func(flow.Node[string]) flow.Node[int] {
		return flow.Step8(sum, count(1), count(2), count(3), count(4), count(5), count(6), count(7), count(8))
	})
	// Output: 36
}

func ExampleStep9() {
	sum := task.New9("sum", func(_ context.Context, a, b, c, d, e, f, g, h, i int) (int, error) {
		return a + b + c + d + e + f + g + h + i, nil
	})
	do("", func(flow.Node[string]) flow.Node[int] {
		return flow.Step9(sum, count(1), count(2), count(3), count(4), count(5), count(6), count(7), count(8), count(9))
	})
	// Output: 45
}

func ExampleMap2() {
	do(RoleOrder{"ada", "bell"}, func(in flow.Node[RoleOrder]) flow.Node[string] {
		item := flow.Step(FetchItem, flow.Map(in, RoleOrder.ItemID))
		return flow.Map2(item, flow.Step(FetchCity, flow.Map(in, RoleOrder.UserID)), render)
	})
	// Output: brass bell to Ghent: 1900
}

func ExampleMap3() {
	do(RoleOrder{"ada", "bell"}, func(in flow.Node[RoleOrder]) flow.Node[string] {
		user := flow.Map(in, RoleOrder.UserID)
		item := flow.Step(FetchItem, flow.Map(in, RoleOrder.ItemID))
		return flow.Map3(item, flow.Step(FetchCity, user), user, func(item Item, city, user string) string {
			return fmt.Sprintf("%s for %s in %s", item.Name, user, city)
		})
	})
	// Output: brass bell for ada in Ghent
}

func ExampleMap4() {
	do("", func(flow.Node[string]) flow.Node[int] {
		return flow.Map4(count(1), count(2), count(3), count(4), func(a, b, c, d int) int { return a + b + c + d })
	})
	// Output: 10
}

func ExampleMap5() {
	do("", func(flow.Node[string]) flow.Node[int] {
		return flow.Map5(count(1), count(2), count(3), count(4), count(5), func(a, b, c, d, e int) int { return a + b + c + d + e })
	})
	// Output: 15
}

func ExampleMap6() {
	do("", func(flow.Node[string]) flow.Node[int] {
		return flow.Map6(count(1), count(2), count(3), count(4), count(5), count(6), func(a, b, c, d, e, f int) int { return a + b + c + d + e + f })
	})
	// Output: 21
}

func ExampleMap7() {
	do("", func(flow.Node[string]) flow.Node[int] {
		return flow.Map7(count(1), count(2), count(3), count(4), count(5), count(6), count(7), func(a, b, c, d, e, f, g int) int { return a + b + c + d + e + f + g })
	})
	// Output: 28
}

func ExampleMap8() {
	do("", func(flow.Node[string]) flow.Node[int] {
		return flow.Map8(count(1), count(2), count(3), count(4), count(5), count(6), count(7), count(8), func(a, b, c, d, e, f, g, h int) int { return a + b + c + d + e + f + g + h })
	})
	// Output: 36
}

func ExampleMap9() {
	do("", func(flow.Node[string]) flow.Node[int] {
		return flow.Map9(count(1), count(2), count(3), count(4), count(5), count(6), count(7), count(8), count(9), func(a, b, c, d, e, f, g, h, i int) int { return a + b + c + d + e + f + g + h + i })
	})
	// Output: 45
}
