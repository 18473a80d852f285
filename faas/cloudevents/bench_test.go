package cloudevents_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	sdk "github.com/cloudevents/sdk-go/v2"
	"github.com/cloudevents/sdk-go/v2/event"
	"github.com/cloudevents/sdk-go/v2/protocol"
	cehttp "github.com/cloudevents/sdk-go/v2/protocol/http"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/cloudevents"
)

func same(_ context.Context, o order) (order, error) { return o, nil }

// bare is the same function, as one writes it for the SDK alone.
func bare(_ context.Context, e event.Event) (*event.Event, protocol.Result) {
	var o order
	if err := e.DataAs(&o); err != nil {
		return nil, cehttp.NewResult(http.StatusBadRequest, "%w", err)
	}
	answer := event.New()
	answer.SetID(e.ID() + "-1")
	answer.SetSource("/same")
	answer.SetType("same.answered")
	if err := answer.SetData(event.ApplicationJSON, o); err != nil {
		return nil, err
	}
	return &answer, nil
}

// What an event costs beside a bare function, without the network.
func BenchmarkEvent(b *testing.B) {
	underSDK := func(fn any) http.Handler {
		p, err := sdk.NewHTTP()
		require.NoError(b, err)
		h, err := sdk.NewHTTPReceiveHandler(context.Background(), p, fn)
		require.NoError(b, err)
		return h
	}
	h := faas.New("same", same, faas.Logger(slog.New(slog.NewJSONHandler(io.Discard, nil))))
	for _, c := range []struct {
		name string
		h    http.Handler
	}{
		{"SDK", underSDK(bare)},
		{"Receiver", underSDK(cloudevents.Receiver(h))},
		{"HTTP", cloudevents.HTTP(h)},
		{"HTTP without its line", cloudevents.HTTP(faas.New("same", same, faas.Logger(quiet)))},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r, err := cehttp.NewHTTPRequestFromEvent(context.Background(), "/", opened("1", `{"id":"o-1"}`))
				if err != nil {
					b.Fatal(err)
				}
				w := httptest.NewRecorder()
				c.h.ServeHTTP(w, r)
				if w.Code != http.StatusOK {
					b.Fatal(w.Code, w.Body)
				}
			}
		})
	}
}
