package report_test

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/jade-go/jade/cmd/jade/vet/internal/report"
)

func TestIgnore(t *testing.T) {
	analysistest.Run(t, "../../testdata", report.Ignore, "./ignore")
}
