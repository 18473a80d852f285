package faas

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

type line struct {
	ID     string          `json:"id"`
	N      int8            `json:"n"`
	Price  float32         `json:"price"`
	Small  uint16          `json:",omitempty"`
	Sub    *line           `json:"sub"`
	In     part            `json:"in"`
	List   []part          `json:"list"`
	Refs   []*part         `json:"refs"`
	Words  map[string]part `json:"words"`
	Any    any             `json:"any"`
	At     time.Time       `json:"at"`
	Raw    json.RawMessage `json:"raw"`
	Hidden string          `json:"-"`
	part2
}

type part struct{ V int }

type part2 struct{ Deep part }

// refusal of an input for T, or empty.
func reasonFor[T any](input string, r rules) string {
	_, err := decode[T]([]byte(input), shapeOf(reflect.TypeFor[T]()), r)
	if err == nil {
		return ""
	}
	return err.(*InputError).Reason
}

var strictly = rules{depth: 10}

func TestDecode_keysThatDifferInCase(t *testing.T) {
	for input, want := range map[string]string{
		`{"id":"a","ID":"b"}`:                     `the key "ID" twice`,
		`{"Id":"a","iD":"b"}`:                     `the key "iD" twice`,
		`{"in":{"V":1,"v":2}}`:                    `the key "v" twice`,
		`{"list":[{"v":1},{"V":1,"v":2}]}`:        `the key "v" twice`,
		`{"words":{"a":{"V":1,"v":2}}}`:           `the key "v" twice`,
		`{"deep":{},"DEEP":{}}`:                   `the key "DEEP" twice`,
		"{\"small\":1,\"\u017fmall\":2}":          "the key \"\u017fmall\" twice", // the long s is one of s
		`{"small":1,"\u017Fmall":2}`:              "the key \"\u017fmall\" twice",
		`{"raw":{"a":1,"a":2}}`:                   `the key "a" twice`,
		`{"words":{"a":{},"A":{}}}`:               "",
		`{"any":{"a":1,"A":2,"b":{"c":1,"C":2}}}`: "",
		`{"any":{"a":1,"a":2}}`:                   `the key "a" twice`,
		`{"Id":"a"}`:                              "",
	} {
		require.Equal(t, want, reasonFor[line](input, strictly), input)
	}
	require.Empty(t, reasonFor[struct{ ID, Id string }](`{"ID":"a","Id":"b"}`, strictly), "fields of which each has its key")
	many := `{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"A":1}`
	require.Equal(t, `the key "A" twice`, reasonFor[struct{}](many, rules{depth: 9, unknown: true}))
	require.Empty(t, reasonFor[map[string]int](many, strictly))
}

// What is embedded deeper counts less, and what reads itself says nothing of its keys.
func TestDecode_keysOfTypesInTypes(t *testing.T) {
	type raw struct {
		Raw json.RawMessage
		Own ownMap
	}
	require.Empty(t, reasonFor[raw](`{"Raw":{"a":1,"A":2},"Own":{"b":1,"B":2}}`, strictly))
	require.Empty(t, reasonFor[json.RawMessage](`{"a":1,"A":2}`, strictly))

	type deepest struct{ X part }
	type Deeper struct{ deepest }
	type Words struct{ X map[string]int }
	type both struct {
		Deeper
		Words
	}
	require.Empty(t, reasonFor[both](`{"X":{"a":1,"A":2}}`, strictly))
	require.Empty(t, reasonFor[both](`{"x":null}`, strictly))

	type outer struct {
		ID string
		Inner
	}
	require.Empty(t, reasonFor[outer](`{"ID":"a","id":"b"}`, strictly), "fields of which each has its key")

	require.Empty(t, reasonFor[chained](`{"Next":{"ID":1,"id":2},"ID":1,"id":3}`, strictly))
	require.Equal(t, `field "[0][0]": want an object, got null`, reasonFor[tree](`[[null]]`, strictly))
}

type ownMap struct{ all map[string]int }

func (m *ownMap) UnmarshalJSON(text []byte) error { return json.Unmarshal(text, &m.all) }

type Inner struct {
	Id string `json:"id"`
}

type chained struct {
	Next *chained
	ID   int
	Id   int `json:"id"`
}

type tree []*branch

