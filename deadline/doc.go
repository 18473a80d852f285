// Package deadline makes work answer in time.
//
// [Within] and [At] put a limit on one future, [Run] on one function, and
// [Partial] on a group of futures of which some are enough. [Reserve] ends a
// ctx early, to leave time for degrading and replying. What is late is
// cancelled and the answer comes on time, even if the work does not stop:
// then a scope joins it.
//
// Every deadline that Jade makes is an [*Error]: it says what was late and
// matches [context.DeadlineExceeded] under errors.Is.
package deadline
