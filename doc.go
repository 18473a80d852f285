// Package jade is typed futures and typed task orchestration.
package jade
