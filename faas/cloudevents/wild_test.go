package cloudevents_test

import (
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cloudevents/sdk-go/v2/protocol"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas/cloudevents"
)

// An Ack that does not return acknowledges nothing, and does not end the receiver.
func TestAck_thatDoesNotReturn(t *testing.T) {
	for name, ack := range map[string]func(error) bool{"panics": func(error) bool { panic("oh") }, "ends its goroutine": func(error) bool { runtime.Goexit(); return true }} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, "HTTP", probe(&logbook{}), cloudevents.Ack(ack))
			r := s.mustSend(t, true, opened("1", `{"id":7}`))
			require.GreaterOrEqual(t, r.status, 500)
		})
	}
}

// Nor does one that blocks, for longer than a while.
func TestAck_thatBlocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		receive := cloudevents.Consumer(probe(&logbook{}), cloudevents.Ack(func(error) bool { <-release; return true }))
		begun := time.Now()
		require.True(t, protocol.IsNACK(receive(t.Context(), opened("1", `{"id":7}`))))
		require.Less(t, time.Since(begun), time.Minute)
		close(release)
	})
}

// What is no event, and data that is not JSON, is one record "refused" each.
func TestHTTP_logsWhatItRefuses(t *testing.T) {
	var log logbook
	s := serve(t, "HTTP", probe(&log))
	e := opened("1", "x")
	e.SetDataContentType("text/plain")
	require.Equal(t, 400, s.mustSend(t, true, e).status)
	r, err := http.Post(s.url, "application/cloudevents+json", strings.NewReader(`{"specversion":"1.0"}`))
	require.NoError(t, err)
	require.NoError(t, r.Body.Close())
	require.Equal(t, 400, r.StatusCode)
	http.DefaultClient.CloseIdleConnections()
	require.Equal(t, 2, strings.Count(log.String(), "refused"), log.String())
}
