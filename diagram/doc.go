// Package diagram draws flows and their runs.
//
// A [Diagram] is of a flow's graph ([Flow]), of a trace ([Run]), or of a trace
// laid over its graph ([Overlay]), which also shows what did not run. It is written as
//
//   - one HTML page that needs nothing else: flow chart and waterfall, critical path, details, search
//   - SVG, Mermaid and DOT: the flow chart
//   - Chrome trace JSON: the waterfall, for Perfetto and chrome://tracing
//   - text: the waterfall, for a terminal
//
// Names may have any characters: they are shown as they are, and end nothing.
//
// Nothing here runs anything, and what is drawn is not changed. The same diagram is written the same
// way every time, byte for byte.
package diagram
