package task_test

import (
	"context"
	"fmt"

	"github.com/samber/lo"

	"github.com/jade-go/jade/task"
)

// A total is put together from ever more parts.

func cents(parts ...int) (string, error) {
	return fmt.Sprintf("%d.%02d", lo.Sum(parts)/100, lo.Sum(parts)%100), nil
}

func ExampleNew3() {
	total := task.New3("total", func(_ context.Context, item, freight, tax int) (string, error) {
		return cents(item, freight, tax)
	})
	fmt.Println(total.Do(context.Background(), lo.T3(1900, 450, 399)))
	// Output: 27.49 <nil>
}

func ExampleNew4() {
	total := task.New4("total", func(_ context.Context, item, freight, tax, discount int) (string, error) {
		return cents(item, freight, tax, -discount)
	})
	fmt.Println(total.Do(context.Background(), lo.T4(1900, 450, 399, 100)))
	// Output: 26.49 <nil>
}

func ExampleNew5() {
	total := task.New5("total", func(_ context.Context, item, freight, tax, discount, wrapping int) (string, error) {
		return cents(item, freight, tax, -discount, wrapping)
	})
	fmt.Println(total.Do(context.Background(), lo.T5(1900, 450, 399, 100, 200)))
	// Output: 28.49 <nil>
}

func ExampleNew6() {
	total := task.New6("total", func(_ context.Context, item, freight, tax, discount, wrapping, card int) (string, error) {
		return cents(item, freight, tax, -discount, wrapping, card)
	})
	fmt.Println(total.Do(context.Background(), lo.T6(1900, 450, 399, 100, 200, 50)))
	// Output: 28.99 <nil>
}

func ExampleNew7() {
	total := task.New7("total", func(_ context.Context, item, freight, tax, discount, wrapping, card, coins int) (string, error) {
		return cents(item, freight, tax, -discount, wrapping, card, -coins)
	})
	fmt.Println(total.Do(context.Background(), lo.T7(1900, 450, 399, 100, 200, 50, 300)))
	// Output: 25.99 <nil>
}

func ExampleNew8() {
	total := task.New8("total", func(_ context.Context, item, freight, tax, discount, wrapping, card, coins, insurance int) (string, error) {
		return cents(item, freight, tax, -discount, wrapping, card, -coins, insurance)
	})
	fmt.Println(total.Do(context.Background(), lo.T8(1900, 450, 399, 100, 200, 50, 300, 120)))
	// Output: 27.19 <nil>
}

func ExampleNew9() {
	total := task.New9("total", func(_ context.Context, item, freight, tax, discount, wrapping, card, coins, insurance, tip int) (string, error) {
		return cents(item, freight, tax, -discount, wrapping, card, -coins, insurance, tip)
	})
	fmt.Println(total.Do(context.Background(), lo.T9(1900, 450, 399, 100, 200, 50, 300, 120, 81)))
	// Output: 28.00 <nil>
}
