package main

import (
	"bytes"
	"errors"
	"fmt"
)

const (
	begin = "<!-- benchmarks -->"
	end   = "<!-- /benchmarks -->"
)

var errNoMarkers = errors.New("needs one line " + begin + " and after it one line " + end)

// splice returns doc with table instead of what is between the markers.
func splice(doc []byte, table string) ([]byte, error) {
	head, rest, found := bytes.Cut(doc, []byte(begin+"\n"))
	if !found {
		return nil, errNoMarkers
	}
	_, tail, found := bytes.Cut(rest, []byte(end))
	if !found || bytes.Contains(rest, []byte(begin)) || bytes.Contains(tail, []byte(end)) {
		return nil, errNoMarkers
	}
	return fmt.Appendf(nil, "%s%s\n\n%s\n%s%s", head, begin, table, end, tail), nil
}
