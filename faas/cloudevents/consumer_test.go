package cloudevents_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	sdk "github.com/cloudevents/sdk-go/v2"
	"github.com/cloudevents/sdk-go/v2/binding"
	"github.com/cloudevents/sdk-go/v2/event"
	"github.com/cloudevents/sdk-go/v2/protocol"
	cehttp "github.com/cloudevents/sdk-go/v2/protocol/http"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/cloudevents"
	recovery "github.com/jade-go/jade/recover"
)

// broker is a protocol that takes no answers, and is told of each event whether it was taken.
type broker struct {
	events chan event.Event
	told   chan error
}

// Receive implements [protocol.Receiver].
func (b *broker) Receive(ctx context.Context) (binding.Message, error) {
	select {
	case e := <-b.events:
		return binding.WithFinish((*binding.EventMessage)(&e), func(err error) { b.told <- err }), nil
	case <-ctx.Done():
		return nil, io.EOF
	}
}

func TestConsumer_acknowledges(t *testing.T) {
	b := &broker{make(chan event.Event), make(chan error, 1)}
	client, err := sdk.NewClient(b)
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- client.StartReceiver(ctx, cloudevents.Consumer(probe(&logbook{}))) }()
	for fault, ack := range map[string]bool{
		"": true, "business": true, "sold out": true,
		"dependency": false, "system": false, "timeout": false, "canceled": false, "panic": false, "goexit": false, "unknown": false,
	} {
		b.events <- opened("1", `{"fault":"`+fault+`"}`)
		result := <-b.told
		require.Equal(t, ack, protocol.IsACK(result), fault)
		require.Equal(t, !ack, protocol.IsNACK(result), fault)
	}
	b.events <- opened("1", `{`)
	require.True(t, protocol.IsACK(<-b.told))
	stop()
	require.NoError(t, <-ended)
}

// A function that forwards events, and fails with what came of that, does not acknowledge its own by it.
func TestReceiver_ofAForwarder(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
		ack    bool
	}{
		{context.DeadlineExceeded, 504, false},
		{recovery.Mark(recovery.ClassBusiness, errors.New("sold out")), 422, true},
	} {
		for _, forwarded := range []protocol.Result{protocol.ResultACK, protocol.ResultNACK, cehttp.NewResult(299, "%w", protocol.ResultACK)} {
			receive := cloudevents.Receiver(faas.New("forward", func(context.Context, struct{}) (struct{}, error) {
				return struct{}{}, fmt.Errorf("%w: %w", c.err, forwarded)
			}, faas.Logger(quiet)))
			answer, result := receive(t.Context(), opened("1", ""))
			require.Nil(t, answer)
			require.Equal(t, c.ack, protocol.IsACK(result))
			require.Equal(t, !c.ack, protocol.IsNACK(result))
			var told *cehttp.Result
			require.True(t, protocol.ResultAs(result, &told))
			require.Equal(t, c.status, told.StatusCode)
		}
	}
}

// There is no answer where there is nothing to say.
func TestReceiver_withoutAnswer(t *testing.T) {
	nothing := cloudevents.Receiver(faas.New("nothing", func(context.Context, struct{}) (struct{}, error) { return struct{}{}, nil }, faas.Logger(quiet)))
	answer, result := nothing(t.Context(), opened("1", ""))
	require.Nil(t, answer)
	require.NoError(t, result)

	maybe := cloudevents.Receiver(faas.New("maybe", func(_ context.Context, some bool) (*int, error) {
		if some {
			return new(7), nil
		}
		return nil, nil
	}, faas.Logger(quiet)))
	answer, result = maybe(t.Context(), opened("1", "false"))
	require.Nil(t, answer)
	require.NoError(t, result)
	answer, result = maybe(t.Context(), opened("1", "true"))
	require.NoError(t, result)
	require.Equal(t, "7", string(answer.Data()))
}

func TestOptions_panic(t *testing.T) {
	for want, call := range map[string]func(){
		"cloudevents.Type: an empty type":                                       func() { cloudevents.Type("") },
		`cloudevents.Source: "" is no URI reference`:                            func() { cloudevents.Source("") },
		`cloudevents.Source: "%zz" is no URI reference`:                         func() { cloudevents.Source("%zz") },
		"cloudevents.Subject: an empty subject":                                 func() { cloudevents.Subject("") },
		"cloudevents.Limit: the limit is 0s, and must be positive":              func() { cloudevents.Limit(0) },
		"cloudevents.Ack: nil function":                                         func() { cloudevents.Ack(nil) },
		"cloudevents.AckStatus: the status is 500, and must be from 200 to 499": func() { cloudevents.AckStatus(500) },
		"cloudevents.MaxBody: the limit is 0 bytes, and must be at least 1":     func() { cloudevents.MaxBody(0) },
		"cloudevents.HTTP: nil Handler":                                         func() { cloudevents.HTTP[int, int](nil) },
		"cloudevents.Receiver: nil Handler":                                     func() { cloudevents.Receiver[int, int](nil) },
		"cloudevents.Consumer: nil Handler":                                     func() { cloudevents.Consumer[int, int](nil) },
	} {
		require.PanicsWithValue(t, want, call)
	}
}
