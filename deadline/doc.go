// Package deadline makes work answer in time.
//
// [Within] and [At] limit one future, [Run] limits one function, and [Partial]
// limits a group of futures, some of which may be missing. [Reserve] ends a ctx
// early, to leave time for degrading and replying. Late work is cancelled. The
// answer comes on time even if the work does not stop; a scope joins it then.
//
// Every deadline that Jade makes is an [*Error]: it says what was late and
// matches [context.DeadlineExceeded] under errors.Is.
package deadline
