package jadetest_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/jadetest"
	"github.com/jade-go/jade/task"
)

// planted are tests that have to fail. Each runs in a process of its own.
var planted = map[string]struct {
	test func(*testing.T)
	want string // a regular expression
}{
	"a leak": {
		func(t *testing.T) {
			leaves := task.New("coupons", func(_ context.Context, n int) (int, error) {
				go leftRunning(make(chan int))
				return n, nil
			})
			jadetest.Faults(t, shop(leaves.Fallback(0)).Timeout(limit), 1, jadetest.Only(jadetest.FaultSlow))
		},
		`jadetest\.Faults: shop without any fault: leaked: still running: jadetest_test\.leftRunning \(jadetest/planted_test\.go:\d+\)`,
	},
	"a leak under a fault": {
		func(t *testing.T) {
			leaves := task.New("coupons", func(_ context.Context, n int) (int, error) {
				if n == 0 {
					go leftRunning(make(chan int))
				}
				return n, nil
			})
			jadetest.Faults(t, shop(leaves.Fallback(0)).Timeout(limit), 1)
		},
		`shop: item: nil: leaked: end what item starts when its ctx ends \(still running: jadetest_test\.leftRunning`,
	},
	"a leak that is no task": {
		func(t *testing.T) {
			f := shop(coupons()).OnError(func(context.Context, int, error) { leftRunning(make(chan int)) }).Timeout(limit)
			jadetest.Faults(t, f, 1, jadetest.Only(jadetest.FaultTooSlow))
		},
		`shop: item: too slow: leaked: end OnError jadetest_test\.leftRunning \(jadetest/planted_test\.go:\d+\) when its ctx ends, as that is what still runs, and no task \(still running: `,
	},
	"a task that ignores its ctx for ever": {
		func(t *testing.T) {
			ignores := task.New("coupons", func(_ context.Context, n int) (int, error) {
				if n == 0 {
					leftRunning(make(chan int))
				}
				return n, nil
			})
			jadetest.Faults(t, shop(ignores.Fallback(0)).Timeout(limit), 1, jadetest.AnswerWithin(2*limit))
		},
		`shop: item: nil: leaked: end what item starts when its ctx ends \(still running: shop: coupons, jadetest_test\.leftRunning`,
	},
	"a network": {
		func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			calls := task.New("coupons", func(context.Context, int) (int, error) {
				c, err := net.Dial("tcp", l.Addr().String())
				if err == nil {
					_, err = c.Read(make([]byte, 1)) // which nobody writes
				}
				return 0, err
			})
			jadetest.Faults(t, shop(calls.Fallback(0)).Timeout(limit), 1)
		},
		`jadetest\.Faults: shop: coupons: virtual time cannot pass, as something waits for what is outside of the test, or for a lock whose holder sleeps \(jadetest_test\..* \(jadetest/planted_test\.go:\d+\).*, IO wait.*\): put a fake in its place`,
	},
	"a network, while others sleep": {
		func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			client := &http.Client{}
			get := task.New("coupons", func(ctx context.Context, n int) (int, error) {
				r, err := http.NewRequestWithContext(ctx, "GET", "http://"+l.Addr().String(), nil)
				if err != nil {
					return 0, err
				}
				_, err = client.Do(r) // which nobody answers, in a goroutine of the client
				return 0, err
			})
			f := flow.New("shop", func(in number) number {
				return flow.Map3(flow.Step(takes("address", 30*time.Second), in), flow.Step(get, in), flow.Step(takes("item", time.Minute), in), sum3)
			})
			jadetest.Faults(t, f, 1)
		},
		`jadetest\.Faults: shop: coupons: virtual time cannot pass, as something waits for what is outside of the test, or for a lock whose holder sleeps \(jadetest_test\.\S+ \(jadetest/planted_test\.go:\d+\), by .*IO wait.*\): put a fake in its place`,
	},
	"a channel from outside": {
		func(t *testing.T) {
			c := make(chan int)
			waits := task.New("coupons", func(context.Context, int) (int, error) { return <-c, nil })
			jadetest.Faults(t, flow.New("shop", func(in number) number {
				return flow.Map2(flow.Step(takes("item", time.Minute), in), flow.Step(waits, in), sum)
			}), 1)
		},
		`jadetest\.Faults: shop: coupons: virtual time cannot pass, as something waits for a channel or a WaitGroup that was made outside of the bubble that each run is in \(jadetest_test\.\S+ \(jadetest/planted_test\.go:\d+\).*, chan receive\): make it in the run, or put a fake`,
	},
	"a channel of another run": {
		func(t *testing.T) {
			slots := sync.OnceValue(func() chan int { return make(chan int, 1) })
			keeps := task.New("coupons", func(_ context.Context, n int) (int, error) {
				slots() <- n
				return <-slots(), nil
			})
			jadetest.Faults(t, shop(keeps), 1)
		},
		`jadetest: coupons: jadetest_test\.\S+ \(jadetest/planted_test\.go:\d+\): a channel that was made in one bubble of testing/synctest is used in another one, for which the runtime ends the process\.
	Each run of jadetest\.Faults, and each seed of jadetest\.Schedules, has a bubble of its own\. Make the channel anew in each run`,
	},
	"a channel that another goroutine uses": {
		func(t *testing.T) {
			asked := make(chan chan int, 1)
			go func() { answerOne(<-asked) }()
			asks := task.New("coupons", func(context.Context, int) (int, error) {
				c := make(chan int)
				asked <- c
				return <-c, nil
			})
			jadetest.Faults(t, shop(asks), 1)
		},
		`jadetest: jadetest_test\.answerOne \(jadetest/planted_test\.go:\d+\): a channel that was made in one bubble of testing/synctest is used outside of any, for which`,
	},
	"a WaitGroup of another seed": {
		func(t *testing.T) {
			var all sync.WaitGroup
			jadetest.Schedules(t, 2, func(*testing.T, context.Context) { all.Add(1) })
		},
		`jadetest: jadetest_test\.\S+ \(jadetest/planted_test\.go:\d+\): a WaitGroup that was made in one bubble`,
	},
	"no answer without any fault": {
		func(t *testing.T) {
			fails := task.New("coupons", func(context.Context, int) (int, error) { return 0, io.ErrUnexpectedEOF })
			jadetest.Faults(t, shop(fails), 1)
		},
		`jadetest\.Faults: shop without any fault: failed: shop: coupons \(.*\): unexpected EOF`,
	},
	"late without any fault": {
		func(t *testing.T) { jadetest.Faults(t, shop(coupons()), 1, jadetest.AnswerWithin(15*ms)) },
		`jadetest\.Faults: shop without any fault: late: answered after 20ms, due within 15ms`,
	},
	"a name of no task": {
		func(t *testing.T) { jadetest.Faults(t, shop(coupons()), 1, jadetest.MustDegrade("coupon")) },
		`jadetest\.Faults: MustDegrade: shop has no task coupon, but item, coupons`,
	},
	"a name in both": {
		func(t *testing.T) {
			jadetest.Faults(t, shop(coupons()), 1, jadetest.MustDegrade("coupons"), jadetest.MayFail("coupons"))
		},
		`jadetest\.Faults: shop: coupons is in both MustDegrade and MayFail`,
	},
	"a matrix that has changed": {
		func(t *testing.T) {
			f := shop(coupons()).Timeout(limit)
			file := t.TempDir() + "/faults.md"
			t.Setenv("JADETEST_UPDATE", "1")
			jadetest.Faults(t, f, 1).Golden(t, file)
			require.NoError(t, os.Unsetenv("JADETEST_UPDATE"))
			jadetest.Faults(t, f, 1).Golden(t, file)
			require.False(t, t.Failed())
			jadetest.Faults(t, f.Timeout(limit/2), 1).Golden(t, file)
		},
		`jadetest\.Matrix\.Golden: shop differs from what is in .*faults\.md; set JADETEST_UPDATE to write it. It is now:(?s:.*)failed 50ms`,
	},
	"a file that is not there": {
		func(t *testing.T) {
			jadetest.Faults(t, shop(coupons()).Timeout(limit), 1).Golden(t, t.TempDir()+"/faults.md")
		},
		`jadetest\.Matrix\.Golden: open .*faults\.md: .*: set JADETEST_UPDATE to write it`,
	},
	"an order that was not thought of": {
		func(t *testing.T) {
			jadetest.Schedules(t, 100, func(t *testing.T, ctx context.Context) { require.NotEqual(t, "cba", inOrder(ctx, t)) })
		},
		`jadetest\.Schedules: seed \d+ of 100; JADETEST_SEED=\d+ replays it`,
	},
	"an order that locks up": {
		func(t *testing.T) {
			jadetest.Schedules(t, 1, func(_ *testing.T, ctx context.Context) { <-make(chan int) })
		},
		`deadlock: .* \(jadetest\.Schedules: seed 1 of 1; JADETEST_SEED=1 replays it\)`,
	},
	"no runs": {
		func(t *testing.T) { jadetest.Simulate(t, serial(), 1, jadetest.Load{Runs: -1}) },
		`jadetest\.Simulate: -1 runs`,
	},
	"a seed that is none": {
		func(t *testing.T) {
			t.Setenv("JADETEST_SEED", "seven")
			jadetest.Schedules(t, 1, func(*testing.T, context.Context) {})
		},
		`jadetest\.Schedules: JADETEST_SEED: strconv\.ParseUint: parsing "seven"`,
	},
	"a latency of no task": {
		func(t *testing.T) {
			jadetest.Simulate(t, serial(), 1, jadetest.Load{Latencies: latencies{"c": jadetest.Fixed(ms)}})
		},
		`jadetest\.Simulate: serial has no task c, but a, b`,
	},
	"a limit beyond what was seen": {
		func(t *testing.T) {
			jadetest.Simulate(t, one(quick("a").Timeout(51*ms).Fallback(0)), 1, seenFor(t, 50*ms))
		},
		`jadetest\.Simulate: one: a has a limit of 51ms, but calls of it were waited for no longer than 50ms: record some that are, or simulate a shorter limit`,
	},
	"a limit of the whole beyond what was seen": {
		func(t *testing.T) { jadetest.Simulate(t, one(quick("a")).Timeout(100*ms), 1, seenFor(t, 50*ms)) },
		`jadetest\.Simulate: one: a has a limit of 100ms, but calls of it were waited for no longer than 50ms`,
	},
	"no limit at all": {
		func(t *testing.T) { jadetest.Simulate(t, one(quick("a")), 1, seenFor(t, 50*ms)) },
		`jadetest\.Simulate: one: a has no limit, but calls of it were waited for no longer than 50ms`,
	},
	"a simulated network": {
		func(t *testing.T) {
			r, _, err := os.Pipe()
			require.NoError(t, err)
			reads := task.New("a", func(context.Context, int) (int, error) { return r.Read(make([]byte, 1)) })
			jadetest.Simulate(t, one(reads), 1, jadetest.Load{})
		},
		`jadetest\.Simulate: one: a: virtual time cannot pass, .* \(.*planted_test\.go:\d+\).*, IO wait.*\): put a fake in its place`,
	},
	"a demand that is not met": {
		func(t *testing.T) {
			jadetest.Faults(t, shop(takes("coupons", ms)).Timeout(limit), 1, jadetest.MayFail("item"), jadetest.MustDegrade("coupons"))
		},
		`jadetest\.Faults: shop: coupons: business, .*: failed, and must degrade: give coupons a Fallback`,
	},
}

