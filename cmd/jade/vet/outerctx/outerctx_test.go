package outerctx_test

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/jade-go/jade/cmd/jade/vet/outerctx"
)

func TestOuterctx(t *testing.T) {
	analysistest.Run(t, "../testdata", outerctx.Analyzer, "./outerctx")
}
