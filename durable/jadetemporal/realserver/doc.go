// Package realserver has the tests of jadetemporal on a real Temporal server, which runs in the process of the tests, in memory. It is a module of its own, because the
// server has some two hundred modules, and takes minutes to build for the first time: make test-temporal.
package realserver
