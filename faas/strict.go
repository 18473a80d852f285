package faas

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// Package encoding/json/v2 refuses much of what this file looks for. It is used no more than it is in the standard library without an
// experiment: not in Go 1.26.

// walk looks through valid JSON for what the decoder accepts and no sender means, and says what that is: values nested deeper than the rules say,
// a key twice in an object, of which the last would win, null where an object is due, half a character, and numbers that would be altered.
func walk(valid []byte, of *shape, r rules) (reason string) {
	w := walker{text: valid, depth: r.depth, lenient: r.unknown}
	w.value(0, of)
	if w.reason == "" || w.path == nil {
		return w.reason
	}
	return "field " + strconv.Quote(w.where()) + ": " + w.reason
}

// pathOf returns the path in valid JSON to the value that did not fit. It is empty for the outermost value. It is also empty if the type at that place is
// another one: then a method has decoded a part of the input, and the offset in the error is an offset in that part.
func pathOf(wrong *json.UnmarshalTypeError, valid []byte, of *shape) string {
	path, found := pathAt(valid, int(wrong.Offset), of)
	if found == nil {
		return ""
	}
	is := found.of
	if found.pointer && is != wrong.Type {
		is = found.inside.of
	}
	if is == wrong.Type || is.Kind() == reflect.Map && is.Key() == wrong.Type {
		return path
	}
	return ""
}

// pathAt returns the path to the innermost value that begins before offset and ends at or after it, and its shape, if that is known.
func pathAt(valid []byte, offset int, of *shape) (path string, found *shape) {
	w := walker{text: valid, depth: len(valid), lenient: true, offset: offset}
	w.value(0, of)
	return w.where(), w.found
}

type walker struct {
	text    []byte
	at      int
	depth   int
	lenient bool // null may stand for a struct inside: platforms send it
	offset  int  // that is looked for; 0: none
	element bool // the value at the current place is one of an array

	reason string   // it ends once there is one
	bare   bool     // the reason is told without the path
	path   []string // to what the reason is about, the innermost first
	found  *shape   // of what is at the offset
}

func (w *walker) where() string {
	slices.Reverse(w.path)
	return strings.TrimPrefix(strings.Join(w.path, ""), ".")
}

// fail ends the walk.
func (w *walker) fail(reason string) { w.reason = reason }

func (w *walker) failBare(reason string) { w.reason, w.bare = reason, true }

func (w *walker) value(level int, of *shape) {
	w.space()
	start := w.at
	switch c := w.text[w.at]; c {
	case '{':
		w.object(level+1, of)
	case '[':
		w.array(level+1, of)
	case '"':
		w.string()
	default: // a number or a name: until what ends it
		for w.at < len(w.text) && !ends(w.text[w.at]) {
			w.at++
		}
		switch {
		case of == nil:
		case c == 'n':
			w.null(level, of)
		case c != 't' && c != 'f' && of.of.Kind() == reflect.Interface:
			w.number(string(w.text[start:w.at]))
		}
	}
	if w.offset > start && w.offset <= w.at && w.reason == "" {
		w.found = of
		w.fail("here")
	}
}

func ends(c byte) bool {
	switch c {
	case ',', ']', '}', ' ', '\t', '\r', '\n':
		return true
	}
	return false
}

// null is refused where it would be an empty struct, and where it would be a nil pointer that no field is: as the whole input, and in
// an array. (A field that is a pointer may be left out, too.)
func (w *walker) null(level int, of *shape) {
	object := of.of.Kind() == reflect.Struct && !of.own && len(of.fields) > 0
	if (level == 0 || !w.lenient) && (object || of.pointer && (level == 0 || w.element)) {
		w.fail("want " + wanted(of.of) + ", got null")
	}
}

// number refuses what a float64, which package encoding/json makes of it, does not hold: an integer that would be another one, and infinity.
func (w *walker) number(digits string) {
	const safe = 15 // that many fit
	fits := true
	if strings.ContainsAny(digits, ".eE") {
		_, err := strconv.ParseFloat(digits, 64)
		fits = err == nil
	} else if len(digits) > safe {
		f, err := strconv.ParseFloat(digits, 64)
		fits = err == nil && strconv.FormatFloat(f, 'f', 0, 64) == digits // all its digits
	}
	if !fits {
		w.fail("the number " + digits + " does not fit")
	}
}

