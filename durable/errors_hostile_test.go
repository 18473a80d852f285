package durable_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/durable"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/strange"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

// hostile is an error whose methods do what a test wants.
type hostile struct {
	text   func() string
	unwrap func() error
	is     func(error) bool
	class  func() recovery.Class
	status func() int
}

func (h *hostile) Error() string         { return or(h.text, "hostile") }
func (h *hostile) Unwrap() error         { return or(h.unwrap, nil) }
func (h *hostile) Class() recovery.Class { return or(h.class, recovery.ClassNone) }
func (h *hostile) HTTPStatus() int       { return or(h.status, 0) }
func (h *hostile) StatusCode() int       { return or(h.status, 0) }
func (h *hostile) Public() string        { return or(h.text, "") }
func (h *hostile) As(any) bool           { panic("in As") }
func (h *hostile) Is(target error) bool  { return h.is != nil && h.is(target) }
func (h *hostile) RetryAfter() time.Duration {
	return time.Duration(or(h.status, 0))
}

func or[T any](fn func() T, other T) T {
	if fn == nil {
		return other
	}
	return fn()
}

type many struct{ parts func() []error }

func (many) Error() string     { return "many" }
func (m many) Unwrap() []error { return m.parts() }

// brittle is registered, and its JSON does not work.
type brittle struct{ How string }

func (b brittle) Error() string { return "brittle " + b.How }
func (b brittle) MarshalJSON() ([]byte, error) {
	switch b.How {
	case "panics":
		panic("in MarshalJSON")
	case "ends its goroutine":
		runtime.Goexit()
	case "fails":
		return nil, io.EOF
	case "is long":
		return json.Marshal(strings.Repeat("x", 1<<20))
	}
	return json.Marshal(b.How)
}

func (b *brittle) UnmarshalJSON(text []byte) error {
	_ = json.Unmarshal(text, &b.How)
	switch b.How {
	case "panics when read":
		panic("in UnmarshalJSON")
	case "ends its goroutine when read":
		runtime.Goexit()
	case "fails when read":
		return io.EOF
	}
	return nil
}

func init() { durable.RegisterError[brittle]("test.brittle") }

func TestEncodeError_hostile(t *testing.T) {
	endless := &hostile{}
	endless.unwrap = func() error { return endless }
	var wide many
	wide.parts = func() []error { return []error{wide, io.EOF, wide} }
	var deep error = io.EOF
	for range 1_000_000 {
		inner := deep
		deep = &hostile{unwrap: func() error { return inner }}
	}
	deepCode := error(&future.PanicError{Value: 1})
	for range 1000 {
		inner := deepCode
		deepCode = &hostile{unwrap: func() error { return inner }}
	}
	fresh := many{}
	fresh.parts = func() []error { return []error{nil, &hostile{unwrap: func() error { return fresh }}, nil} }
	crowd := make([]error, 100_000)
	for i := range crowd {
		crowd[i] = fmt.Errorf("%d: %w", i, io.EOF)
	}
	for name, err := range map[string]error{
		"all panic": &hostile{
			func() string { panic(1) }, func() error { panic(1) }, func(error) bool { panic(1) }, func() recovery.Class { panic(1) }, func() int { panic(1) },
		},
		"all end the goroutine": &hostile{
			func() string { runtime.Goexit(); return "" }, func() error { runtime.Goexit(); return nil }, func(error) bool { runtime.Goexit(); return true },
			func() recovery.Class { runtime.Goexit(); return 0 }, func() int { runtime.Goexit(); return 0 },
		},
		"endless": endless, "wide without end": wide, "deep": deep, "deep, of class code": deepCode, "fresh ones": fresh, "crowd": errors.Join(crowd...),
		"nil parts": many{func() []error { return make([]error, 1_000_000) }}, "parts panic": many{func() []error { panic(1) }}, "no parts": many{func() []error { return nil }},
		"huge":       errors.New(strings.Repeat("é", 5<<20)),
		"many huge":  errors.Join(errors.New(strings.Repeat("a", 1<<20)), &future.PanicError{Value: strings.Repeat("b", 1<<20)}, &flow.Error{Flow: strings.Repeat("c", 1<<20), Err: io.EOF}),
		"no UTF-8":   errors.Join(errors.New("a\xff\xfe\xffb"), &flow.Error{Flow: "\xff", Node: "\xc3", Err: errors.New("\xff")}, &hostile{text: func() string { return "\xff" }}),
		"zero bytes": errors.New("a\x00b\u2028<>&"),
		"typed nil":  (*hostile)(nil), "nil of Jade's": errors.Join((*future.PanicError)(nil), (*flow.Error)(nil), (*deadline.Error)(nil), (*future.CanceledError)(nil), (*task.RejectedError)(nil), (*combinators.ElementError)(nil)),
		"nil of a registered type": (*declined)(nil), "typed nil inside": &flow.Error{Flow: "f", Err: (*hostile)(nil)},
		"marked around nil": recovery.Mark(recovery.ClassBusiness, (*hostile)(nil)),
		"says it is all":    &hostile{is: func(error) bool { return true }}, "class of its own": &hostile{class: func() recovery.Class { return -5 }},
		"brittle": errors.Join(brittle{"panics"}, brittle{"ends its goroutine"}, brittle{"fails"}, brittle{"is long"}, brittle{"panics when read"}, brittle{"ends its goroutine when read"}, brittle{"fails when read"}, brittle{"not"}),
	} {
		t.Run(name, func(t *testing.T) {
			begun := time.Now()
			f := durable.EncodeError(err)
			text, failed := json.Marshal(f)
			require.NoError(t, failed)
			require.Less(t, len(text), 2<<20)
			require.True(t, utf8.Valid(text))
			back := throughJSON(t, err)
			require.Equal(t, f.Class, recovery.Classify(back).String())
			require.Equal(t, f.Text, back.Error())
			require.Less(t, time.Since(begun), 8*time.Second)
		})
	}
	require.Equal(t, "code", durable.EncodeError(deepCode).Class, "what was left out counts for the class")
}