func leftRunning(c chan int) { <-c }

func answerOne(c chan int) { c <- 1 }

func sum3(a, b, c int) int { return a + b + c }

const plantedVariable = "JADETEST_PLANTED"

// TestPlanted is what the other process runs.
func TestPlanted(t *testing.T) {
	name := os.Getenv(plantedVariable)
	if name == "" {
		t.Skip("see TestFaults_failATest")
	}
	planted[name].test(t)
}

func TestFaults_failATest(t *testing.T) {
	for name, c := range planted {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(os.Args[0], "-test.run=^TestPlanted$", "-test.timeout=60s")
			cmd.Env = append(os.Environ(), plantedVariable+"="+name)
			out, err := cmd.CombinedOutput()
			require.Error(t, err)
			require.Regexp(t, c.want, string(out))
			if name != "an order that locks up" { // which no test survives
				require.NotContains(t, string(out), "panic:")
			}
		})
	}
}

// The seed that is named fails again, alone.
func TestSchedules_replay(t *testing.T) {
	fail := func(env ...string) string {
		cmd := exec.Command(os.Args[0], "-test.run=^TestPlanted$", "-test.v")
		cmd.Env = append(append(os.Environ(), plantedVariable+"=an order that was not thought of"), env...)
		out, err := cmd.CombinedOutput()
		require.Error(t, err)
		return string(out)
	}
	seed := regexp.MustCompile(`JADETEST_SEED=\d+`).FindString(fail())
	require.NotEmpty(t, seed)
	require.Contains(t, fail(seed), seed+" replays it")
}

