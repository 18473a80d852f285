package quick_test

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/jade-go/jade/cmd/jade/vet/quick"
)

func TestQuick(t *testing.T) {
	analysistest.Run(t, "../testdata", quick.Analyzer, "./quick/...")
}
