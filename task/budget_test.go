package task_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// purse is a gate that also counts calls.
type purse struct {
	*turnstile
	calls int
}

func (p *purse) Called() { p.calls++ }

func newPurse() *purse { return &purse{turnstile: newTurnstile("purse")} }

func TestRetry_budgetIsAskedForEachFurtherAttempt(t *testing.T) {
	for how, way := range ways {
		t.Run(how, func(t *testing.T) {
			b := newPurse()
			_, err := way(bg(), fails(errDown).Retry(task.Retry{Attempts: 3, Budget: b}))
			require.ErrorIs(t, err, errDown)
			b.settled(t, 2)
			require.Equal(t, 1, b.calls)
			_, err = way(bg(), plus().Retry(task.Retry{Attempts: 3, Budget: b}))
			require.NoError(t, err)
			require.EqualValues(t, 2, b.tickets)
			require.Equal(t, 2, b.calls)
		})
	}
}

func TestRetry_withoutBudgetLeftTheFailureStands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDiary()
		b := newPurse()
		b.enter = refuses(errFull)
		_, elapsed, err := took(bg(), d.attempts(func(context.Context, int) (int, error) { return 0, errDown }).
			Retry(task.Retry{Attempts: 3, Delay: time.Second, Budget: b}))
		require.Equal(t, errDown, err, "not the rejection")
		require.Zero(t, elapsed, "and nobody waits")
		require.Equal(t, []string{"0s attempt 1"}, d.Read())
		b.settled(t, 0)
	})
}

// A ticket of the budget is for one attempt: it is answered as that is.
func TestRetry_budgetLearnsHowTheAttemptsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newPurse()
		var made atomic.Int32
		tk := does(func(ctx context.Context, n int) (int, error) {
			switch made.Add(1) {
			case 1:
				return 0, errDown
			case 2:
				time.Sleep(time.Hour) // a straggler
			}
			return n, nil
		}).Timeout(time.Second).Retry(task.Retry{Attempts: 3, Budget: b})
		_, err := tk.Do(bg(), 1)
		require.NoError(t, err)
		synctest.Wait()
		require.Equal(t, []string{"failed", "ok"}, b.statuses())
		require.Equal(t, 1, b.occupied(), "the straggler")
		time.Sleep(time.Hour)
		synctest.Wait()
		b.settled(t, 2)
	})
}

func TestRetry_whatABudgetDoesInsteadOfReturningIsTheFailureOfTheCall(t *testing.T) {
	for how, c := range odd {
		for where, put := range map[string]func(*purse){
			"Enter":    func(b *purse) { b.enter = func(context.Context, string) error { c.leave(); return nil } },
			"Answered": func(b *purse) { b.answer = func(observe.Outcome) { c.leave() } },
			"Left":     func(b *purse) { b.left = func() { c.leave() } },
		} {
			for name, way := range ways {
				t.Run(how+"/"+where+"/"+name, func(t *testing.T) {
					b, made := newPurse(), 0
					put(b)
					_, err := way(bg(), does(func(context.Context, int) (int, error) {
						if made++; made == 1 {
							return 0, errDown
						}
						return 1, nil
					}).Retry(task.Retry{Attempts: 2, Budget: b}))
					c.check(t, err)
					b.settled(t, int(b.tickets))
				})
			}
		}
	}
}

func TestRetry_budgetInAFlow(t *testing.T) {
	b := newPurse()
	tk := fails(errDown).Retry(task.Retry{Attempts: 3, Budget: b})
	f := flow.New("f", func(n flow.Node[int]) flow.Node[int] { return flow.Step(tk, n) })
	_, err := f.Do(bg(), 1)
	require.ErrorIs(t, err, errDown)
	b.settled(t, 2)
	require.Equal(t, 1, b.calls)
}

func TestRetry_budgetIsDescribed(t *testing.T) {
	p := plus().Retry(task.Retry{Attempts: 3, Budget: newPurse()}).Policies()
	require.Equal(t, []task.Policy{{Kind: "retry", Retry: task.Backoff{Attempts: 3}, Gate: task.Admission{Kind: "turnstile", Name: "purse"}}}, p)
	require.Equal(t, "3 attempts, purse: turnstile", p[0].String())
}
