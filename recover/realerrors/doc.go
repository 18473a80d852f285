// Package realerrors holds package recovery against the errors that clients of real servers return: each of
// them comes from a server on loopback, or from the client itself. None is made by hand. It has nothing but tests.
//
// It is a module of its own, for the clients that it needs.
package realerrors
