package faas_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/future"
)

// unkind is an error none of whose methods return, as a nil pointer to a type whose methods need one.
type unkind struct{}

func (unkind) Error() string   { panic("no text") }
func (unkind) Unwrap() error   { panic("no cause") }
func (unkind) StatusCode() int { panic("no code") }

// unspeakable is read from no JSON, and written as none.
type unspeakable struct{}

func (unspeakable) MarshalJSON() ([]byte, error) { return nil, unkind{} }
func (*unspeakable) UnmarshalJSON([]byte) error  { return unkind{} }

// Such an error is logged and answered as any other.
func TestErrorWhoseMethodsPanic(t *testing.T) {
	t.Run("of the output", func(t *testing.T) {
		var log logbook
		h := faas.New("price", func(context.Context, int) (unspeakable, error) { return unspeakable{}, nil }, log.option())
		require.Equal(t, http.StatusInternalServerError, answered(faas.HTTP(h), "1").Code)
		require.Regexp(t, `level=ERROR msg=failed function=price .*class=code error="?[^ "]`, log.String())
	})
	t.Run("of the input", func(t *testing.T) {
		var log logbook
		h := faas.New("price", func(context.Context, unspeakable) (int, error) { return 1, nil }, log.option())
		require.Equal(t, http.StatusInternalServerError, answered(faas.HTTP(h), "1").Code, "a bug of the program, not of the client")
		require.Contains(t, log.String(), "level=INFO msg=refused function=price error=")
	})
	t.Run("of the function", func(t *testing.T) {
		var log logbook
		h := faas.New("price", func(context.Context, int) (int, error) { return 1, unkind{} }, log.option())
		require.Equal(t, http.StatusInternalServerError, answered(faas.HTTP(h), "1").Code)
	})
	t.Run("that nobody looked at", func(t *testing.T) {
		var log logbook
		h := faas.New("price", func(ctx context.Context, in int) (int, error) {
			future.Go(ctx, func(context.Context) (int, error) { return 0, unkind{} })
			future.Go(ctx, func(context.Context) (int, error) { return 0, errors.New("sold out") })
			return in, nil
		}, log.option())
		require.Equal(t, http.StatusOK, answered(faas.HTTP(h), "1").Code)
		require.Regexp(t, `(?s)msg=unobserved function=price.*msg=unobserved function=price`, log.String())
	})
	t.Run("of the initialiser", func(t *testing.T) {
		var log logbook
		h := faas.Initialized("price", func(context.Context) (faas.Func[int, int], error) { return nil, unkind{} }, log.option())
		require.GreaterOrEqual(t, answered(faas.HTTP(h), "1").Code, 500)
	})
}
