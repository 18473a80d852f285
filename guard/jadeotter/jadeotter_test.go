package jadeotter_test

import (
	"context"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/guard/jadeotter"
	"github.com/jade-go/jade/task"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestStore_untilTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		item := guard.Cache(task.New("item", func(context.Context, int) (int32, error) { return calls.Add(1), nil }), jadeotter.New[int, int32](10), time.Minute)
		for want := int32(1); want <= 3; want++ {
			for range 3 {
				v, err := item.Do(t.Context(), 7)
				require.NoError(t, err)
				require.Equal(t, want, v)
				time.Sleep(20 * time.Second)
			}
		}
	})
}

// What many goroutines write at once takes no more room than it may.
func TestStore_bounded(t *testing.T) {
	const most = 100
	s := jadeotter.New[int, int](most)
	end := time.Now().Add(time.Hour)
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for i := range 5000 {
				key := g*5000 + i
				s.Save(key, guard.Entry[int]{Value: key, End: end})
				if e, ok := s.Load(key - 3); ok && e.Value != key-3 {
					t.Errorf("%d is at the key %d", e.Value, key-3)
				}
			}
		})
	}
	all.Wait()
	require.LessOrEqual(t, s.Len(), most+most/5)
	require.NotZero(t, s.Len())
}

func TestStore_entriesThatAreOver(t *testing.T) {
	s := jadeotter.New[float64, int](10)
	s.Save(1, guard.Entry[int]{End: time.Now().Add(-1)})
	_, ok := s.Load(1)
	require.False(t, ok)
	s.Save(math.NaN(), guard.Entry[int]{End: time.Now().Add(time.Hour)})
	require.Zero(t, s.Len())
	require.PanicsWithValue(t, "jadeotter.New: the number of entries is 0, and must be at least 1", func() { jadeotter.New[int, int](0) })
}

func ExampleNew() {
	item := guard.Cache(task.New("item", func(_ context.Context, id string) (string, error) {
		fmt.Println("SELECT … WHERE id =", id)
		return "brass " + id, nil
	}), jadeotter.New[string, string](10_000), time.Minute)
	for range 2 {
		fmt.Println(item.Do(context.Background(), "bell"))
	}
	// Output:
	// SELECT … WHERE id = bell
	// brass bell <nil>
	// brass bell <nil>
}

func BenchmarkLoad(b *testing.B) {
	e := guard.Entry[int]{Value: 1, End: time.Now().Add(time.Hour)}
	for name, s := range map[string]guard.Store[int, int]{"otter": jadeotter.New[int, int](1000), "lru": guard.NewLRU[int, int](1000)} {
		b.Run(name, func(b *testing.B) {
			s.Save(7, e)
			b.ReportAllocs()
			for b.Loop() {
				s.Load(7)
			}
		})
	}
}
