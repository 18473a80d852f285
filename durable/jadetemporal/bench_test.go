package jadetemporal_test

import (
	"testing"

	"go.temporal.io/sdk/testsuite"

	"github.com/jade-go/jade/durable/jadetemporal"
	"github.com/jade-go/jade/durable/jadetemporal/internal/kinds"
)

// BenchmarkRun is a run of seven calls one after another in the SDK's test environment, as a flow and as a workflow that is written by hand: what Jade costs without a
// server. Realserver has the same with one.
func BenchmarkRun(b *testing.B) {
	var s testsuite.WorkflowTestSuite
	s.SetLogger(quiet{})
	b.Run("jade", func(b *testing.B) {
		line := kinds.Line()
		b.ReportAllocs()
		for b.Loop() {
			env := s.NewTestWorkflowEnvironment()
			f, err := jadetemporal.Register(jadetemporal.New(nil, "q"), env, line)
			if err != nil {
				b.Fatal(err)
			}
			in, _ := f.Input(1)
			env.ExecuteWorkflow("line", in)
			if err := env.GetWorkflowError(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("by hand", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			env := s.NewTestWorkflowEnvironment()
			kinds.LineByHand(env)
			env.ExecuteWorkflow("by hand", 1)
			if err := env.GetWorkflowError(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
