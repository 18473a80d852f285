package task_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/jade-go/jade/task"
)

func TestSmoke(t *testing.T) {
	ctx := context.Background()
	a := task.New("a", func(ctx context.Context, n int) (int, error) { return n + 1, nil })
	fmt.Println(a.Do(ctx, 1))
	fmt.Println(a.Origin().Place)
	p := task.New("p", func(ctx context.Context, n int) (int, error) { panic("oh") })
	fmt.Println(p.Do(ctx, 1))
	fmt.Println(p.Fallback(7).Do(ctx, 1))
	s := task.New("s", func(ctx context.Context, n int) (int, error) { <-ctx.Done(); return n, context.Cause(ctx) })
	fmt.Println(s.Timeout(10*time.Millisecond).Do(ctx, 1))
	h := task.New("h", func(ctx context.Context, n int) (int, error) { time.Sleep(50 * time.Millisecond); return n, nil })
	st := time.Now()
	fmt.Println(h.Timeout(10*time.Millisecond).Retry(task.Retry{Attempts: 3}).Do(ctx, 1))
	fmt.Println(time.Since(st))
	fmt.Println(h.Timeout(10*time.Millisecond).Retry(task.Retry{Attempts: 3}).Fallback(9).Do(ctx, 1))
	n := 0
	f := task.New("f", func(ctx context.Context, k int) (int, error) {
		n++
		if n < 3 {
			return 0, errors.New("no")
		}
		return k, nil
	})
	fmt.Println(f.Retry(task.Retry{Attempts: 5, Delay: time.Millisecond, If: func(error) bool { return true }}).Do(ctx, 4))
	w := f.Fallback(3).Wrap(func(in task.Func[int, int]) task.Func[int, int] {
		return func(ctx context.Context, k int) (int, error) { v, err := in(ctx, k); return v * 100, err }
	})
	fmt.Println(w.Do(ctx, 4))
	time.Sleep(100 * time.Millisecond)
}
