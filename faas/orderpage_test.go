package faas_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/examples/faas/orderpage"
	"github.com/jade-go/jade/examples/faas/orderpage/cases"
	"github.com/jade-go/jade/faas"
)

// The order page answers over HTTP under every fault, always before the deadline.
func TestHTTP_theOrderPage(t *testing.T) {
	const limit = 500 * time.Millisecond
	var log logbook
	addr := serving(t, faas.HTTP(orderpage.New(log.option()), faas.Limit(limit)))
	statuses := map[string]int{"business": 422, "dependency": 502, "timeout": 504, "code": 500}
	for _, c := range cases.All() {
		t.Run(c.Name, func(t *testing.T) {
			begun := time.Now()
			r, err := http.Post("http://"+addr, "application/json", bytes.NewReader(c.Input))
			require.NoError(t, err)
			body, err := io.ReadAll(r.Body)
			require.NoError(t, r.Body.Close())
			require.NoError(t, err)
			require.Less(t, time.Since(begun), limit)
			if c.Page != nil {
				require.Equal(t, 200, r.StatusCode, string(body))
				require.JSONEq(t, string(c.Page), string(body))
				return
			}
			want := faas.Problem{Status: statuses[c.Class], Class: c.Class}
			if c.Name == "no such item" {
				want.Status, want.Detail = 404, "no item unicorn"
			}
			if strings.HasSuffix(c.Name, "goexit") {
				want.Status = 500
			}
			want.Title = http.StatusText(want.Status)
			var got faas.Problem
			require.NoError(t, json.Unmarshal(body, &got))
			want.Request = r.Header.Get("X-Request-Id")
			require.Equal(t, want, got)
		})
	}
	http.DefaultClient.CloseIdleConnections()
	time.Sleep(time.Second) // until what was stuck is through
	require.Contains(t, log.String(), `msg="still running" function=order-page`)
}
