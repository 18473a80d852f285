package durable_test

import (
	"bytes"
	"container/list"
	"context"
	"database/sql"
	"encoding"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/mail"
	"net/netip"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/durable"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/task"
)

func through[T any](name string) flow.Graph {
	same := task.New("same", func(_ context.Context, in T) (T, error) { return in, nil })
	return flow.New(name, func(in flow.Node[T]) flow.Node[T] { return flow.Step(same, in) }).Graph()
}

type (
	payment struct{ card string }
	skipped struct {
		A int `json:"-"`
	}
	anything struct{ V any }
	failing  struct{ Err error }
	named    interface{ Name() string }
	function struct{ F func() }
	channel  struct{ C chan int }
	complexN struct{ Z complex128 }
	address  struct{ P uintptr }
	unsafeP  struct{ P unsafe.Pointer }
	collide  struct {
		A int
		B int `json:"A"`
	}
	shadow struct {
		Base
		ID string
	}
	Base    struct{ ID int }
	base    struct{ ID int }
	byPtr   struct{ *base }
	byValue struct{ base }
	tree    struct{ Left, Right *tree }
	badTree struct {
		Children []badTree
		mu       sync.Mutex
	}
	loop      struct{ *loop }
	half      struct{ A int }
	otherHalf struct{ A int }
	textHalf  int
	readsOnly int
	stamped   struct {
		time.Time
		Note string
	}
	onlyTime   struct{ time.Time }
	stampedOwn struct {
		time.Time
		Note string
	}
	twoStamps struct {
		time.Time
		*big.Int
	}
	floatKeys struct{ M map[float64]int }
	structKey struct{ M map[Base]int }
	ptrKey    struct{ M map[*netip.Addr]int }
	halfKey   struct{ M map[textHalf]int }
	readKey   struct{ M map[readText]int }
	readText  string
	bigValues struct{ M map[string]big.Int }
	bigPtrs   struct{ M map[string]*big.Int }
	ptrPtr    struct{ P **int }
	ptrSlice  struct{ P *[]int }
	ptrMap    struct{ P *map[string]int }
	quotedT   struct {
		N enum `json:",string"`
	}
	enum   int
	inMap  struct{ M map[string][]payment }
	inTup  struct{ T lo.Tuple2[int, payment] }
	inRes  struct{ R []future.Result[payment] }
	deepIn struct {
		A struct{ B []map[int]*payment }
	}
)

func (half) MarshalJSON() ([]byte, error)           { return []byte("1"), nil }
func (*otherHalf) UnmarshalJSON([]byte) error       { return nil }
func (textHalf) MarshalText() ([]byte, error)       { return nil, nil }
func (*readsOnly) UnmarshalText([]byte) error       { return nil }
func (*readText) UnmarshalText([]byte) error        { return nil }
func (enum) MarshalText() ([]byte, error)           { return []byte("one"), nil }
func (*enum) UnmarshalText([]byte) error            { return nil }
func (stampedOwn) MarshalJSON() ([]byte, error)     { return []byte("{}"), nil }
func (*stampedOwn) UnmarshalJSON(text []byte) error { return nil }

var _ encoding.TextMarshaler = enum(0)

