package gcf_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// The tests' own binary is also the programs that they start.
func TestMain(m *testing.M) {
	if run, ok := programs[os.Getenv(programVariable)]; ok {
		run()
		return
	}
	goleak.VerifyTestMain(m)
}
