package runlog

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if os.Getenv(childFolder) != "" {
		child()
		return
	}
	goleak.VerifyTestMain(m)
}
