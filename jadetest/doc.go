// Package jadetest proves what a flow does when something goes wrong: helpers for tests, in the spirit of httptest.
//
// [Faults] runs a flow once for each of its tasks and each way to fail, in virtual time, and reports what became of the
// answer: a [Matrix], which fails the test where the answer was late, hung, crashed, left something running, or
// had an error that does not say what failed. [MustDegrade] and [MayFail] say what else it has to be.
//
// [Replace] puts an ordinary function in place of a task's, so a task, a part of a flow or a whole flow is
// tested without what it would call.
//
// All of it is for the goroutine of a test, which must not be in a bubble of [testing/synctest]: Faults makes its own.
package jadetest
