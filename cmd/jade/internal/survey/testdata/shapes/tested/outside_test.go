package tested_test

import (
	"testing"

	"example.com/shapes/tested"
)

func TestOutside(t *testing.T) { t.Fatal(tested.New()) }
