package lambda_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/examples/faas/orderpage/cases"
)

// The order page answers under every fault, always before the deadline, and nothing of it goes on unnamed.
func TestOrderPage_underEveryFault(t *testing.T) {
	p := start(t, "orderpage")
	p.ready(t)
	for _, c := range cases.All() {
		t.Run(c.Name, func(t *testing.T) {
			insist(t, func(t *assert.CollectT) {
				const limit = 500 * time.Millisecond
				deadline := time.Now().Add(limit)
				got := p.invoke(t, limit, string(c.Input))
				require.True(t, got.at.Before(deadline), "late by %v", got.at.Sub(deadline))
				switch {
				case c.Page != nil:
					require.Equal(t, "response", got.path, got.body())
					require.JSONEq(t, string(c.Page), got.body())
				case c.Name == "no such item":
					require.Equal(t, "NoItem", failedOf(t, got).Type)
				default:
					require.Equal(t, "jade."+c.Class, failedOf(t, got).Type)
				}
			})
		})
	}
	require.Contains(t, p.text(t), "WARN still running function=order-page", "what ignores its ctx is named")
}
