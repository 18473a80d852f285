package cloudevents

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Values of attributes as headers: the HTTP binding for CloudEvents, version 1.0.2, section 3.1.3.2.

// mustEncode reports whether a byte of UTF-8 is part of a character that has to be encoded.
func mustEncode(c byte) bool { return c <= ' ' || c > '~' || c == '"' || c == '%' }

func encodable(value string) bool {
	for i := range len(value) {
		if mustEncode(value[i]) {
			return true
		}
	}
	return false
}

func encode(value string) string {
	var b strings.Builder
	for i := range len(value) {
		if c := value[i]; mustEncode(c) {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// decode returns the value of an attribute, or why a header is none. A percent that is not followed by two digits stands for itself, as older senders
// encode nothing.
func decode(header string) (value, reason string) {
	value = unquoted(header)
	if strings.Contains(value, "%") {
		value = unescaped(value)
	}
	switch {
	case !utf8.ValidString(value):
		return "", "not UTF-8"
	case strings.ContainsFunc(value, unicode.IsControl): // which no attribute may have
		return "", "has a control character"
	}
	return value, ""
}

func unescaped(value string) string {
	var b strings.Builder
	for i := 0; i < len(value); i++ {
		if value[i] == '%' && i+2 < len(value) {
			high, ok1 := digit(value[i+1])
			low, ok2 := digit(value[i+2])
			if ok1 && ok2 {
				b.WriteByte(high<<4 | low)
				i += 2
				continue
			}
		}
		b.WriteByte(value[i])
	}
	return b.String()
}

func digit(c byte) (n byte, ok bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	}
	return 0, false
}

// unquoted is a value without its quotes and backslashes, if it is a quoted string as a whole (RFC 7230, section 3.2.6): older
// versions of the binding have these.
func unquoted(value string) string {
	if len(value) < 2 || value[0] != '"' {
		return value
	}
	var b strings.Builder
	for i := 1; i < len(value); i++ {
		switch c := value[i]; {
		case c == '"' && i == len(value)-1:
			return b.String()
		case c == '"': // it ends before the value does
			return value
		case c == '\\' && i+1 < len(value):
			i++
			b.WriteByte(value[i])
		default:
			b.WriteByte(c)
		}
	}
	return value
}
