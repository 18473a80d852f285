package perrequest_test

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/jade-go/jade/cmd/jade/vet/perrequest"
)

func TestPerrequest(t *testing.T) {
	analysistest.Run(t, "../testdata", perrequest.Analyzer, "./perrequest/...")
}
