package swallow_test

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/jade-go/jade/cmd/jade/vet/swallow"
)

func TestSwallow(t *testing.T) {
	analysistest.Run(t, "../testdata", swallow.Analyzer, "./swallow")
}
