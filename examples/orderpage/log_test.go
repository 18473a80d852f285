package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/observe/jadeslog"
)

// logged is what a page of a style that lacks three parts writes into the log: level, message, part, class.
func logged(t *testing.T, style string) (lines []string) {
	var log bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		faults := faults{fail: names{"coins": true}, hang: names{"coupons": true}}
		s := &shop{client: &http.Client{Transport: newInProcess(faults)}, urls: inProcessURLs(), bugs: names{"freight": true}}
		ctx := observe.With(t.Context(), jadeslog.New(slog.New(slog.NewJSONHandler(&log, nil))))
		_, err := styles[style](s, 800*ms)(ctx, teaTin)
		require.NoError(t, err)
		synctest.Wait()
	})
	for record := json.NewDecoder(&log); record.More(); {
		var r struct {
			Level, Msg, Task, Node, Class string
			Degraded                      []string
		}
		require.NoError(t, record.Decode(&r))
		switch {
		case r.Msg == jadeslog.MessageRun:
			lines = append(lines, fmt.Sprint("run ", r.Level, r.Degraded))
		case r.Level != "INFO": // such as that a call has returned after all
			lines = append(lines, fmt.Sprint(r.Level, " ", r.Msg, " ", r.Task, r.Node, " ", r.Class))
		}
	}
	slices.Sort(lines)
	return lines
}

// A part that has a fallback is a warning in both styles, and the line of the run names it. A bug is an error, whatever stands in.
func TestStyles_logWhatIsLostAsAWarning(t *testing.T) {
	want := []string{
		"ERROR degraded freight code", "WARN degraded coins dependency", "WARN degraded coupons timeout",
		"run INFO[coins coupons freight]",
	}
	for style := range styles {
		require.Equal(t, want, logged(t, style), style)
	}
}
