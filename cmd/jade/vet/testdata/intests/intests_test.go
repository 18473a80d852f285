package intests_test

import (
	"testing"
	"time"

	"example.com/shop/intests"
)

// The second statement is a finding if tests count. The first one is excepted.
func TestT(t *testing.T) {
	intests.T.Timeout(time.Second) //jade:ignore dropped it must not panic
	intests.T.Timeout(time.Minute)
}
