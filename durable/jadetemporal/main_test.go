package jadetemporal_test

import (
	"testing"

	"go.uber.org/goleak"
)

// The test environment leaves goroutines of its own behind, of mocked activities that a test did not wait for.
func TestMain(m *testing.M) {
	const environment = "go.temporal.io/sdk/internal.(*testWorkflowEnvironmentImpl)."
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction(environment+"ExecuteActivity.func2"), goleak.IgnoreAnyFunction(environment+"runBeforeMockCallReturns"))
}
