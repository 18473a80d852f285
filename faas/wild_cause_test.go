package faas_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
)

// blocksIs is an error that does not say what it is.
type blocksIs struct{ release <-chan struct{} }

func (blocksIs) Error() string   { return "why" }
func (e blocksIs) Is(error) bool { <-e.release; return false }

// Who cancels an invocation may say why by any error. Whatever the methods of that do, the invocation is over soon, with an error that can be looked at.
func TestInvoke_canceledWithAWildCause(t *testing.T) {
	for name, cause := range map[string]func(<-chan struct{}) error{
		"wraps itself":               func(<-chan struct{}) error { return loop{} },
		"panics":                     func(<-chan struct{}) error { return unkind{} },
		"ends its goroutine":         func(<-chan struct{}) error { return exits{} },
		"is a typed nil":             func(<-chan struct{}) error { return (*typedNil)(nil) },
		"blocks":                     func(release <-chan struct{}) error { return blocks{release} },
		"blocks when it is compared": func(release <-chan struct{}) error { return blocksIs{release} },
	} {
		for kind, fn := range map[string]faas.Func[int, int]{
			"a function that ignores it": func(context.Context, int) (int, error) { time.Sleep(time.Minute); return 1, nil },
			"one that does not":          func(ctx context.Context, _ int) (int, error) { <-ctx.Done(); return 0, context.Cause(ctx) },
		} {
			t.Run(name+", "+kind, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					release := make(chan struct{})
					ctx, cancel := context.WithCancelCause(t.Context())
					time.AfterFunc(100*ms, func() { cancel(cause(release)) })
					var log logbook
					begun := time.Now()
					_, err := faas.New("price", fn, log.option()).Invoke(ctx, 1)
					require.Less(t, time.Since(begun), 2*time.Second)
					require.Error(t, err)
					require.NotErrorIs(t, err, errSoldOut, "its methods return")
					require.NotEmpty(t, err.Error())
					close(release)
					time.Sleep(time.Minute)
				})
			})
		}
	}
}
