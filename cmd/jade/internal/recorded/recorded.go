// Package recorded reads traces that were recorded.
package recorded

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/jade-go/jade/trace"
)

// largest is the size of a file in bytes. A trace of 10,000 calls has about 4 MB.
const largest = 512 << 20

// Stdin is the name of the standard input.
const Stdin = "-"

// ReadFile reads the traces of a file, or of stdin if the name is "-".
func ReadFile(name string, stdin io.Reader) ([]*trace.Trace, error) {
	text, shown, err := Text(name, stdin)
	if err != nil {
		return nil, err
	}
	return Parse(shown, text)
}

// Text reads a file, or stdin if the name is "-". It also returns what to call it in messages.
func Text(name string, stdin io.Reader) (text []byte, shown string, err error) {
	shown = name
	if name == Stdin {
		shown = "standard input"
	} else {
		f, err := os.Open(name)
		if failed, ok := errors.AsType[*os.PathError](err); ok {
			return nil, name, fmt.Errorf("%s: %w", name, failed.Err)
		}
		defer f.Close()
		stdin = f
	}
	text, err = io.ReadAll(io.LimitReader(stdin, largest+1))
	if failed, ok := errors.AsType[*os.PathError](err); ok {
		err = failed.Err
	}
	if err == nil && len(text) > largest {
		err = fmt.Errorf("it has more than %d MB", largest>>20)
	}
	if err != nil {
		return nil, shown, fmt.Errorf("%s: %w", shown, err)
	}
	return text, shown, nil
}

// Parse reads traces: one as a JSON object, several in a JSON array, or one after the other, as in JSON lines. An error has one line, with the
// position and with what was expected.
func Parse(name string, text []byte) (traces []*trace.Trace, err error) {
	r := &reader{name: name, text: bytes.TrimPrefix(text, []byte("\ufeff"))}
	r.json = json.NewDecoder(bytes.NewReader(r.text))
	for {
		switch r.next() {
		case 0:
			if len(r.traces) == 0 {
				return nil, r.fails(len(r.text), errors.New("want a recorded trace, and there is none"))
			}
			return r.traces, nil
		case '[':
			err = r.array()
		default:
			err = r.trace()
		}
		if err != nil {
			return nil, err
		}
	}
}

// reader reads the traces of one text.
type reader struct {
	name   string
	text   []byte
	json   *json.Decoder
	traces []*trace.Trace
}

// next is the first character of the next value; 0 if there is none.
func (r *reader) next() byte {
	if at := r.at(); at < len(r.text) {
		return r.text[at]
	}
	return 0
}

// at is where the next value begins.
func (r *reader) at() int {
	at := int(r.json.InputOffset())
	for at < len(r.text) && strings.IndexByte(" \t\r\n,", r.text[at]) >= 0 {
		at++
	}
	return at
}

func (r *reader) array() error {
	if _, err := r.json.Token(); err != nil {
		return r.fails(r.at(), err)
	}
	for r.json.More() {
		if err := r.trace(); err != nil {
			return err
		}
	}
	if _, err := r.json.Token(); err != nil {
		return r.fails(r.at(), err)
	}
	return nil
}

func (r *reader) trace() error {
	at := r.at()
	var value json.RawMessage
	if err := r.json.Decode(&value); err != nil {
		return r.fails(at, err)
	}
	if value[0] != '{' {
		return r.fails(at, errors.New("want a recorded trace, which is a JSON object"))
	}
	t := new(trace.Trace)
	err := json.Unmarshal(value, t)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		at += int(wrong.Offset)
		err = fmt.Errorf("want a recorded trace: the field %q cannot be a %s", wrong.Field, wrong.Value)
	}
	if err != nil {
		return r.fails(at, err)
	}
	r.traces = append(r.traces, t)
	return nil
}

// fails is an error at a position, in one line.
func (r *reader) fails(at int, err error) error {
	if wrong, ok := errors.AsType[*json.SyntaxError](err); ok {
		at = int(wrong.Offset) - 1
		err = fmt.Errorf("want a recorded trace as JSON: %w", err)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		at = len(r.text)
		err = errors.New("want a recorded trace as JSON, and the text ends in the middle of it")
	}
	line, column := Position(r.text, at)
	return fmt.Errorf("%s:%d:%d: %s", r.name, line, column, strings.ReplaceAll(err.Error(), "\n", " "))
}

// Position is the line and the column of a byte, from 1 on. A column is a character.
func Position(text []byte, at int) (line, column int) {
	before := text[:min(max(at, 0), len(text))]
	return 1 + bytes.Count(before, []byte("\n")), 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
}
