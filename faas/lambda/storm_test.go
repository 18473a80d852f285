//go:build unix

package lambda_test

import (
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Three thousand invocations are in progress when the process is told to end. Each is answered.
func TestStart_storm(t *testing.T) {
	const size = 3000
	p := start(t, "probe", fmt.Sprint("AWS_LAMBDA_MAX_CONCURRENCY=", size))
	done := make(chan struct{})
	defer close(done)
	go func() { // nobody waits for it to be ready
		for {
			select {
			case <-p.asked:
			case <-done:
				return
			}
		}
	}()
	var clients sync.WaitGroup
	var answered atomic.Int64
	for i := range size {
		clients.Go(func() {
			var got page
			id := fmt.Sprint("o-", i)
			r := p.send(assertOnly{t}, time.Minute, fmt.Sprintf(`{"id":%q,"fault":"told"}`, id))
			if json.Unmarshal([]byte(r.body()), &got) == nil && got.Order == id {
				answered.Add(1)
			}
		})
	}
	require.Eventually(t, func() bool { return p.taken() == size }, patience, 10*time.Millisecond)
	require.NoError(t, p.command.Process.Signal(syscall.SIGTERM))
	clients.Wait()
	require.EqualValues(t, size, answered.Load())
}
