// Package future is a value that is being made: start reading here.
package future
