package cloudevents_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"

	sdk "github.com/cloudevents/sdk-go/v2"
	"github.com/cloudevents/sdk-go/v2/event"
	"github.com/cloudevents/sdk-go/v2/protocol"
	cehttp "github.com/cloudevents/sdk-go/v2/protocol/http"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/cloudevents"
	recovery "github.com/jade-go/jade/recover"
)

func receiveOrders(ctx context.Context, client sdk.Client, handler *faas.Handler[order, page]) error {
	return client.StartReceiver(ctx, cloudevents.Receiver(handler, cloudevents.Type("order.page")))
}

func consumeOrders(ctx context.Context, kafka sdk.Client, handler *faas.Handler[order, page]) error {
	return kafka.StartReceiver(ctx, cloudevents.Consumer(handler))
}

func ExampleHTTP() {
	price := func(_ context.Context, item string) (int, error) { return len(item), nil }
	handler := cloudevents.HTTP(faas.New("price", price, faas.Logger(quiet)), cloudevents.Source("/prices"))

	e := event.New()
	e.SetID("1")
	e.SetType("item.shown")
	e.SetSource("/shop")
	_ = e.SetData("application/json", "tin")
	request, _ := cehttp.NewHTTPRequestFromEvent(context.Background(), "/", e)
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, request)
	fmt.Println(w.Code, w.Header().Get("Ce-Type"), w.Header().Get("Ce-Source"), w.Header().Get("Ce-Causationid"), w.Body)
	// Output: 200 price.answered /prices 1 3
}

func ExampleReceiver() {
	receive := cloudevents.Receiver(faas.New("price", func(ctx context.Context, item string) (int, error) {
		e, _ := cloudevents.EventOf(ctx)
		return 0, fmt.Errorf("%s: %w", e.Type(), context.DeadlineExceeded)
	}, faas.Logger(quiet)))
	e := event.New()
	e.SetType("item.shown")
	_ = e.SetData("application/json", "tin")
	_, result := receive(context.Background(), e)
	fmt.Println(result, protocol.IsACK(result))
	// Output: 504: timeout false
}

func ExampleConsumer() {
	consume := cloudevents.Consumer(faas.New("ship", func(context.Context, string) (struct{}, error) {
		return struct{}{}, recovery.Mark(recovery.ClassBusiness, errors.New("no such address"))
	}, faas.Logger(quiet)))
	e := event.New()
	_ = e.SetData("application/json", "Hangzhou")
	result := consume(context.Background(), e)
	fmt.Println(result, protocol.IsACK(result))
	// Output: 422: business true
}