type branch []*tree2

type tree2 struct{ Next tree }

// The place of what does not fit is told by who reads it: where a type reads itself, that is not known.
func TestDecode_whatDoesNotFitInsideATypeThatReadsItself(t *testing.T) {
	type in struct {
		Title string
		Own   ownMap
	}
	require.Equal(t, "want an integer of 64 bits, got a string", reasonFor[in](`{"Title":"long enough","Own":{"n":"x"}}`, strictly))

	type pointers struct {
		N    **int
		Addr *netip.Addr // which reads text only
		Keys map[int]string
	}
	require.Equal(t, `field "N": want an integer of 64 bits, got a string`, reasonFor[pointers](`{"N":"x"}`, strictly))
	require.Equal(t, `field "Addr": want an object, got a number`, reasonFor[pointers](`{"Addr":1}`, strictly))
	require.Equal(t, `field "Keys": want an integer of 64 bits, got the number x`, reasonFor[pointers](`{"Keys":{"x":""}}`, strictly))
}

func TestDecode_null(t *testing.T) {
	for input, want := range map[string]string{
		`null`:                 "want an object, got null",
		` null `:               "want an object, got null",
		`{"in":null}`:          `field "in": want an object, got null`,
		`{"sub":{"in":null}}`:  `field "sub.in": want an object, got null`,
		`{"list":[{},null]}`:   `field "list[1]": want an object, got null`,
		`{"refs":[null]}`:      `field "refs[0]": want an object, got null`,
		`{"words":{"a":null}}`: `field "words.a": want an object, got null`,
		`{"deep":null}`:        `field "deep": want an object, got null`,
		`{"sub":null,"list":null,"words":null,"any":null,"at":null,"raw":null,"id":null}`: "",
	} {
		require.Equal(t, want, reasonFor[line](input, strictly), input)
	}
	require.Equal(t, "want an object, got null", reasonFor[*line]("null", strictly))
	require.Equal(t, "want a string, got null", reasonFor[*string]("null", strictly))
	require.Equal(t, "want an object, got null", reasonFor[*line]("null", rules{depth: 9, unknown: true}))
	require.Empty(t, reasonFor[line](`{"in":null,"list":[null]}`, rules{depth: 9, unknown: true}), "as platforms send it")
	require.Empty(t, reasonFor[struct{}]("null", strictly))
	require.Empty(t, reasonFor[any]("null", strictly))
	require.Empty(t, reasonFor[[]int]("null", strictly))
}

func TestDecode_halfOfACharacter(t *testing.T) {
	const why = "half of a surrogate pair"
	for input, want := range map[string]string{
		`{"id":"\ud83d"}`:                      `field "id": ` + why,
		`{"id":"\ude00"}`:                      `field "id": ` + why,
		`{"id":"\ude00\ud83d"}`:                `field "id": ` + why,
		`{"id":"\ud83d\n"}`:                    `field "id": ` + why,
		`{"id":"\ud83d\ud83d\ude00"}`:          `field "id": ` + why,
		`{"any":[{"x":["a","\ud83dx"]}]}`:      `field "any[0].x[1]": ` + why,
		`{"words":{"\ud83d":{}}}`:              `field "words": ` + why,
		`{"id":"\ud83d\ude00 \\ud83d \u00e9"}`: "",
	} {
		require.Equal(t, want, reasonFor[line](input, strictly), input)
	}
	require.Equal(t, why, reasonFor[string](`"\uDFFF"`, strictly))
}

