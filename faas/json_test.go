package faas_test

import (
	"context"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
)

type order struct {
	Item string            `json:"item"`
	N    int               `json:"n"`
	Sub  *order            `json:"sub,omitempty"`
	List []int             `json:"list,omitempty"`
	Tags map[string]string `json:"tags,omitempty"`
}

func same(_ context.Context, o order) (order, error) { return o, nil }

func TestInvokeJSON_whatIsRefused(t *testing.T) {
	h := faas.New("echo", same, faas.Logger(quiet), faas.MaxDepth(4))
	for input, want := range map[string]string{
		``:                             "input: empty",
		`  `:                           "input: empty",
		`{`:                            "input: no JSON: it ends too early",
		`{"item":"be`:                  "input: no JSON: it ends too early",
		`{"item" "bell"}`:              "input: no JSON: invalid character '\"' after object key, at byte 9",
		`nope`:                         "input: no JSON: invalid character 'o' in literal null (expecting 'u'), at byte 2",
		`{} {}`:                        "input: more than one value",
		`{}x`:                          "input: more than one value",
		`{"n":"seven"}`:                "input: field \"n\": want an integer of 64 bits, got a string",
		`[1]`:                          "input: want an object, got an array",
		`{"n":1.5}`:                    "input: field \"n\": want an integer of 64 bits, got the number 1.5",
		`{"price":1}`:                  `input: unknown field "price"`,
		`{"item":"a","item":"b"}`:      `input: the key "item" twice`,
		`{"item":"a","\u0069tem":"b"}`: `input: the key "item" twice`,
		`{"sub":{"n":1,"n":2}}`:        `input: the key "n" twice`,
		`{"tags":{"a":"1","a":"2"}}`:   `input: the key "a" twice`,
		`{"tags":{"a":"","b":"","c":"","d":"","e":"","f":"","g":"","h":"","i":"","a":""}}`:        `input: the key "a" twice`,
		`{"tags":{"a":"","b":"","c":"","d":"","e":"","f":"","g":"","h":"","i":"","j":"","j":""}}`: `input: the key "j" twice`,
		"{\"item\":\"\xff\"}":                "input: not UTF-8",
		`{"sub":{"sub":{"sub":{"sub":{}}}}}`: "input: nested deeper than 4",
		strings.Repeat("[", 20000):           "input: no JSON: invalid character '[' exceeded max depth, at byte 10001",
	} {
		_, err := h.InvokeJSON(t.Context(), []byte(input))
		require.EqualError(t, err, want, "%.60s", input)
		require.ErrorAs(t, err, new(*faas.InputError))
	}
}

func TestInvokeJSON_whatIsTaken(t *testing.T) {
	h := faas.New("echo", same, faas.Logger(quiet), faas.MaxDepth(4))
	for input, want := range map[string]string{
		` { "item" : "be\"ll" , "n" : 7 } ` + "\n": `{"item":"be\"ll","n":7}`,
		`{"sub":{"n":1},"n":1}`:                    `{"item":"","n":1,"sub":{"item":"","n":1}}`,
		`{"list":[ 1 , 2,-3 ],"tags":{}}`:          `{"item":"","n":0,"list":[1,2,-3]}`,
		`{"list":[],"tags":{"a":"b","A":"c"}}`:     `{"item":"","n":0,"tags":{"A":"c","a":"b"}}`,
	} {
		out, err := h.InvokeJSON(t.Context(), []byte(input))
		require.NoError(t, err, input)
		require.JSONEq(t, want, string(out))
	}
	out, err := faas.New("echo", same, faas.Logger(quiet), faas.AllowUnknownFields()).InvokeJSON(t.Context(), []byte(`{"price":[{"x":null}],"n":2}`))
	require.NoError(t, err)
	require.JSONEq(t, `{"item":"","n":2}`, string(out))

	none := faas.New("none", func(context.Context, struct{}) (string, error) { return "here", nil }, faas.Logger(quiet))
	for _, input := range []string{"", " \n", "{}", "null"} {
		out, err := none.InvokeJSON(t.Context(), []byte(input))
		require.NoError(t, err)
		require.Equal(t, `"here"`, string(out))
	}
	_, err = none.InvokeJSON(t.Context(), []byte(`{"a":1}`))
	require.EqualError(t, err, `input: unknown field "a"`)
}

func TestInvokeJSON_anAnswerThatIsNone(t *testing.T) {
	h := faas.New("nan", func(context.Context, struct{}) (float64, error) { return math.NaN(), nil }, faas.Logger(quiet))
	_, err := h.InvokeJSON(t.Context(), nil)
	require.ErrorAs(t, err, new(*faas.OutputError))
	require.EqualError(t, err, "output: json: unsupported value: NaN")
}

