package jadeotel

import "go.opentelemetry.io/otel/attribute"

// Keys of attributes. The comment of the package says what they have, and where they are.
const (
	KeyKind     = attribute.Key("jade.kind")
	KeyRun      = attribute.Key("jade.run")
	KeyFlow     = attribute.Key("jade.flow")
	KeyPath     = attribute.Key("jade.path")
	KeyNode     = attribute.Key("jade.node")
	KeyTask     = attribute.Key("jade.task")
	KeyInputs   = attribute.Key("jade.inputs")
	KeyAfter    = attribute.Key("jade.after")
	KeyAttempt  = attribute.Key("jade.attempt")
	KeyElement  = attribute.Key("jade.element")
	KeyTimeLeft = attribute.Key("jade.time_left")
	KeyLosses   = attribute.Key("jade.losses")
	KeyOutcome  = attribute.Key("jade.outcome")
	KeyClass    = attribute.Key("jade.class")
	KeyGate     = attribute.Key("jade.gate")
	KeyError    = attribute.Key("jade.error")
	KeyLink     = attribute.Key("jade.link")
	KeyOverflow = attribute.Key("jade.overflow")
)

// Values of [KeyLink].
const (
	LinkInput = "input" // the node takes data of the linked one
	LinkAfter = "after" // it only waits for it
)

// Names of events.
const (
	EventRetry     = "jade.retry"     // another attempt begins
	EventDegraded  = "jade.degraded"  // a result stands in for a failure
	EventSkipped   = "jade.skipped"   // a call inside never started
	EventStraggler = "jade.straggler" // nobody waits for the call any more, but it still runs
	EventReturned  = "jade.returned"  // a straggler inside has returned
)

// Names of instruments.
const (
	MetricRunDuration     = "jade.run.duration"
	MetricRunActive       = "jade.run.active"
	MetricTaskDuration    = "jade.task.duration"
	MetricTaskActive      = "jade.task.active"
	MetricElementDuration = "jade.element.duration"
	MetricElementActive   = "jade.element.active"
	MetricTaskRetries     = "jade.task.retries"
	MetricTaskStragglers  = "jade.task.stragglers"
	MetricRunLosses       = "jade.run.losses"
	MetricLostEffects     = "jade.task.lost_effects"
)
