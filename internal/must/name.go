package must

import (
	"strconv"
	"strings"
	"unicode"
)

// reserved are the characters that join and number names: "rules/muted", "user#2", "price[17]".
const reserved = "#[]/"

// Unfit says why name is no name for a task or a flow; it is empty if it is one.
func Unfit(name string) string {
	switch {
	case name == "":
		return "empty name"
	case strings.TrimSpace(name) != name:
		return "name " + strconv.Quote(name) + " has space around it"
	}
	if i := strings.IndexAny(name, reserved); i >= 0 {
		return "name " + strconv.Quote(name) + " has a " + name[i:i+1] + " in it: #, [, ] and / number names and join them to paths"
	}
	for _, r := range name {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return "name " + strconv.Quote(name) + " is not printable"
		}
	}
	return ""
}