func (w *walker) object(level int, of *shape) {
	if w.tooDeep(level) {
		return
	}
	seen := keys{exact: of == nil || of.exact}
	for w.at++; w.reason == ""; w.at++ { // after { or ,
		if w.space(); w.text[w.at] == '}' {
			break
		}
		key := w.key()
		if w.reason != "" {
			return
		}
		if !seen.add(key) {
			w.failBare("the key " + strconv.Quote(string(key)) + " twice")
			return
		}
		w.space()
		w.at++ // :
		w.element = false
		w.value(level, of.field(key))
		if w.reason != "" {
			w.within("." + string(key))
			return
		}
		if w.space(); w.text[w.at] == '}' {
			break
		}
	}
	w.at++
}

// field is the shape of what is under a key, nil if nothing is known of it.
func (s *shape) field(key []byte) *shape {
	if s == nil || s.fields == nil {
		return s.element()
	}
	var name [64]byte
	return s.fields[string(folded(name[:0], key))]
}

func (s *shape) element() *shape {
	if s == nil {
		return nil
	}
	return s.elem
}

func (w *walker) array(level int, of *shape) {
	if w.tooDeep(level) {
		return
	}
	elem, n := of.element(), -1
	for w.at++; ; w.at++ { // after [ or ,
		if w.space(); w.text[w.at] == ']' {
			break
		}
		n++
		w.element = true
		w.value(level, elem)
		if w.reason != "" {
			w.within("[" + strconv.Itoa(n) + "]")
			return
		}
		if w.space(); w.text[w.at] == ']' {
			break
		}
	}
	w.at++
}

// within notes a step of the path, from the inside out.
func (w *walker) within(step string) {
	if !w.bare {
		w.path = append(w.path, step)
	}
}

func (w *walker) tooDeep(level int) bool {
	if level > w.depth {
		w.failBare("nested deeper than " + strconv.Itoa(w.depth))
	}
	return w.reason != ""
}

// key is the key at the current place, without its escapes.
func (w *walker) key() []byte {
	start := w.at
	if escaped := w.string(); !escaped {
		return w.text[start+1 : w.at-1]
	}
	var key string
	_ = json.Unmarshal(w.text[start:w.at], &key) // valid
	return []byte(key)
}

// keys is a set: most objects have few.
type keys struct {
	exact bool // or else case does not count
	few   [8][]byte
	n     int
	many  map[string]bool
}

// add reports whether the key is new.
func (k *keys) add(key []byte) bool {
	if k.many != nil {
		name := k.name(key)
		known := k.many[name]
		k.many[name] = true
		return !known
	}
	for _, other := range k.few[:k.n] {
		if bytes.Equal(other, key) || !k.exact && bytes.EqualFold(other, key) {
			return false
		}
	}
	if k.n < len(k.few) {
		k.few[k.n] = key
		k.n++
		return true
	}
	k.many = map[string]bool{k.name(key): true}
	for _, other := range k.few {
		k.many[k.name(other)] = true
	}
	return true
}

func (k *keys) name(key []byte) string {
	if k.exact {
		return string(key)
	}
	return string(folded(nil, key))
}

// string goes past a string, and reports whether that has escapes. It refuses half of a character, of which the decoder makes another one.
func (w *walker) string() (escaped bool) {
	for w.at++; w.text[w.at] != '"'; w.at++ {
		if w.text[w.at] != '\\' {
			continue
		}
		escaped = true
		if w.at++; w.text[w.at] != 'u' {
			continue
		}
		first := w.escape()
		w.at += 4
		if !utf16.IsSurrogate(first) {
			continue
		}
		if w.text[w.at+1] == '\\' && w.text[w.at+2] == 'u' {
			w.at += 2
			second := w.escape()
			w.at += 4
			if utf16.DecodeRune(first, second) != '\uFFFD' {
				continue
			}
		}
		if w.reason == "" {
			w.fail("half of a surrogate pair")
		}
	}
	w.at++
	return escaped
}

// escape is the number behind the u at the current place.
func (w *walker) escape() rune {
	n, _ := strconv.ParseUint(string(w.text[w.at+1:w.at+5]), 16, 16) // valid
	return rune(n)
}

func (w *walker) space() {
	for w.at < len(w.text) {
		switch w.text[w.at] {
		case ' ', '\t', '\r', '\n':
			w.at++
		default:
			return
		}
	}
}
