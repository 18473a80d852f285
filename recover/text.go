package recovery

import (
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/excerpt"
)

// Text returns the text of err as logs, spans and answers can take it: at most 4 KiB of valid UTF-8, cut between
// characters. If the Error method of err panics, it says so. err is not nil.
func Text(err error) string { return excerpt.OfError(err) }

// PanicText returns the value of a panic and its stack as logs and spans can take them: at most 4 KiB and 16 KiB of
// valid UTF-8.
func PanicText(p *future.PanicError) (value, stack string) { return excerpt.OfPanic(p) }
