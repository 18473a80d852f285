package order_test

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/jade-go/jade/cmd/jade/vet/order"
)

func TestOrder(t *testing.T) {
	analysistest.Run(t, "../testdata", order.Analyzer, "./order")
}