// nest reads itself, part by part: the deeper the input, the more often it is read.
type nest struct{ next *nest }

func (n *nest) UnmarshalJSON(b []byte) error {
	var raw struct{ Next json.RawMessage }
	if err := json.Unmarshal(b, &raw); err != nil || raw.Next == nil {
		return err
	}
	n.next = &nest{}
	return n.next.UnmarshalJSON(raw.Next)
}

// What is too deep is not read at all, and what is sent does not fill an answer.
func TestInvokeJSON_whatWouldCost(t *testing.T) {
	h := faas.New("nest", func(context.Context, *nest) (int, error) { return 1, nil }, faas.Logger(quiet))
	const depth = 4000
	begun := time.Now()
	_, err := h.InvokeJSON(t.Context(), []byte(strings.Repeat(`{"Next":`, depth)+`{"x":"`+strings.Repeat("y", 200_000)+`"}`+strings.Repeat("}", depth)))
	require.EqualError(t, err, "input: nested deeper than 100")
	require.Less(t, time.Since(begun), 2*time.Second)

	_, err = faas.New("echo", same, faas.Logger(quiet)).InvokeJSON(t.Context(), []byte(`{"`+strings.Repeat("\x7f", 100_000)+`":1}`))
	require.Less(t, len(err.Error()), 300)
	require.Contains(t, err.Error(), "unknown field")
}

// odd panics as it is read and written.
type odd struct{}

func (odd) MarshalJSON() ([]byte, error)  { panic("oh") }
func (*odd) UnmarshalJSON(b []byte) error { panic("no") }

func TestInvokeJSON_methodsThatPanic(t *testing.T) {
	var log logbook
	out := faas.New("odd", func(context.Context, int) (odd, error) { return odd{}, nil }, log.option())
	_, err := out.InvokeJSON(t.Context(), []byte("1"))
	require.ErrorAs(t, err, new(*faas.OutputError))
	require.ErrorContains(t, err, "panic: oh")
	require.Contains(t, log.String(), `level=ERROR msg=failed function=odd kind=run flow=odd status=failed class=code error="output: `)
	in := faas.New("odd", func(context.Context, odd) (int, error) { return 1, nil }, log.option())
	_, err = in.InvokeJSON(t.Context(), []byte("1"))
	require.EqualError(t, err, "input: not accepted")
	require.Contains(t, log.String(), `level=INFO msg=refused function=odd error="input: not accepted" cause="panic: no"`)
}

// Whatever comes, there is no panic, and what is taken has no key twice, and means the same to a decoder that knows no types.
func FuzzInvokeJSON(f *testing.F) {
	for _, seed := range []string{`{"a":1}`, `{"a":{"a":[{}]},"b":"\\\"\u00e9"}`, `[[],[1,2.5e3,true,null]]`, `"x"`, `{"a":1,"a":2}`, "{\"\\u0061\":1,\"a\":2}", ` 7 `, "\xff", `{"":{}}`} {
		f.Add([]byte(seed))
	}
	h := faas.New("echo", func(_ context.Context, v any) (any, error) { return v, nil }, faas.Logger(quiet))
	f.Fuzz(func(t *testing.T, input []byte) {
		out, err := h.InvokeJSON(context.Background(), input)
		if err != nil {
			require.ErrorAs(t, err, new(*faas.InputError))
			return
		}
		var want any
		require.NoError(t, json.Unmarshal(input, &want))
		is, err := json.Marshal(want)
		require.NoError(t, err)
		require.JSONEq(t, string(is), string(out))
		require.Equal(t, keys(t, input), keys(t, out), "no key was lost")
	})
}

// keys counts the keys of all objects, also those that a map would drop.
func keys(t *testing.T, text []byte) (n int) {
	d := json.NewDecoder(strings.NewReader(string(text)))
	type level struct{ object, key bool }
	levels := []level{{}}
	for {
		token, err := d.Token()
		if err != nil {
			return n
		}
		top := &levels[len(levels)-1]
		if top.object && top.key {
			if _, isKey := token.(string); isKey {
				n++
				top.key = false
				continue
			}
		}
		top.key = true
		switch token {
		case json.Delim('{'):
			levels = append(levels, level{true, true})
		case json.Delim('['):
			levels = append(levels, level{})
		case json.Delim('}'), json.Delim(']'):
			levels = levels[:len(levels)-1]
		}
	}
}
