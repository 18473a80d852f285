package dropped_test

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/jade-go/jade/cmd/jade/vet/dropped"
)

func TestDropped(t *testing.T) {
	analysistest.Run(t, "../testdata", dropped.Analyzer, "./dropped")
}
