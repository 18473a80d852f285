//go:build !unix

package flow_test

import (
	"testing"
	"time"
)

var begun = time.Now()

// processorTime is the time on the clock, where that of the processors cannot be had.
func processorTime(*testing.T) time.Duration { return time.Since(begun) }
