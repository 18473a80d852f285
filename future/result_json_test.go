package future_test

import (
	"context"
	"encoding/json"
	"errors"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/engine"
)

type speechless struct{}

func (speechless) Error() string { panic("in Error") }

func TestResult_inJSON(t *testing.T) {
	for _, r := range []future.Result[*string]{{}, {Value: new("x")}, {Value: new("x"), Err: errors.New("late")}} {
		text, err := json.Marshal(r)
		require.NoError(t, err)
		var back future.Result[*string]
		require.NoError(t, json.Unmarshal(text, &back))
		require.Equal(t, r, back)
	}
	text, err := json.Marshal(future.Result[int]{Err: speechless{}})
	require.NoError(t, err)
	require.JSONEq(t, `{"value":0,"error":{"kind":"opaque","text":"future_test.speechless"}}`, string(text))

	_, err = json.Marshal(future.Result[func()]{})
	require.Error(t, err)
	var back future.Result[int]
	for _, wrong := range []string{`[]`, `{"value":"x"}`, `{"value":1,"error":"x"}`} {
		require.Error(t, json.Unmarshal([]byte(wrong), &back), wrong)
		require.Zero(t, back)
	}
	require.NoError(t, json.Unmarshal([]byte(`{"value":1,"error":null}`), &back))
	require.Equal(t, future.Result[int]{Value: 1}, back)
}

// A panic of another process has the text of its stack, and the frames that are in it.
func TestPanicError_ofAnotherProcess(t *testing.T) {
	_, err := future.Go(t.Context(), func(ctx context.Context) (int, error) { panic("x") }).Await(t.Context())
	here, _ := errors.AsType[*future.PanicError](err)
	there := engine.Panicked("x", here.Stack()).(*future.PanicError)
	require.Equal(t, here.Error(), there.Error())
	require.Equal(t, here.Stack(), there.Stack())
	require.NotEmpty(t, here.Stack())
	type place struct {
		function, file string
		line           int
	}
	places := func(p *future.PanicError) (all []place) {
		for _, f := range slices.Collect[runtime.Frame](p.Frames()) {
			all = append(all, place{f.Function, f.File, f.Line})
		}
		return all
	}
	require.Equal(t, places(here), places(there))
	for range there.Frames() {
		break
	}
	for _, odd := range []string{"x", "\t", "\n", "f\n\tfile\n", "f(...)\n\tfile:x\n"} {
		odd := engine.Panicked("x", odd).(*future.PanicError)
		require.NotPanics(t, func() { places(odd) })
	}
}