func TestDecode_whatDoesNotFitHasItsPath(t *testing.T) {
	for input, want := range map[string]string{
		`{"n":128}`:                          `field "n": want an integer of 8 bits, got the number 128`,
		`{"n":1.0}`:                          `field "n": want an integer of 8 bits, got the number 1.0`,
		`{"sub":{"sub":{"n":-129}}}`:         `field "sub.sub.n": want an integer of 8 bits, got the number -129`,
		`{"small":-1}`:                       `field "small": want an integer of 16 bits that is not negative, got the number -1`,
		`{"price":1e99}`:                     `field "price": want a number, got the number 1e99`,
		`{"list":[{"v":1},{"v":1e30}]}`:      `field "list[1].v": want an integer of 64 bits, got the number 1e30`,
		`{"list":[{"v":1},{"v":"1"}]}`:       `field "list[1].v": want an integer of 64 bits, got a string`,
		`{"list":[{},[]]}`:                   `field "list[1]": want an object, got an array`,
		`{"list":{"a":1}}`:                   `field "list": want an array, got an object`,
		`{"words":{"a b":{"v":true}}}`:       `field "words.a b.v": want an integer of 64 bits, got a boolean`,
		`{"deep":{"v":[1]}}`:                 `field "deep.v": want an integer of 64 bits, got an array`,
		`{"any":[1,{"x":1e999}]}`:            `field "any[1].x": the number 1e999 does not fit`,
		`{"any":[1,{"x":9007199254740993}]}`: `field "any[1].x": the number 9007199254740993 does not fit`,
		`{"any":[1152921504606846976,-9007199254740992,9007199254740992,123456789012345,1e22,0.1]}`: "",
	} {
		require.Equal(t, want, reasonFor[line](input, strictly), input)
	}
	require.Equal(t, `field "[2]": want an integer of 8 bits, got the number 300`, reasonFor[[]int8](`[1,2,300]`, strictly))
	require.Equal(t, "the number 9007199254740993 does not fit", reasonFor[any]("9007199254740993", strictly))
}

// No reason names a type of the program, whatever it is that does not fit.
func TestDecode_namesNoTypes(t *testing.T) {
	for _, input := range []string{`{"deep":1}`, `{"Deep":{"V":"x"}}`, `{"sub":1}`, `{"sub":{"deep":{"v":"x"}}}`, `{"at":"x"}`, `{"at":1}`, `{"hidden":1}`, `{"part2":1}`, `{"words":[]}`, `{"refs":[1]}`} {
		reason := reasonFor[line](input, strictly)
		require.NotEmpty(t, reason, input)
		for _, name := range []string{"faas", "part2.", "part ", "line", "time.Time", "int8", "Go ", "struct", "RawMessage"} {
			require.NotContains(t, reason, name, input)
		}
	}
}

// Of what is valid, the walker refuses what a slow reader of tokens refuses, and finds a path for each offset.
func FuzzWalk(f *testing.F) {
	for _, seed := range []string{`{"a":1,"A":{"b":[null,{}]}}`, `[[[[[[1]]]]]]`, `{"a":1,"a":2}`, `"\ud83d"`, `{"id":null,"in":null}`, `[9007199254740993,1e5]`, `{"\u0061":1,"a":2}`, ` 7 `} {
		f.Add([]byte(seed), uint16(3))
	}
	free, typed := shapeOf(reflect.TypeFor[any]()), shapeOf(reflect.TypeFor[line]())
	f.Fuzz(func(t *testing.T, input []byte, offset uint16) {
		if !json.Valid(input) {
			return
		}
		_ = walk(input, typed, strictly)
		_, _ = pathAt(input, int(offset), typed)
		want := slowly(input, strictly.depth)
		got := walk(input, free, strictly)
		if strings.Contains(got, "surrogate") || strings.Contains(got, "does not fit") {
			return // which the slow reader does not see
		}
		require.Equal(t, want, got)
	})
}

// slowly finds keys twice and what is too deep.
func slowly(input []byte, depth int) string {
	d := json.NewDecoder(bytes.NewReader(input))
	d.UseNumber()
	type level struct {
		keys  map[string]bool // nil: an array
		value bool            // is next
	}
	var levels []level
	for {
		token, err := d.Token()
		if err != nil {
			return ""
		}
		if n := len(levels); n > 0 && levels[n-1].keys != nil {
			top := &levels[n-1]
			if key, isKey := token.(string); isKey && !top.value {
				if top.keys[key] {
					return fmt.Sprintf("the key %q twice", key)
				}
				top.keys[key], top.value = true, true
				continue
			}
			top.value = false
		}
		switch token {
		case json.Delim('{'):
			levels = append(levels, level{keys: map[string]bool{}})
		case json.Delim('['):
			levels = append(levels, level{})
		case json.Delim('}'), json.Delim(']'):
			levels = levels[:len(levels)-1]
		}
		if len(levels) > depth {
			return fmt.Sprintf("nested deeper than %d", depth)
		}
	}
}
