package lambda_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOrderLines_streams(t *testing.T) {
	const tea, bell = `{"order":"o-1","item":"tea","cents":300}` + "\n", `{"order":"o-1","item":"bell","cents":400}` + "\n"
	p := start(t, "orderlines")
	p.ready(t)
	for _, c := range []struct {
		name, items string
		body        string
		kind        string // of the failure
	}{
		{"answers", `["tea","bell"]`, tea + bell, ""},
		{"nothing to write", `[]`, "", ""},
		{"fails before the first piece", `["","tea"]`, "", "NoItem"},
		{"fails after it", `["tea",""]`, tea, "NoItem"},
		{"is late", `["tea","late"]`, tea, "jade.timeout"},
	} {
		t.Run(c.name, func(t *testing.T) {
			limit := time.Minute
			if c.kind == "jade.timeout" {
				limit = time.Second
			}
			insist(t, func(t *assert.CollectT) {
				deadline := time.Now().Add(limit)
				got := p.invoke(t, limit, `{"id":"o-1","items":`+c.items+`}`)
				require.True(t, got.at.Before(deadline), "late by %v", got.at.Sub(deadline))
				if c.kind != "" && c.body == "" {
					require.Equal(t, c.kind, failedOf(t, got).Type)
					return
				}
				require.Equal(t, "response", got.path)
				require.Equal(t, c.body, got.body())
				require.Equal(t, c.kind, got.errs.Get("Lambda-Runtime-Function-Error-Type"))
				if c.body == tea+bell {
					require.Equal(t, []string{tea, bell}, got.pieces)
				}
			})
		})
	}
}
