package jadeslog

// Messages of records. The comment of the package says which is made when.
const (
	MessageRun       = "run"       // a run has ended
	MessageFailed    = "failed"    // a call has failed
	MessageDegraded  = "degraded"  // a call has a result that stands in for a failure
	MessageLost      = "lost"      // an effect was cut off
	MessageStraggler = "straggler" // a call still runs, but it was given up
	MessageReturned  = "returned"  // a straggler has returned
	MessageCanceled  = "canceled"  // nobody wanted the result of a call any more
	MessageSkipped   = "skipped"   // a call never started
	MessageAttempt   = "attempt"   // an attempt has not succeeded
)

// Keys of attributes. The comment of the package says what they have.
const (
	KeyFunction     = "function"
	KeyKind         = "kind"
	KeyRun          = "run"
	KeyFlow         = "flow"
	KeyPath         = "path"
	KeyTask         = "task"
	KeyNode         = "node"
	KeyElement      = "element"
	KeyAttempt      = "attempt"
	KeyPlace        = "place"
	KeyStatus       = "status"
	KeyClass        = "class"
	KeyError        = "error"
	KeyGate         = "gate"
	KeyRetryAfter   = "retry_after_ms"
	KeyPanic        = "panic"
	KeyStack        = "stack"
	KeyAttempts     = "attempts"
	KeyRetries      = "retries"
	KeyDegraded     = "degraded"
	KeyCount        = "count"
	KeyElapsed      = "elapsed_ms"
	KeyDeadlineLeft = "deadline_left_ms"
)
