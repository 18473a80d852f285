package durable

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand"
	"net"
	"net/netip"
	"net/url"
	"reflect"
	"testing"
	"testing/quick"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
)

// Types that Check accepts, and whose values come back as they were.
type (
	line struct {
		SKU   string `json:"sku"`
		Count int8   `json:"count,string"`
		Price *float64
		Tags  []string
		Notes map[string][]byte `json:",omitzero"`
	}
	order struct {
		ID    uint64
		Lines []line
		By    *order
		Base
		Sub struct {
			A [3]bool
			B rune `json:"b,omitempty"`
		}
	}
	Base struct{ Weight float32 }
	base struct{ Height int }
	high struct {
		base
		N int
	}
	node    struct{ Left, Right *node }
	level   int
	levels  map[level]level
	blob    []byte
	strange struct {
		Odd   string `json:"a b/c"`
		Minus int    `json:"-,"` //nolint:staticcheck // the comma is meant: the field is called -
		Empty struct{}
		_     int
		none  [0]func()
	}
	pairs struct {
		P lo.Tuple2[string, int]
		Q []lo.Tuple3[int8, *string, map[int]bool]
	}
	timed struct {
		At   time.Time
		For  time.Duration
		From netip.Addr
		Net  netip.Prefix
		IP   net.IP
		Big  *big.Int
		Here big.Int
		Rat  map[string]*big.Rat
		URL  url.URL
		Link *url.URL
		Cls  recovery.Class
	}
)

func (l level) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "level %d", l), nil }
func (l *level) UnmarshalText(text []byte) error {
	_, err := fmt.Sscanf(string(text), "level %d", l)
	return err
}

var accepted = []any{
	false, int(0), int8(0), int16(0), int64(0), uint8(0), uint64(0), float32(0), float64(0), "", time.Duration(0), struct{}{}, [2]string{},
	[]byte(nil), blob(nil), []string(nil), [][]int(nil), map[string]int(nil), map[int8][]string(nil), map[uint64]map[string]bool(nil), (*int)(nil), []*string(nil),
	line{}, []line(nil), order{}, &order{}, map[string]*order(nil), node{}, []*node(nil), level(0), levels(nil), strange{}, high{}, pairs{}, []lo.Tuple2[line, order](nil), timed{}, []timed(nil),
	map[string]timedValue(nil), [4]byte{},
}

type timedValue struct{ Span [2]time.Duration }

// random is a value of type t. It fills those types that testing/quick cannot.
func random(t *testing.T, r *rand.Rand, typ reflect.Type) reflect.Value {
	t.Helper()
	if typ == reflect.TypeFor[timed]() {
		v := timed{
			At: time.Unix(r.Int63n(1e10), r.Int63n(1e9)).UTC(), For: time.Duration(r.Uint64()), From: netip.AddrFrom4([4]byte{byte(r.Int()), 2, 3, 4}),
			Net: netip.PrefixFrom(netip.AddrFrom4([4]byte{10}), 8), IP: net.IPv4(1, 2, 3, byte(r.Int())), Big: big.NewInt(r.Int63() - r.Int63()),
			Rat: map[string]*big.Rat{"a": big.NewRat(r.Int63(), 7), "b": nil}, URL: url.URL{Scheme: "https", Host: "a.b", RawQuery: "x=1&y"}, Cls: recovery.Class(r.Intn(8)),
		}
		v.Here.SetInt64(r.Int63() + 1)
		return reflect.ValueOf(v)
	}
	if typ == reflect.TypeFor[[]timed]() {
		return reflect.ValueOf([]timed{random(t, r, typ.Elem()).Interface().(timed)})
	}
	if typ == reflect.TypeFor[high]() {
		return reflect.ValueOf(high{base{r.Int()}, r.Int()})
	}
	if typ == reflect.TypeFor[strange]() {
		return reflect.ValueOf(strange{Odd: "x", Minus: r.Int()})
	}
	v, ok := quick.Value(typ, r)
	require.True(t, ok, typ)
	return v
}

// What Check accepts comes back equal, nil and empty apart.
func TestEncode_acceptedValuesComeBack(t *testing.T) {
	_ = strange{none: [0]func(){}}
	require.Greater(t, len(accepted), 30)
	r := rand.New(rand.NewSource(1))
	for _, zero := range accepted {
		typ := reflect.TypeOf(zero)
		require.Empty(t, inspect(typ), typ)
		back, err := through(zero, typ)
		require.NoError(t, err, typ)
		if typ != reflect.TypeFor[timed]() { // a big.Int of zero
			require.Equal(t, zero, back)
		}
		for range 60 {
			v := random(t, r, typ)
			back, err := through(v.Interface(), typ)
			require.NoError(t, err, typ)
			require.Equal(t, v.Interface(), back)
		}
	}
	for _, v := range []any{[]string{}, map[string]int{}, []byte{}, [][]int{{}, nil}, map[string][]int{"a": {}, "b": nil}, math.Copysign(0, -1), math.MaxUint64 - uint64(1), math.SmallestNonzeroFloat64} {
		back, err := through(v, reflect.TypeOf(v))
		require.NoError(t, err)
		require.Equal(t, v, back)
	}
}

