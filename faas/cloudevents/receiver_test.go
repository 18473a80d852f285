package cloudevents_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/cloudevents"
)

var modes = map[string]bool{"binary": false, "structured": true}

func TestServers_answer(t *testing.T) {
	underEach(t, func(t *testing.T, s *server, _ *logbook) {
		for mode, structured := range modes {
			t.Run(mode, func(t *testing.T) {
				e := opened("1", `{"id":"o-1"}`)
				e.SetExtension("correlationid", "c-7")
				e.SetExtension("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
				e.SetExtension("secret", "not handed on")
				r := s.mustSend(t, structured, e)
				require.Equal(t, 200, r.status, r.body)
				answer := r.event(t)
				require.JSONEq(t, `{"order":"o-1","type":"order.opened"}`, string(answer.Data()))
				require.Equal(t, "probe.answered", answer.Type())
				require.Equal(t, "/probe", answer.Source())
				require.Equal(t, "tea", answer.Subject())
				require.Equal(t, "application/json", answer.DataContentType())
				require.Equal(t, map[string]any{
					"correlationid": "c-7", "causationid": "1",
					"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
				}, answer.Extensions())

				again, another := s.mustSend(t, structured, e).event(t), s.mustSend(t, structured, opened("2", `{"id":"o-1"}`)).event(t)
				require.Equal(t, answer.ID(), again.ID(), "of the same event")
				require.NotEqual(t, answer.ID(), another.ID())
			})
		}
	})
}

func TestServers_options(t *testing.T) {
	underEach(t, func(t *testing.T, s *server, _ *logbook) {
		answer := s.mustSend(t, false, opened("1", `{"id":"o-1"}`)).event(t)
		require.Equal(t, "order.page", answer.Type())
		require.Equal(t, "https://shop.example/pages", answer.Source())
		require.Equal(t, "pages", answer.Subject())
	}, cloudevents.Type("order.page"), cloudevents.Source("https://shop.example/pages"), cloudevents.Subject("pages"))

	underEach(t, func(t *testing.T, s *server, _ *logbook) {
		r := s.mustSend(t, false, opened("1", `{"id":"o-1"}`))
		require.Equal(t, 200, r.status)
		require.Empty(t, r.body)
		require.Empty(t, r.header.Get("Ce-Id"))
		require.Equal(t, 202, s.mustSend(t, false, opened("1", `{"fault":"business"}`)).status)
		require.Equal(t, 202, s.mustSend(t, false, opened("1", `{`)).status)
		require.Equal(t, 202, s.mustSend(t, false, opened("1", `{"fault":"panic"}`)).status)
		require.Equal(t, 503, s.mustSend(t, false, opened("1", `{"fault":"system"}`)).status)
	}, cloudevents.NoAnswer(), cloudevents.AckStatus(202), cloudevents.Ack(func(err error) bool {
		return cloudevents.Final(err) || strings.Contains(err.Error(), "panic")
	}))
}

// A failure is told by a status that says whether the event is to be delivered again, without its text.
func TestServers_failures(t *testing.T) {
	underEach(t, func(t *testing.T, s *server, log *logbook) {
		for fault, c := range map[string]struct {
			status        int
			class, detail string
		}{
			"business":   {422, "business", ""},
			"sold out":   {422, "business", "the item is sold out"},
			"dependency": {502, "dependency", ""},
			"system":     {503, "system", ""},
			"timeout":    {504, "timeout", ""},
			"canceled":   {502, "dependency", ""},
			"panic":      {500, "code", ""},
			"goexit":     {500, "code", ""},
			"unknown":    {500, "unknown", ""},
			"output":     {500, "code", ""},
		} {
			for mode, structured := range modes {
				t.Run(fault+" "+mode, func(t *testing.T) {
					r := s.mustSend(t, structured, opened(fault, `{"id":"o-1","fault":"`+fault+`"}`))
					require.Equal(t, c.status, r.status, r.body)
					require.NotContains(t, r.body, "row 7")
					require.NotContains(t, r.body, "10.0.0.7")
					if strings.HasPrefix(r.header.Get("Content-Type"), "application/problem+json") {
						p := r.problem(t)
						require.Equal(t, c.class, p.Class)
						require.Equal(t, c.detail, p.Detail)
						require.Equal(t, fault+"@/shop", p.Request)
					} else if c.detail != "" {
						require.Equal(t, c.detail, r.body)
					} else {
						require.Equal(t, c.class, r.body)
					}
					if fault != "output" && !strings.Contains(fault, " ") { // what cannot be written is found when the function is over
						log.has(t, "request_id="+fault+"@/shop")
					}
				})
			}
		}
	})
}

func TestServers_badData(t *testing.T) {
	underEach(t, func(t *testing.T, s *server, log *logbook) {
		for data, reason := range map[string]string{
			`{"id":7}`:            "field \"id\": want a string, got a number",
			`{"id":"a","x":1}`:    `unknown field "x"`,
			`{"id":"a","id":"b"}`: `the key "id" twice`,
			"{\"id\":\"\xff\"}":   "not UTF-8",
			`[]`:                  "want an object, got an array",
		} {
			for mode, structured := range modes {
				r := s.mustSend(t, structured, opened("1", data))
				require.Equal(t, 400, r.status, mode+data)
				require.Contains(t, strings.ReplaceAll(r.body, `\"`, `"`), reason)
			}
		}
		for data, reason := range map[string]string{`{"id":`: "no JSON: it ends too early", `{} {}`: "more than one value", ``: "empty"} {
			r := s.mustSend(t, false, opened("1", data))
			require.Equal(t, 400, r.status, data)
			require.Contains(t, r.body, reason)
		}
		e := opened("1", `<id/>`)
		e.SetDataContentType("application/xml")
		r := s.mustSend(t, false, e)
		require.Equal(t, 400, r.status)
		require.Contains(t, r.body, "the data is not JSON, by its content type")
		e = opened("1", `{"id":"o-1"}`)
		e.SetDataContentType("application/vnd.shop+json; charset=utf-8")
		require.Equal(t, 200, s.mustSend(t, false, e).status)
		require.NotContains(t, log.String(), "level=ERROR", "the function is not called")
	})
}

func TestServers_deadline(t *testing.T) {
	underEach(t, func(t *testing.T, s *server, log *logbook) {
		require.Equal(t, 504, s.mustSend(t, false, opened("1", `{"id":"o-1","fault":"hang"}`)).status)
		log.has(t, "ended o-1")
	}, cloudevents.Limit(100*time.Millisecond))
}

func TestServers_senderThatLeaves(t *testing.T) {
	underEach(t, func(t *testing.T, s *server, log *logbook) {
		ctx, leave := context.WithCancel(t.Context())
		left := make(chan error, 1)
		go func() {
			_, err := s.send(ctx, false, opened("1", `{"id":"o-1","fault":"hang"}`))
			left <- err
		}()
		log.has(t, "begun o-1")
		leave()
		require.ErrorIs(t, <-left, context.Canceled)
		log.has(t, "ended o-1")
	})
}

func TestServers_manyAtOnce(t *testing.T) {
	underEach(t, func(t *testing.T, s *server, _ *logbook) {
		var all sync.WaitGroup
		for i := range 200 {
			all.Go(func() {
				id := fmt.Sprint(i)
				r, err := s.send(t.Context(), i%2 == 0, opened(id, `{"id":"o-`+id+`"}`))
				if assert.NoError(t, err) && assert.Equal(t, 200, r.status) {
					assert.JSONEq(t, `{"order":"o-`+id+`","type":"order.opened"}`, r.body)
					assert.Equal(t, id, r.header.Get("Ce-Causationid"))
				}
			})
		}
		all.Wait()
	})
}

// An initialiser that fails loses no event, whatever its class.
func TestServers_initFails(t *testing.T) {
	for kind := range kinds {
		s := serve(t, kind, faas.Initialized("probe", func(context.Context) (faas.Func[order, page], error) {
			return nil, fmt.Errorf("no configuration")
		}, faas.Logger(quiet)))
		require.Equal(t, 503, s.mustSend(t, false, opened("1", `{}`)).status)
	}
}
