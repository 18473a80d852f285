package main

import (
	"context"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/trace"
)

// deaf is a network on which the coupons hang, and do not notice that nobody waits for them any more.
type deaf struct{ http.RoundTripper }

func (d deaf) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host == "coupons" {
		time.Sleep(time.Second)
		return nil, context.Cause(r.Context())
	}
	return d.RoundTripper.RoundTrip(r)
}

// The picture in the README is what the program draws of a page whose coupons hang. JADETEST_UPDATE=1 writes it anew.
func TestREADME_picture(t *testing.T) {
	const file = "../../docs/order-page.svg"
	const limit = 800 * ms
	var drawn strings.Builder
	synctest.Test(t, func(t *testing.T) {
		runs := trace.NewHistory(1)
		s := &shop{client: &http.Client{Transport: deaf{newInProcess(faults{})}}, urls: inProcessURLs()}
		_, err := byFlow(s, limit)(observe.With(t.Context(), trace.NewRecorder(runs.Add)), teaTin)
		require.NoError(t, err)
		require.NoError(t, picture(runs.Recent()[0], limit).WriteSVG(&drawn))
	})
	if os.Getenv("JADETEST_UPDATE") != "" {
		require.NoError(t, os.WriteFile(file, []byte(drawn.String()), 0o644))
	}
	kept, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(kept), drawn.String(), "set JADETEST_UPDATE to write it anew")
}