func through(v any, t reflect.Type) (any, error) {
	raw, err := encode(v)
	if err != nil {
		return nil, err
	}
	return decode(raw, t)
}

func TestEncode_result(t *testing.T) {
	was := []future.Result[line]{{Value: line{SKU: "a"}}, {Err: recovery.Mark(recovery.ClassBusiness, errors.New("sold out"))}}
	require.Empty(t, inspect(reflect.TypeOf(was)))
	back, err := through(was, reflect.TypeOf(was))
	require.NoError(t, err)
	now := back.([]future.Result[line])
	require.Equal(t, was[0], now[0])
	require.Equal(t, recovery.ClassBusiness, recovery.Classify(now[1].Err))
}

func TestEncode_whatIsLostIsNamed(t *testing.T) {
	nan := math.NaN()
	for want, v := range map[string]any{
		"durable: line.Price: JSON has no number NaN: use a pointer that is nil, or an error":                               line{Price: &nan},
		"durable: float64: JSON has no number +Inf: use a pointer that is nil, or an error":                                 math.Inf(1),
		`durable: order.Lines[1].Tags[0]: "\xff" is not UTF-8: use a []byte`:                                                order{Lines: []line{{}, {Tags: []string{"\xff"}}}},
		`durable: map[string]float32["a"]: JSON has no number NaN: use a pointer that is nil, or an error`:                  map[string]float32{"a": float32(nan)},
		`durable: map[string]int["\xff"]: "\xff" is not UTF-8: use a []byte`:                                                map[string]int{"\xff": 1},
		"durable: *order.Base.Weight: JSON has no number NaN: use a pointer that is nil, or an error":                       &order{Base: Base{float32(nan)}},
		"durable: timed.URL.User: JSON has no user and password of a URL: pass them in another way, or the URL as a string": timed{URL: url.URL{User: url.UserPassword("a", "b")}},
		"durable: []*URL[0].User: JSON has no user and password of a URL: pass them in another way, or the URL as a string": []*url.URL{{User: url.User("a")}},
		"durable: lo.Tuple2[string,float64].B: JSON has no number NaN: use a pointer that is nil, or an error":              lo.T2("a", nan),
		`durable: []future.Result[string][1].Value: "\xff" is not UTF-8: use a []byte`:                                      []future.Result[string]{{}, {Value: "\xff"}},
	} {
		_, err := encode(v)
		require.Error(t, err, want)
		require.Equal(t, want, err.Error())
	}
	for _, fine := range []any{"\uFFFD", `\ufffd`, `"User":{}`, map[string]any{"User": struct{}{}}} {
		_, err := encode(fine)
		require.NoError(t, err)
	}
	round := &node{}
	round.Left = round
	_, err := encode(round)
	require.ErrorContains(t, err, "cycle")
	_, err = encode(stubborn{})
	require.EqualError(t, err, "durable: durable.stubborn: to write it as JSON panicked: no")
	raw, err := encode(nil)
	require.NoError(t, err)
	require.Equal(t, json.RawMessage("null"), raw)
}

type stubborn struct{}

func (stubborn) MarshalJSON() ([]byte, error) { panic("no") }
func (*stubborn) UnmarshalJSON([]byte) error  { panic("no") }

func TestDecode_isStrict(t *testing.T) {
	for raw, v := range map[string]any{
		``: 1, ` `: 1, `null`: 1, ` null `: line{}, `1 2`: 1, `1]`: 1, `"x"`: 1, `300`: int8(0), `1.5`: 1, `{"sku":"a","more":1}`: line{}, `[1`: []int{}, `{}`: []int{}, "{\"a\": 1}": stubborn{}, `1e400`: 1.5,
	} {
		got, err := decode(json.RawMessage(raw), reflect.TypeOf(v))
		require.Error(t, err, raw)
		require.Nil(t, got)
		require.Contains(t, err.Error(), "durable: "+reflect.TypeOf(v).String()+": ")
	}
	v, err := decode(json.RawMessage(` {"sku":"a"} `+"\n"), reflect.TypeFor[line]())
	require.NoError(t, err)
	require.Equal(t, line{SKU: "a"}, v)
	v, err = decode(json.RawMessage(`null`), reflect.TypeFor[*line]())
	require.NoError(t, err)
	require.Equal(t, (*line)(nil), v)
}

// The class that a call's ctx has decided is kept.
func TestEncodeErrorIn_classOfTheCall(t *testing.T) {
	odd := errors.New("odd")
	ctx := recovery.WithClassifier(t.Context(), func(err error) (recovery.Class, bool) { return recovery.ClassDependency, err == odd })
	require.Nil(t, encodeErrorIn(ctx, nil))
	for _, err := range []error{odd, fmt.Errorf("a: %w", odd)} {
		back := encodeErrorIn(ctx, err).Err()
		require.Equal(t, recovery.ClassDependency, recovery.ClassifyIn(t.Context(), back))
		require.Equal(t, err.Error(), back.Error())
	}
	require.Equal(t, kindOpaque, encodeErrorIn(ctx, errors.New("x")).Kind)
}
