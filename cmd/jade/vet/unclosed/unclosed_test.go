package unclosed_test

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/jade-go/jade/cmd/jade/vet/unclosed"
)

func TestUnclosed(t *testing.T) {
	analysistest.Run(t, "../testdata", unclosed.Analyzer, "./unclosed")
}
