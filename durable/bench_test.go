package durable_test

import (
	"errors"
	"testing"
	"time"

	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/durable"
	"github.com/jade-go/jade/flow"
)

func BenchmarkEncodeError(b *testing.B) {
	for name, err := range map[string]error{
		"plain": errors.New("x"),
		"flow":  &flow.Error{Flow: "page", Node: "item", Err: &deadline.Error{Name: "item", Limit: time.Second, Elapsed: time.Second}},
		"panic": panicOf(b, "x"),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = durable.EncodeError(err).Err()
			}
		})
	}
}