// Each rule has a type that breaks it.
func TestCheck_rules(t *testing.T) {
	_, _ = payment{card: ""}, badTree{mu: sync.Mutex{}}
	for want, g := range map[string]flow.Graph{
		"payment.card: an unexported field is lost in JSON: export it, or give payment MarshalJSON and UnmarshalJSON":                                   through[payment]("f"),
		`skipped.A: a field with the tag json:"-" is lost in JSON: give it a name there, or give skipped MarshalJSON and UnmarshalJSON`:                 through[skipped]("f"),
		"anything.V: the type of what is in an interface (interface {}) is lost in JSON: use a type that is no interface":                               through[anything]("f"),
		"named: the type of what is in an interface (named) is lost in JSON: use a type that is no interface":                                           through[named]("f"),
		"failing.Err: an error is lost in JSON: return it as the error of the call, or use a future.Result":                                             through[failing]("f"),
		"function.F: JSON has no func: pass what it is made from":                                                                                       through[function]("f"),
		"channel.C: JSON has no chan: pass what it is made from":                                                                                        through[channel]("f"),
		"complexN.Z: JSON has no complex numbers: use two floats":                                                                                       through[complexN]("f"),
		"address.P: an address means nothing in another process: pass the value":                                                                        through[address]("f"),
		"unsafeP.P: an address means nothing in another process: pass the value":                                                                        through[unsafeP]("f"),
		`collide.B: it has the same name in JSON as collide.A, "A": give one of them another name`:                                                      through[collide]("f"),
		`shadow.ID: it has the same name in JSON as shadow.Base.ID, "ID": give one of them another name`:                                                through[shadow]("f"),
		"byPtr.base: JSON cannot read an embedded pointer to an unexported struct: embed base itself, or export it":                                     through[byPtr]("f"),
		"badTree.mu: an unexported field is lost in JSON: export it, or give badTree MarshalJSON and UnmarshalJSON":                                     through[badTree]("f"),
		"half: half has MarshalJSON and no UnmarshalJSON: add UnmarshalJSON":                                                                            through[half]("f"),
		"otherHalf: otherHalf has UnmarshalJSON and no MarshalJSON: add MarshalJSON":                                                                    through[otherHalf]("f"),
		"textHalf: textHalf has MarshalText and no UnmarshalText: add UnmarshalText":                                                                    through[textHalf]("f"),
		"readsOnly: readsOnly has UnmarshalText and no MarshalText: add MarshalText":                                                                    through[readsOnly]("f"),
		"stamped: MarshalJSON of the embedded Time leaves out the other fields of stamped: name the field, or give stamped its own methods":             through[stamped]("f"),
		"floatKeys.M: JSON has no keys of type float64: use strings, integers, or a type with MarshalText and UnmarshalText":                            through[floatKeys]("f"),
		"structKey.M: JSON has no keys of type Base: use strings, integers, or a type with MarshalText and UnmarshalText":                               through[structKey]("f"),
		"ptrKey.M: JSON has no keys of type *Addr: use strings, integers, or a type with MarshalText and UnmarshalText":                                 through[ptrKey]("f"),
		"halfKey.M: textHalf, the type of its keys, has MarshalText and no UnmarshalText: add UnmarshalText":                                            through[halfKey]("f"),
		"readKey.M: JSON finds UnmarshalText of readText, the type of its keys, and no MarshalText: add MarshalText with a receiver that is no pointer": through[readKey]("f"),
		"bigValues.M[]: JSON does not call MarshalJSON of Int, which has a pointer receiver, for the values of a map: use *Int":                         through[bigValues]("f"),
		"ptrPtr.P: JSON cannot tell a nil **int from a pointer to a nil ptr: use *int":                                                                  through[ptrPtr]("f"),
		"ptrSlice.P: JSON cannot tell a nil *[]int from a pointer to a nil slice: use []int":                                                            through[ptrSlice]("f"),
		"ptrMap.P: JSON cannot tell a nil *map[string]int from a pointer to a nil map: use map[string]int":                                              through[ptrMap]("f"),
		"quotedT.N: the option string and methods of its type for JSON exclude each other: leave the option out":                                        through[quotedT]("f"),
		"inMap.M[][].card: an unexported field is lost in JSON: export it, or give payment MarshalJSON and UnmarshalJSON":                               through[inMap]("f"),
		"inTup.T.B.card: an unexported field is lost in JSON: export it, or give payment MarshalJSON and UnmarshalJSON":                                 through[inTup]("f"),
		"inRes.R[].Value.card: an unexported field is lost in JSON: export it, or give payment MarshalJSON and UnmarshalJSON":                           through[inRes]("f"),
		"deepIn.A.B[][].card: an unexported field is lost in JSON: export it, or give payment MarshalJSON and UnmarshalJSON":                            through[deepIn]("f"),
		"[]payment[].card: an unexported field is lost in JSON: export it, or give payment MarshalJSON and UnmarshalJSON":                               through[[]payment]("f"),
		"error: an error is lost in JSON: return it as the error of the call, or use a future.Result":                                                   through[error]("f"),
	} {
		require.EqualError(t, durable.Check(g), "durable: f: the input: "+want)
	}
	require.Error(t, durable.Check(through[twoStamps]("f")))
	require.Len(t, strings.Split(durable.Check(through[loop]("f")).Error(), "\n"), 1)
}

func TestCheck_accepts(t *testing.T) {
	for name, g := range map[string]flow.Graph{
		"nothing": through[struct{}]("f"), "time": through[time.Time]("f"), "raw": through[json.RawMessage]("f"), "bytes": through[[]byte]("f"),
		"addr": through[netip.Addr]("f"), "big": through[big.Int]("f"), "bigs": through[bigPtrs]("f"), "url": through[*url.URL]("f"), "tree": through[tree]("f"),
		"tuple": through[lo.Tuple3[string, int, []time.Time]]("f"), "results": through[[]future.Result[Base]]("f"), "embedded": through[byValue]("f"),
		"only a time": through[onlyTime]("f"), "own methods": through[stampedOwn]("f"), "keys": through[map[netip.Addr]map[int8]string]("f"), "enum": through[map[enum]enum]("f"),
	} {
		require.NoError(t, durable.Check(g), name)
	}
}

