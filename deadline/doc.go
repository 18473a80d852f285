// Package deadline makes work answer in time.
//
// [Within] and [At] limit one future, and [Run] limits one function. [Partial]
// limits a group of futures: a given value replaces each one that fails or is
// late. [Reserve] ends a ctx early, so that there is time left to degrade and to
// reply.
//
// At the limit, late work is cancelled. The answer comes on time even if the work
// does not stop. The scope of that work, if there is one, waits for it.
//
// Every deadline error that Jade makes is an [*Error]. It says what was late, and
// matches [context.DeadlineExceeded] under errors.Is.
package deadline