// What a task is not called for is not tried, and tasks of flows within are found by their path.
func TestFaults_choicesAndFlowsWithin(t *testing.T) {
	rules := flow.New("rules", func(in number) number { return flow.Step(takes("muted", ms).Timeout(5*ms), in) })
	f := flow.New("page", func(in number) number {
		either := flow.Either(flow.Map(in, func(n int) bool { return n > 0 }), flow.Step(takes("yes", ms), in), flow.Step(takes("no", ms), in))
		list := flow.Each(takes("list", ms).Fallback(7), flow.Map(in, func(n int) []int { return []int{n, n} }), 2)
		return flow.Map3(flow.Step(rules.Task().Named("checks"), in), either, list, func(a, b int, c []int) int { return a + b + len(c) })
	})
	m := jadetest.Faults(t, f, 1, jadetest.Only(jadetest.FaultPanic, jadetest.FaultSlow, jadetest.FaultNil),
		jadetest.MayFail("muted", "yes", "no"), jadetest.MustDegrade("list"))
	require.Equal(t, `page   yes      no          list      checks/muted
panic  failed   not called  degraded  failed
nil    altered  not called  ok        altered
slow   -        -           -         failed 5ms
`, m.String())
	m = jadetest.Explore(t, f, 1, jadetest.Only(jadetest.FaultPanic), jadetest.MustDegrade("checks/muted"), jadetest.MayFail("yes", "no", "list"))
	require.Len(t, m.Problems(), 1)
	require.Contains(t, m.Problems()[0], "page: checks/muted: panic: failed, and must degrade")
}
