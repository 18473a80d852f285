package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// pageJSON returns the page as JSON that is easy on the eye: a line for each
// part, and one for each element of a list.
func pageJSON(p Page) string {
	compact, _ := json.Marshal(p) // strings and numbers: cannot fail
	members := json.NewDecoder(bytes.NewReader(compact))
	_, _ = members.Token() // the opening brace
	var lines []string
	for members.More() {
		key, _ := members.Token()
		var value json.RawMessage
		_ = members.Decode(&value)
		lines = append(lines, fmt.Sprintf("  %q: %s", key, spread(value)))
	}
	return "{\n" + strings.Join(lines, ",\n") + "\n}"
}

// spread gives each element of a list its line. What is no list, or empty, stays as it is.
func spread(value json.RawMessage) string {
	var list []json.RawMessage
	if json.Unmarshal(value, &list) != nil || len(list) == 0 {
		return string(value)
	}
	var lines []string
	for _, element := range list {
		lines = append(lines, "    "+string(element))
	}
	return "[\n" + strings.Join(lines, ",\n") + "\n  ]"
}
