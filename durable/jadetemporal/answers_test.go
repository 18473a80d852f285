package jadetemporal_test

import (
	"errors"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/durable/jadetemporal/internal/kinds"
	"github.com/jade-go/jade/flow"
	recovery "github.com/jade-go/jade/recover"
)

func TestFlow_answersAsDoDoes(t *testing.T) {
	for name, f := range kinds.Table() {
		t.Run(name, func(t *testing.T) {
			for n := 1; n <= 6; n++ {
				want, wantErr := f.Do(plainCtx(), n)
				got, err := newWorld(t, f).run(n)
				requireSame(t, wantErr, err, n)
				require.Equal(t, want, got, n)
			}
		})
	}
}

var elapsed = regexp.MustCompile(`elapsed [^ ]+`)

// requireSame requires that two errors are the same in text, class and identity.
func requireSame(t *testing.T, want, got error, n int) {
	t.Helper()
	if want == nil {
		require.NoError(t, got, n)
		return
	}
	require.Error(t, got, n)
	require.Equal(t, elapsed.ReplaceAllString(want.Error(), ""), elapsed.ReplaceAllString(got.Error(), ""), n)
	require.Equal(t, recovery.Classify(want), recovery.Classify(got), n)
	require.Equal(t, errors.Is(want, kinds.ErrSoldOut), errors.Is(got, kinds.ErrSoldOut), n)
	a, isA := errors.AsType[*flow.Error](want)
	b, isB := errors.AsType[*flow.Error](got)
	require.Equal(t, isA, isB, n)
	if isA {
		require.Equal(t, []any{a.Flow, a.Node, a.Task, a.Place}, []any{b.Flow, b.Node, b.Task, b.Place}, n)
	}
}
