package body_test

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/jade-go/jade/cmd/jade/vet/body"
)

func TestBody(t *testing.T) {
	analysistest.Run(t, "../testdata", body.Analyzer, "./body")
}
