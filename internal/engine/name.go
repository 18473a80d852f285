package engine

import (
	"strconv"
	"strings"
	"unicode"
)

// Unfit says why name is no name for a task or a flow; it is empty if it is one.
func Unfit(name string) string {
	switch {
	case name == "":
		return "empty name"
	case strings.TrimSpace(name) != name:
		return "name " + strconv.Quote(name) + " has space around it"
	}
	for _, r := range name {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return "name " + strconv.Quote(name) + " is not printable"
		}
	}
	return ""
}
