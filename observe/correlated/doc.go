// Package correlated tests that the id of a request finds its log, its spans and its metrics, and that all three name the same trace. It has only tests. It
// is a module of its own because it needs OpenTelemetry and Prometheus at once.
package correlated
