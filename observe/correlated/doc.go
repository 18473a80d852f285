// Package correlated has the test that the log, the spans and the metrics of one request lead to each other: who has the id of a request
// finds all three, and they name the same trace. It is a module of its own because it needs OpenTelemetry and Prometheus at once.
package correlated
