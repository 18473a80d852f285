package gcf_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/gcf"
)

var quiet = slog.New(slog.DiscardHandler)

// bare is the same function, as one writes it for the framework alone.
func bare(w http.ResponseWriter, r *http.Request) {
	var o order
	if err := json.NewDecoder(r.Body).Decode(&o); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	p, err := servePage(r.Context(), o)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(p)
}

// What a request costs beside a bare function, without the network.
func BenchmarkHandler(b *testing.B) {
	logger := faas.Logger(slog.New(slog.NewJSONHandler(io.Discard, nil)))
	for _, c := range []struct {
		name string
		h    http.Handler
	}{
		{"bare", http.HandlerFunc(bare)},
		{"faas", faas.HTTP(faas.New("probe", servePage, logger))},
		{"gcf", gcf.Handler(faas.New("probe", servePage, logger))},
		{"gcf without its line", gcf.Handler(faas.New("probe", servePage, faas.Logger(quiet)))},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"id":"o-1"}`))
				r.Header.Set("Content-Type", "application/json")
				w := httptest.NewRecorder()
				c.h.ServeHTTP(w, r)
				if w.Code != http.StatusOK {
					b.Fatal(w.Body)
				}
			}
		})
	}
}
