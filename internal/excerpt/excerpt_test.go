package excerpt_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/excerpt"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestOf_cutsBetweenCharacters(t *testing.T) {
	require.Equal(t, "标题", excerpt.Of("标题", 6))
	for n := range 6 {
		short := excerpt.Of("标题", n)
		require.True(t, utf8.ValidString(short), "%q", short)
		require.Equal(t, strings.Repeat("标", n/3)+"…", short)
	}
	require.Equal(t, "a\uFFFDb", excerpt.Of("a\xffb", 9))
}

type broken struct{}

func (broken) Error() string { panic("no text") }

type leaving struct{}

func (leaving) Error() string { runtime.Goexit(); return "" }

func TestOfError(t *testing.T) {
	require.Equal(t, "sold out", excerpt.OfError(errors.New("sold out")))
	require.Equal(t, "its Error method panicked", excerpt.OfError(broken{}))
	require.Equal(t, "its text could not be had", excerpt.OfError(leaving{}))
	require.Len(t, excerpt.OfError(errors.New(strings.Repeat("x", 9000))), excerpt.MaxText+len("…"))
}

func TestOfPanic(t *testing.T) {
	_, err := future.Go(t.Context(), func(context.Context) (int, error) { panic("oh") }).Await(t.Context())
	p, ok := errors.AsType[*future.PanicError](err)
	require.True(t, ok)
	value, stack := excerpt.OfPanic(p)
	require.Equal(t, "oh", value)
	require.Contains(t, stack, "TestOfPanic")
}
