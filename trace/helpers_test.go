package trace_test

import "time"

const ms = time.Millisecond