// A method that does not return holds nobody up for ever.
func TestEncodeError_methodThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		f := durable.EncodeError(&hostile{text: func() string { <-release; return "late" }})
		require.Equal(t, &durable.Failure{Kind: "opaque", Text: "an error whose methods do not return", Class: "code"}, f)
		close(release)
	})
}

func TestEncodeError_cancelledOnlyIfTheOriginalWas(t *testing.T) {
	for name, err := range strange.Errors {
		require.Equal(t, future.IsCanceled(err), future.IsCanceled(throughJSON(t, err)), name)
	}
}

// random makes trees of errors of all kinds.
type random struct{ *rand.Rand }

func (r random) text() string {
	return []string{"", "a", "b\nc", "é\xff", strings.Repeat("long ", 5000), "EOF", "panic: x"}[r.IntN(7)]
}

func (r random) error(depth int) error {
	if depth == 0 || r.IntN(6) == 0 {
		switch r.IntN(9) {
		case 0:
			return errors.New(r.text())
		case 1:
			return []error{io.EOF, context.Canceled, context.DeadlineExceeded, errStock, future.ErrGoexit}[r.IntN(5)]
		case 2:
			return &declined{r.text(), r.IntN(5)}
		case 3:
			return soldOut{r.text()}
		case 4:
			return answered{[]int{0, 404, 503}[r.IntN(3)]}
		case 5:
			return &future.PanicError{Value: []any{nil, r.text(), 7}[r.IntN(3)]}
		case 6:
			return brittle{[]string{"panics", "fails when read", "not"}[r.IntN(3)]}
		case 7:
			return strange.Late{Parts: []string{"a"}}
		default:
			return wrapped{r.text()}
		}
	}
	inner := r.error(depth - 1)
	switch r.IntN(13) {
	case 0:
		return fmt.Errorf("%s: %w", r.text(), inner)
	case 1, 2:
		parts := []error{inner}
		for range r.IntN(4) {
			parts = append(parts, r.error(depth-1))
		}
		if r.IntN(2) == 0 {
			return many{func() []error { return parts }}
		}
		return errors.Join(parts...)
	case 3:
		return recovery.Mark(recovery.Class(r.IntN(9)), inner)
	case 4:
		return &flow.Error{Flow: r.text(), Node: r.text(), Err: inner}
	case 5:
		return &combinators.ElementError{Name: r.text(), Index: r.IntN(9), Err: inner}
	case 6:
		return &task.RejectedError{Task: r.text(), Wait: time.Duration(r.IntN(3)), Err: inner}
	case 7:
		return &future.CanceledError{Cause: inner}
	case 8:
		return panicOfValue(inner)
	case 9:
		class := recovery.Class(r.IntN(8))
		return &hostile{unwrap: func() error { return inner }, class: func() recovery.Class { return class }, is: func(err error) bool { return err == io.EOF }}
	case 10:
		return strange.Wrapper{Err: inner}
	case 11:
		return fmt.Errorf("%w and %w", inner, r.error(depth-1))
	default:
		return &deadline.Error{Name: r.text(), Limit: time.Duration(r.IntN(9))}
	}
}

