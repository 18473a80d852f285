package alarm_test

import (
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/internal/alarm"
	"github.com/jade-go/jade/internal/futuretest"
)

func TestAlarm_ringsOnceInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a alarm.Alarm
		begun := time.Now()
		rung := make(chan time.Duration, 2)
		a.Set(time.Second, func() { rung <- time.Since(begun) })
		time.Sleep(time.Hour)
		require.Equal(t, time.Second, <-rung)
		require.Empty(t, rung)
		a.Release()
		a.Release()
	})
}

func TestAlarm_isSilentOnceReleased(t *testing.T) {
	for name, test := range map[string]func(a *alarm.Alarm, ring func()){
		"after it was set":  func(a *alarm.Alarm, ring func()) { a.Set(time.Second, ring); a.Release() },
		"before it was set": func(a *alarm.Alarm, ring func()) { a.Release(); a.Set(time.Second, ring) },
		"just in time":      func(a *alarm.Alarm, ring func()) { a.Set(time.Second, ring); time.Sleep(time.Second - 1); a.Release() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var rung atomic.Bool
				test(new(alarm.Alarm), func() { rung.Store(true) })
				time.Sleep(time.Hour)
				require.False(t, rung.Load())
			})
		})
	}
}

// What rings may release the alarm itself.
func TestAlarm_mayBeReleasedByWhatItCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a alarm.Alarm
		var rung atomic.Bool
		a.Set(time.Second, func() { a.Release(); rung.Store(true) })
		time.Sleep(time.Hour)
		require.True(t, rung.Load())
	})
}

// holding is a function that holds v.
func holding(v *futuretest.Big) func() { return func() { runtime.KeepAlive(v) } }

func TestAlarm_holdsNothingOnceReleased(t *testing.T) {
	a, held := new(alarm.Alarm), new(futuretest.Big)
	p := weak.Make(held)
	a.Set(time.Hour, holding(held))
	held = nil
	runtime.GC()
	require.NotNil(t, p.Value(), "control: it is held until then")
	a.Release()
	futuretest.Gone(t, p, "what the function holds")
	runtime.KeepAlive(a)
}
