package faas

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// walk looks through valid JSON for what the decoder accepts and no sender means, and
// says what that is: a key twice in an object, of which the last would win, and values nested deeper than depth.
func walk(valid []byte, depth int) (reason string) {
	w := walker{text: valid, depth: depth}
	w.value(0)
	return w.reason
}

type walker struct {
	text   []byte
	at     int
	depth  int
	reason string
}

func (w *walker) value(level int) {
	w.space()
	switch w.text[w.at] {
	case '{':
		w.object(level + 1)
	case '[':
		w.array(level + 1)
	case '"':
		w.string()
	default: // a number or a name: until what ends it
		for w.at < len(w.text) && !ends(w.text[w.at]) {
			w.at++
		}
	}
}

func ends(c byte) bool {
	switch c {
	case ',', ']', '}', ' ', '\t', '\r', '\n':
		return true
	}
	return false
}

func (w *walker) object(level int) {
	if w.tooDeep(level) {
		return
	}
	var seen keys
	for w.at++; w.reason == ""; w.at++ { // after { or ,
		if w.space(); w.text[w.at] == '}' {
			break
		}
		key := w.key()
		if !seen.add(key) {
			w.reason = "the key " + strconv.Quote(string(key)) + " twice"
			return
		}
		w.space()
		w.at++ // :
		w.value(level)
		if w.reason != "" {
			return
		}
		if w.space(); w.text[w.at] == '}' {
			break
		}
	}
	w.at++
}

func (w *walker) array(level int) {
	if w.tooDeep(level) {
		return
	}
	for w.at++; ; w.at++ { // after [ or ,
		if w.space(); w.text[w.at] == ']' {
			break
		}
		w.value(level)
		if w.reason != "" {
			return
		}
		if w.space(); w.text[w.at] == ']' {
			break
		}
	}
	w.at++
}

func (w *walker) tooDeep(level int) bool {
	if level > w.depth {
		w.reason = "nested deeper than " + strconv.Itoa(w.depth)
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
	few  [8][]byte
	n    int
	many map[string]bool
}

// add reports whether the key is new.
func (k *keys) add(key []byte) bool {
	if k.many != nil {
		known := k.many[string(key)]
		k.many[string(key)] = true
		return !known
	}
	for _, other := range k.few[:k.n] {
		if bytes.Equal(other, key) {
			return false
		}
	}
	if k.n < len(k.few) {
		k.few[k.n] = key
		k.n++
		return true
	}
	k.many = map[string]bool{string(key): true}
	for _, other := range k.few {
		k.many[string(other)] = true
	}
	return true
}

// string goes past a string, and reports whether that has escapes.
func (w *walker) string() (escaped bool) {
	for w.at++; w.text[w.at] != '"'; w.at++ {
		if w.text[w.at] == '\\' {
			escaped = true
			w.at++
		}
	}
	w.at++
	return escaped
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
