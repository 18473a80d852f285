package realserver

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/converter"

	"github.com/jade-go/jade/durable/jadetemporal"
	"github.com/jade-go/jade/durable/jadetemporal/internal/kinds"
)

// A run has the same answer, and the same keys, whoever is killed. No call begins after its result is recorded.
func TestRun_survivesKills(t *testing.T) {
	runs := 10
	if n, err := strconv.Atoi(os.Getenv("JADE_KILLS")); err == nil {
		runs = n
	}
	survive(t, kinds.Trip(), runs)
}

func TestRun_survivesKills_whileItUndoes(t *testing.T) {
	keys := survive(t, kinds.Refund(), 6)
	for _, call := range []string{"seat[0]", "seat[1]", "seat[2]", "seat[3]", "seat[4]", "hotel"} {
		require.Contains(t, keys, "/refund/"+call+"/undo")
	}
}

func survive(t *testing.T, inMemory kinds.Flow, runs int) (keys []string) {
	t.Helper()
	f, err := jadetemporal.Register(jadetemporal.New(dial(), t.Name(), jadetemporal.Heartbeat(time.Second)), nil, inMemory)
	require.NoError(t, err)
	dir := t.TempDir()
	t.Setenv("JADE_NOTES", filepath.Join(dir, "in memory"))
	want, wantErr := inMemory.Do(within(t, time.Minute), 5)
	kills, again := 0, 0
	for i := range runs {
		notes, id := filepath.Join(dir, fmt.Sprint(i)), fmt.Sprintf("%s-%d", f.Name(), i)
		workers := []*exec.Cmd{startWorker(t, t.Name(), notes), startWorker(t, t.Name(), notes)}
		time.Sleep(500 * time.Millisecond) // until they work
		ended := make(chan error, 1)
		ctx, began := within(t, 2*time.Minute), time.Now()
		go func() {
			v, err := f.Run(ctx, id, 5)
			_ = dial().GetWorkflow(ctx, id, "").Get(ctx, nil) // effects too
			if v != want || fmt.Sprint(err) != fmt.Sprint(wantErr) {
				ended <- fmt.Errorf("%d, %v, not %d, %v", v, err, want, wantErr)
				return
			}
			ended <- nil
		}()
		most := 4
		if i == 0 { // the first run is without
			most = 0
		}
		killed := killAtRandom(t, ended, workers, uint64(i), most, notes)
		took := time.Since(began)
		for _, w := range workers {
			kill(w)
		}
		begun, repeated := checkCalls(t, historyOf(t, id), notes)
		these := slices.Sorted(maps.Keys(begun))
		for j := range these {
			these[j] = these[j][len(id):]
		}
		if keys == nil {
			keys = these
		}
		require.Equal(t, keys, these, id)
		kills, again = kills+killed, again+repeated
		t.Logf("%s: %v, %d kills, %d calls begun again", id, took.Round(time.Millisecond), killed, repeated)
		if i == 0 {
			save(t, id, f.Name())
		}
	}
	t.Logf("%d runs, %d kills, %d calls begun again that had no recorded result, of %d a run", runs, kills, again, len(keys))
	return keys
}

// killAtRandom kills workers while they make calls and starts others, until a run has ended.
func killAtRandom(t *testing.T, ended <-chan error, workers []*exec.Cmd, seed uint64, most int, notes string) (killed int) {
	t.Helper()
	chance := rand.New(rand.NewPCG(seed, 3))
	for {
		wait := time.Duration(chance.IntN(400)) * time.Millisecond
		if killed == most {
			wait = 2 * time.Minute
		}
		select {
		case err := <-ended:
			require.NoError(t, err)
			return killed
		case <-time.After(wait):
		}
		n := busy(t, workers, notes)
		if n < 0 {
			continue
		}
		time.Sleep(time.Duration(chance.IntN(70)) * time.Millisecond) // somewhere in the call, or after it
		kill(workers[n])
		workers[n] = startWorker(t, t.Name(), notes)
		killed++
	}
}

// busy is a worker that makes a call, if there is one within half a second; or else -1.
func busy(t *testing.T, workers []*exec.Cmd, file string) int {
	t.Helper()
	for range 50 {
		notes, err := kinds.Notes(file)
		require.NoError(t, err)
		going := map[int]int{}
		for _, n := range notes {
			switch n.What {
			case "begins":
				going[n.PID]++
			default:
				going[n.PID]--
			}
		}
		for i, w := range workers {
			if going[w.Process.Pid] > 0 {
				return i
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	return -1
}

// checkCalls checks that no call has begun after its result was recorded, and that each has one result. It returns how often each key has begun, and how many
// began again.
func checkCalls(t *testing.T, h *history.History, file string) (begun map[string]int, again int) {
	t.Helper()
	recorded, scheduled := map[string]time.Time{}, map[int64]string{}
	for _, e := range h.Events {
		switch e.GetEventType() {
		case enums.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
			var w jadetemporal.Work
			require.NoError(t, converter.GetDefaultDataConverter().FromPayloads(e.GetActivityTaskScheduledEventAttributes().GetInput(), &w))
			scheduled[e.GetEventId()] = w.Call.Key
		case enums.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
			key := scheduled[e.GetActivityTaskCompletedEventAttributes().GetScheduledEventId()]
			require.NotContains(t, recorded, key)
			recorded[key] = e.GetEventTime().AsTime()
		}
	}
	notes, err := kinds.Notes(file)
	require.NoError(t, err)
	begun = map[string]int{}
	for _, n := range notes {
		if n.What != "begins" {
			continue
		}
		if begun[n.Key]++; begun[n.Key] > 1 {
			again++
		}
		if at, ok := recorded[n.Key]; ok {
			require.False(t, n.At.After(at), "%s began at %v, its result is of %v", n.Key, n.At, at)
		}
	}
	return begun, again
}
