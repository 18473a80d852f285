// Package diagram draws flows and their runs.
//
// A [Diagram] shows the graph of a flow ([Flow]), a trace ([Run]), or a trace on
// top of its graph ([Overlay]). An overlay also shows what did not run. A diagram
// can be written as
//
//   - one HTML page that needs no other file: flow chart and waterfall, critical path, details, search
//   - SVG, Mermaid and DOT: the flow chart
//   - Chrome trace JSON: the waterfall, for Perfetto and chrome://tracing
//   - text: the waterfall, for a terminal
//
// Names may have any characters. A picture shows them as they are; they are
// escaped, so they cannot break its format.
//
// This package runs no flow and changes no graph or trace. The same diagram is
// written the same way every time, byte for byte.
package diagram