func panicOfValue(v any) error {
	_, err := future.Go(context.Background(), func(context.Context) (int, error) { panic(v) }).Await(context.Background())
	return err
}

func checkRandom(t testing.TB, seed uint64) {
	r := random{rand.New(rand.NewPCG(seed, 1))}
	err := r.error(1 + r.IntN(7))
	back := throughJSON(t, err)
	require.Equal(t, max(recovery.ClassCode, min(recovery.ClassUnknown, recovery.Classify(err))), recovery.Classify(back), "%d: %v", seed, err)
	require.Equal(t, future.IsCanceled(err), future.IsCanceled(back), "%d", seed)
	if text := err.Error(); utf8.ValidString(text) && len(text) < 16<<10 {
		require.Equal(t, text, back.Error(), "%d", seed)
	}
	for _, target := range []error{io.EOF, context.Canceled, context.DeadlineExceeded, errStock, future.ErrGoexit} {
		require.Equal(t, is(err, target), is(back, target), "%d: %v", seed, target)
	}
}

func TestEncodeError_randomTrees(t *testing.T) {
	for seed := range uint64(500) {
		checkRandom(t, seed)
	}
}

func FuzzEncodeError(f *testing.F) {
	f.Add(uint64(7))
	f.Fuzz(func(t *testing.T, seed uint64) { checkRandom(t, seed) })
}

