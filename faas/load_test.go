package faas_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/internal/realpart"
)

// bare is the same function without a handler around it.
func bare(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var o order
	if err == nil {
		err = json.Unmarshal(body, &o)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	o, _ = same(r.Context(), o)
	answer, err := json.Marshal(o)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(answer)
}

// Under load from outside, for a second at a time, no request fails. How many there are is logged beside those of the bare function:
// what the machine does besides is in both.
func TestHTTP_underLoad(t *testing.T) {
	wrk := realpart.Command(t, "apt-get install wrk", "wrk")
	script := filepath.Join(t.TempDir(), "post.lua")
	require.NoError(t, os.WriteFile(script, []byte(`wrk.method = "POST"
wrk.body = '{"item":"tea tin","n":7,"list":[1,2,3]}'
wrk.headers["Content-Type"] = "application/json"
`), 0o600))
	var rates [2][]float64
	servers := [2]string{
		serving(t, http.HandlerFunc(bare)),
		serving(t, faas.HTTP(faas.New("echo", same, faas.Logger(quiet)))),
	}
	for range 3 {
		for i, addr := range servers {
			ctx, cancel := context.WithCancel(t.Context())
			out, err := exec.CommandContext(ctx, wrk, "-t1", "-c8", "-d1s", "-s", script, "http://"+addr+"/").CombinedOutput()
			cancel()
			require.NoError(t, err, string(out))
			require.NotContains(t, string(out), "Non-2xx", string(out))
			require.NotContains(t, string(out), "Socket errors", string(out))
			m := regexp.MustCompile(`Requests/sec:\s+([\d.]+)`).FindSubmatch(out)
			require.NotNil(t, m, string(out))
			rate, err := strconv.ParseFloat(string(m[1]), 64)
			require.NoError(t, err)
			require.Positive(t, rate)
			rates[i] = append(rates[i], rate)
		}
	}
	for i := range rates {
		slices.Sort(rates[i])
	}
	t.Logf("bare %.0f requests a second, handler %.0f, ratio %.2f", rates[0][1], rates[1][1], rates[1][1]/rates[0][1])
}
