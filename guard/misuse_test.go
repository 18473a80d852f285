package guard_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/guard"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

func TestMisuse_panicsWithOneClearLine(t *testing.T) {
	for want, make := range map[string]func(){
		"guard.Slots: the number of slots is 0, and must be at least 1":                 func() { guard.Slots(0) },
		"guard.Slots: Queue is 0, and must be at least 1":                               func() { guard.Slots(1, guard.Queue(0)) },
		"guard.Slots: Name is empty":                                                    func() { guard.Slots(1, guard.Name(" ")) },
		"guard.Slots: zero Option":                                                      func() { guard.Slots(1, guard.Option{}) },
		"guard.Slots: Burst is not one of its options: Name, Queue":                     func() { guard.Slots(1, guard.Burst(1)) },
		"guard.Rate: the number of calls is 0, and must be at least 1":                  func() { guard.Rate(0, time.Second) },
		"guard.Rate: 1 calls per 0s are too many: there must be a nanosecond for each":  func() { guard.Rate(1, 0) },
		"guard.Rate: 2 calls per 1ns are too many: there must be a nanosecond for each": func() { guard.Rate(2, 1) },
		"guard.Rate: Burst is -1, and must be at least 1":                               func() { guard.Rate(1, time.Second, guard.Burst(-1)) },
		"guard.Rate: Keys is 0, and must be at least 1":                                 func() { guard.Rate(1, time.Second, guard.Keys(0)) },
		"guard.Rate: Window is not one of its options: Name, Burst, Queue, Keys":        func() { guard.Rate(1, time.Second, guard.Window(1)) },
		"guard.Breaker: the share is 0, and must be above 0 and at most 1":              func() { guard.Breaker(0) },
		"guard.Breaker: the share is NaN, and must be above 0 and at most 1":            func() { guard.Breaker(math.NaN()) },
		"guard.Breaker: Min is 0, and must be at least 1":                               func() { guard.Breaker(1, guard.Min(0)) },
		"guard.Breaker: Window is 1ns, and must be at least 10ns":                       func() { guard.Breaker(1, guard.Window(1)) },
		"guard.Breaker: OpenFor is -1s, and must be positive":                           func() { guard.Breaker(1, guard.OpenFor(-time.Second)) },
		"guard.Breaker: Probes is 0, and must be at least 1":                            func() { guard.Breaker(1, guard.Probes(0)) },
		"guard.Breaker: Probes is 65537, and must be at most 65536":                     func() { guard.Breaker(1, guard.Probes(65537)) },
		"guard.Breaker: Failures has no class":                                          func() { guard.Breaker(1, guard.Failures()) },
		"guard.Breaker: a failure cannot be of class canceled":                          func() { guard.Breaker(1, guard.Failures(recovery.ClassCanceled)) },
		"guard.Breaker: a failure cannot be of class none":                              func() { guard.Breaker(1, guard.Failures(recovery.ClassNone)) },
		"guard.Budget: the share is 1.5, and must be above 0 and at most 1":             func() { guard.Budget(1.5) },
		"guard.Budget: OpenFor is not one of its options: Name, Min, Window":            func() { guard.Budget(0.5, guard.OpenFor(time.Second)) },
	} {
		require.PanicsWithValue(t, want, make)
	}
}

func TestDescribe_saysTheSettings(t *testing.T) {
	for want, g := range map[string]task.Gate{
		"8 slots":                               guard.Slots(8),
		"stock: 8 slots, 100 waiting":           guard.Slots(8, guard.Queue(100), guard.Name("stock")),
		"rate 100 per 1s":                       guard.Rate(100, time.Second),
		"rate 100 per 1m0s, burst 5, 3 waiting": guard.Rate(100, time.Minute, guard.Burst(5), guard.Queue(3)),
		"breaker 50% of 20 in 10s, open 5s":     guard.Breaker(0.5),
		"breaker 33.33% of 3 in 1m0s, open 1s":  guard.Breaker(1.0/3, guard.Min(3), guard.Window(time.Minute), guard.OpenFor(time.Second)),
		"budget 10% of 10 in 10s":               guard.Budget(0.1),
	} {
		policies := returns(nil).Gate(g).Policies()
		require.Len(t, policies, 1)
		require.Equal(t, "gate", policies[0].Kind)
		require.Equal(t, want, policies[0].String())
	}
}