// Whatever is read from a disk, it becomes an error, and after that it is a fixed point.
func FuzzFailure(f *testing.F) {
	for seed := range uint64(20) {
		text, _ := json.Marshal(durable.EncodeError(random{rand.New(rand.NewPCG(seed, 1))}.error(4)))
		f.Add(text)
	}
	f.Add([]byte(`{"kind":"flow","data":{"flow":"\ud800","class":"code"},"causes":[null,{}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var in *durable.Failure
		if json.Unmarshal(text, &in) != nil || in == nil {
			return
		}
		throughJSON(t, in.Err())
	})
}

func TestRegister_whileErrorsAreEncoded(t *testing.T) {
	var group sync.WaitGroup
	var number atomic.Int64
	for range 8 {
		group.Go(func() {
			for range 50 {
				err := fmt.Errorf("number %d", number.Add(1))
				name := fmt.Sprintf("%s/%d", t.Name(), number.Add(1))
				_ = durable.EncodeError(fmt.Errorf("a: %w", err)).Err()
				durable.RegisterSentinel(name, err)
				if !errors.Is(durable.EncodeError(fmt.Errorf("a: %w", err)).Err(), err) {
					t.Error("it is registered")
				}
			}
		})
	}
	group.Wait()
}

type (
	hidden   struct{ card string }
	holder   struct{ Err error }
	nobody   struct{}
	renamed  struct{ Item string }
	abstract interface{ error }
)

func (hidden) Error() string  { return "hidden" }
func (holder) Error() string  { return "holder" }
func (nobody) Error() string  { return "nobody" }
func (renamed) Error() string { return "renamed" }

func TestRegister_misuse(t *testing.T) {
	_ = hidden{card: "x"}
	durable.RegisterError[nobody]("test.nobody")
	for want, register := range map[string]func(){
		`durable.RegisterError: the name is empty`:                                                                                                   func() { durable.RegisterError[renamed]("") },
		`durable.RegisterError: "\xff" is no name: it has to be valid UTF-8, and no longer than 16384 bytes`:                                         func() { durable.RegisterError[renamed]("\xff") },
		`durable.RegisterError: the name "test.declined" is registered already`:                                                                      func() { durable.RegisterError[renamed]("test.declined") },
		`durable.RegisterError: the name "io.EOF" is registered already`:                                                                             func() { durable.RegisterError[renamed]("io.EOF") },
		`durable.RegisterError: "test.x" is registered already, by the name "test.nobody"`:                                                           func() { durable.RegisterError[nobody]("test.x") },
		`durable.RegisterError: "test.a": durable_test.abstract is an interface: register the types that implement it`:                               func() { durable.RegisterError[abstract]("test.a") },
		`durable.RegisterError: "test.h": hidden.card: an unexported field is lost in JSON: export it, or give hidden MarshalJSON and UnmarshalJSON`: func() { durable.RegisterError[hidden]("test.h") },
		`durable.RegisterError: "test.h": holder.Err: an error is lost in JSON: return it as the error of the call, or use a future.Result`:          func() { durable.RegisterError[holder]("test.h") },
		`durable.RegisterSentinel: the name is empty`:                                                                                                func() { durable.RegisterSentinel("", io.EOF) },
		`durable.RegisterSentinel: "test.n": the error is nil`:                                                                                       func() { durable.RegisterSentinel("test.n", nil) },
		`durable.RegisterSentinel: "test.e" is registered already, by the name "io.EOF"`:                                                             func() { durable.RegisterSentinel("test.e", io.EOF) },
		`durable.RegisterSentinel: "test.l": a strange.List cannot be compared: register its type with RegisterError`:                                func() { durable.RegisterSentinel("test.l", strange.List{"a"}) },
	} {
		require.PanicsWithValue(t, want, register)
	}
	// Nothing of what was refused is left.
	require.Equal(t, "opaque", durable.EncodeError(renamed{"x"}).Kind)
}

// failure is any Failure, also one that no error was encoded to.
func (r random) failure(depth int) *durable.Failure {
	pick := func(all ...string) string { return all[r.IntN(len(all))] }
	f := &durable.Failure{
		Kind:   pick("", "opaque", "runtime", "sentinel", "type", "panic", "canceled", "deadline", "flow", "element", "rejected", "mark", "new"),
		Name:   pick("", "io.EOF", "context.Canceled", "test.declined", "test.brittle", "test.wrapped", "syscall.ENOENT", "elsewhere"),
		Text:   r.text(),
		Class:  pick("", "none", "code", "system", "dependency", "timeout", "canceled", "business", "unknown", "nonsense"),
		Public: pick("", "", "p"), Stack: pick("", "", "f(...)\n\tx:1\n"), Status: r.IntN(3) * 200, StatusCode: r.IntN(3) * 250, RetryAfter: time.Duration(r.IntN(2)),
		Data: json.RawMessage(pick("null", `{}`, `7`, `"x"`, `{"flow":"f","node":"n","class":"code"}`, `{"Card":"1","Amount":2}`, `{"value":"v"}`)),
	}
	if r.IntN(3) == 0 {
		f.Is = []string{pick("io.EOF", "context.Canceled", "elsewhere"), "context.DeadlineExceeded"}
	}
	for depth > 0 && r.IntN(3) > 0 {
		f.Causes = append(f.Causes, r.failure(depth-1))
	}
	return f
}

func TestFailure_anyIsAnErrorAndThenAFixedPoint(t *testing.T) {
	for seed := range uint64(1500) {
		r := random{rand.New(rand.NewPCG(seed, 2))}
		f := r.failure(r.IntN(5))
		err := f.Err()
		require.Equal(t, f.Text, err.Error(), "%d", seed)
		if c := recovery.Class(0); c.UnmarshalText([]byte(f.Class)) == nil && c != recovery.ClassNone {
			require.Equal(t, c, recovery.Classify(err), "%d", seed)
		}
		throughJSON(t, err)
	}
}