func TestCheck_whatCrossesTheWire(t *testing.T) {
	secret := task.New("charge", func(context.Context, int) (payment, error) { return payment{}, nil })
	inner := flow.New("inner", func(in flow.Node[int]) flow.Node[int] {
		return flow.Map(flow.Step(secret, in), func(payment) int { return 1 })
	})
	g := flow.New("checkout", func(in flow.Node[int]) flow.Node[int] { return flow.Step(inner.Task(), in) }).Graph()
	require.EqualError(t, durable.Check(g), "durable: checkout: node inner/charge: payment.card: an unexported field is lost in JSON: export it, or give payment MarshalJSON and UnmarshalJSON")

	// A Map's value stays in the process, unless a call takes it.
	open := task.New("open", func(context.Context, int) (int, error) { return 1, nil })
	g = flow.New("checkout", func(in flow.Node[int]) flow.Node[int] {
		return flow.Step(open, flow.Map(flow.Map(in, func(int) payment { return payment{} }), func(payment) int { return 1 }))
	}).Graph()
	require.NoError(t, durable.Check(g))
	pay := task.New("pay", func(context.Context, payment) (int, error) { return 1, nil })
	g = flow.New("checkout", func(in flow.Node[int]) flow.Node[int] {
		paid := flow.Step(pay, flow.Map(in, func(int) payment { return payment{} }))
		return flow.Recover(paid, func(context.Context, error) (int, error) { return 0, nil })
	}).Graph()
	require.ErrorContains(t, durable.Check(g), "durable: checkout: node pay: payment.card: ")
	each := flow.New("checkout", func(in flow.Node[[]payment]) flow.Node[[]int] { return flow.Each(pay, in, 1) }).Graph()
	require.ErrorContains(t, durable.Check(each), "durable: checkout: the input: []payment[].card: ")
	require.Len(t, strings.Split(durable.Check(each).Error(), "\n"), 1, "it is reported once")
	settled := flow.New("checkout", func(in flow.Node[[]int]) flow.Node[[]future.Result[payment]] { return flow.SettleEach(secret, in, 1) }).Graph()
	require.ErrorContains(t, durable.Check(settled), "[].Value.card: ")
}

func TestCheck_graphWithoutTypes(t *testing.T) {
	text, err := json.Marshal(through[int]("checkout"))
	require.NoError(t, err)
	var g flow.Graph
	require.NoError(t, json.Unmarshal(text, &g))
	require.EqualError(t, durable.Check(g), "durable: checkout: the graph was read from JSON and has no types: get it from the method Graph of the flow")
	require.Error(t, durable.Check(flow.Graph{}))
	require.Nil(t, errors.Unwrap(durable.Check(flow.Graph{})))
}

// Types of the standard library, and what the fields of others do to them.
func TestCheck_standardLibrary(t *testing.T) {
	for name, g := range map[string]flow.Graph{
		"NullString": through[sql.NullString]("f"), "Header": through[http.Header]("f"), "Values": through[url.Values]("f"), "Address": through[mail.Address]("f"),
		"IPNet": through[net.IPNet]("f"), "FileMode": through[fs.FileMode]("f"), "AddrPort": through[netip.AddrPort]("f"), "Regexp": through[*regexp.Regexp]("f"),
		"Level": through[slog.Level]("f"), "Weekday": through[time.Weekday]("f"), "Number": through[json.Number]("f"),
	} {
		require.NoError(t, durable.Check(g), name)
	}
	for name, g := range map[string]flow.Graph{
		"Buffer": through[*bytes.Buffer]("f"), "Mutex": through[*sync.Mutex]("f"), "Int64": through[*atomic.Int64]("f"), "List": through[list.List]("f"), "Location": through[*time.Location]("f"),
		"Userinfo": through[*url.Userinfo]("f"), "Timer": through[*time.Timer]("f"), "Context": through[context.Context]("f"), "Request": through[*http.Request]("f"), "Value": through[reflect.Value]("f"),
		"PathError": through[*fs.PathError]("f"), "Once": through[struct{ F func() }]("f"), "Attr": through[slog.Attr]("f"), "Decimal in a map": through[map[string]big.Rat]("f"),
		"embedded Mutex": through[*struct {
			sync.Mutex
			A int
		}]("f"), "embedded Addr": through[struct {
			netip.Addr
			Port int
		}]("f"), "embedded *Int": through[struct {
			*big.Int
			Port int
		}]("f"), "embedded Result": through[struct {
			future.Result[int]
			Port int
		}]("f"),
	} {
		require.Error(t, durable.Check(g), name)
	}
}
