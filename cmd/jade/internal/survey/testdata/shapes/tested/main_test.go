package tested

import (
	"os"
	"testing"
)

func TestMain(*testing.M) { os.Exit(7) }
