package fc

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"
)

// attempts is how often an answer is sent, if the connection breaks or the platform fails. The platform knows an answer by its id,
// and refuses one that it has.
const attempts = 3

// send posts an answer. ctx has what is known of the invocation.
func (r *runtime) send(ctx context.Context, id, what string, body []byte) {
	limited, cancel := context.WithTimeout(ctx, transfer) // the platform is on this machine
	defer cancel()
	var err error
	for range attempts {
		again := false
		if again, err = r.post(limited, url.PathEscape(id)+"/"+what, body); !again {
			break
		}
		select {
		case <-time.After(firstWait):
		case <-limited.Done():
		}
	}
	if err != nil {
		within(ctx, func() {
			r.logger.LogAttrs(ctx, slog.LevelError, "fc: an answer was not taken", slog.String("function", r.name), slog.String("what", what), slog.Any("error", err))
		})
	}
}

// post sends an answer once. If that fails, again says whether another time may not.
func (r *runtime) post(ctx context.Context, path string, body []byte) (again bool, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.base+path, bytes.NewReader(body))
	if err != nil {
		return false, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := r.client.Do(request)
	if err != nil {
		return true, err
	}
	defer func() { _ = response.Body.Close() }()
	_, _ = io.Copy(io.Discard, response.Body) // so that the connection is used again
	if response.StatusCode != http.StatusOK {
		return response.StatusCode >= http.StatusInternalServerError, fmt.Errorf("status %d", response.StatusCode)
	}
	return false, nil
}
