package fc_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/fc"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/internal/notes"
	recovery "github.com/jade-go/jade/recover"
)

var errSoldOut = recovery.Mark(recovery.ClassBusiness, errors.New("sold out"))

// started runs h against a platform, until the test is over.
func started[In, Out any](t *testing.T, h *faas.Handler[In, Out], opts ...fc.Option) (*platform, *notes.Text) {
	t.Helper()
	p, console := newPlatform(t), &notes.Text{}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- fc.Run(ctx, h, append([]fc.Option{fc.API(p.hostPort()), fc.Console(console)}, opts...)...)
	}()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-ended)
	})
	return p, console
}

func handler(log io.Writer, fn faas.Func[string, string]) *faas.Handler[string, string] {
	return faas.New("order-page", fn, faas.Logger(slog.New(slog.NewTextHandler(log, nil))))
}

// what does what its input says.
func what(ctx context.Context, in string) (string, error) {
	switch in {
	case "fail":
		return "", errSoldOut
	case "service":
		return "", io.ErrUnexpectedEOF
	case "panic":
		panic("oh")
	}
	return "did " + in, nil
}

func TestRun_answers(t *testing.T) {
	var log notes.Text
	p, console := started(t, handler(&log, what))
	require.Equal(t, `"did it"`, p.invoke("r-1", `"it"`, time.Second).body)
	require.Equal(t, "FC Invoke Start RequestId: r-1\nFC Invoke End RequestId: r-1\n", console.String())
	require.Contains(t, log.String(), "msg=run function=order-page")
	require.Contains(t, log.String(), "request_id=r-1 deployed_as=order-page-eu")
}

func TestRun_failures(t *testing.T) {
	var log notes.Text
	p, console := started(t, handler(&log, what))
	for id, c := range map[string]struct{ event, kind, message string }{
		"business":   {`"fail"`, "jade.business", "sold out"},
		"dependency": {`"service"`, "jade.dependency", "unexpected EOF"},
		"code":       {`"panic"`, "jade.code", "panic: oh"},
		"input":      {`{"no":1}`, "Runtime.SerializationError", "input: want a string, got an object"},
		"empty":      {``, "Runtime.SerializationError", "input: empty"},
	} {
		f := p.invoke(id, c.event, time.Second).failure(t)
		require.Equal(t, c.kind, f.Type)
		require.Equal(t, c.message, f.Message)
		require.Contains(t, console.String(), "FC Invoke End RequestId: "+id+", Error: Unhandled function error\n")
		if id != "code" {
			require.Empty(t, f.Stack)
			continue
		}
		found := false
		for _, frame := range f.Stack {
			found = found || strings.HasSuffix(frame.Label, "fc_test.what") && strings.HasSuffix(frame.Path, "runtime_test.go") && frame.Line > 0
		}
		require.True(t, found, "%v", f.Stack)
	}
	require.Equal(t, `"did it"`, p.invoke("after", `"it"`, time.Second).body, "the instance goes on")
}

// public is a failure that may be told.
type public struct{}

func (public) Error() string         { return "row 7: sold out" }
func (public) Public() string        { return "the item is sold out" }
func (public) Class() recovery.Class { return recovery.ClassBusiness }

func TestRun_opaque(t *testing.T) {
	p, _ := started(t, handler(io.Discard, func(_ context.Context, in string) (string, error) {
		if in == "public" {
			return "", fmt.Errorf("shop: %w", public{})
		}
		return what(t.Context(), in)
	}), fc.Opaque())
	require.Equal(t, failure{Message: "the item is sold out", Type: "jade.business"}, p.invoke("a", `"public"`, time.Second).failure(t))
	require.Equal(t, failure{Message: "jade.code", Type: "jade.code"}, p.invoke("b", `"panic"`, time.Second).failure(t))
	require.Equal(t, "input: empty", p.invoke("c", ``, time.Second).failure(t).Message)
}

// The answer is there before the deadline; what ignores its ctx is named before the answer.
func TestRun_inTime(t *testing.T) {
	var log notes.Text
	release := make(chan struct{})
	p, _ := started(t, handler(&log, func(ctx context.Context, in string) (string, error) {
		if in == "stuck" {
			<-release
			return in, nil
		}
		future.Go(future.Named(ctx, "audit"), func(context.Context) (int, error) { <-release; return 0, nil })
		return in, nil
	}))
	const limit = time.Second // of which a tenth is kept, also on a machine that is busy
	begun := time.Now()
	a := p.invoke("late", `"stuck"`, limit)
	require.Less(t, a.at.Sub(begun), limit)
	f := a.failure(t)
	require.Equal(t, "jade.timeout", f.Type)
	require.Contains(t, f.Message, "order-page: deadline exceeded")
	require.Contains(t, log.String(), `msg="still running" function=order-page names=[order-page]`)
	p.invoke("leaves", `"leave"`, 10*time.Second)
	require.Contains(t, log.String(), `msg="still running" function=order-page names=[audit]`)
	close(release)
}

// An instance has a hundred invocations at once.
func TestRun_atOnce(t *testing.T) {
	const n = 100
	var all sync.WaitGroup
	all.Add(n)
	p, _ := started(t, handler(io.Discard, func(ctx context.Context, in string) (string, error) {
		i, _ := faas.InvocationOf(ctx)
		all.Done()
		all.Wait() // for all the others
		return in + " of " + i.ID, nil
	}))
	var clients sync.WaitGroup
	for i := range n {
		clients.Go(func() {
			id := fmt.Sprint("r-", i)
			a := p.invoke(id, fmt.Sprintf(`"%d"`, i), 20*time.Second)
			if want := fmt.Sprintf(`"%d of %s"`, i, id); a.body != want {
				t.Errorf("%s, not %s", a.body, want)
			}
		})
	}
	clients.Wait()
}

func TestRun_phases(t *testing.T) {
	var mu sync.Mutex
	var did []string
	note := func(s string) func(context.Context) error {
		return func(ctx context.Context) error {
			mu.Lock()
			defer mu.Unlock()
			if did = append(did, s); s == "freeze" {
				panic("cold")
			}
			return nil
		}
	}
	h := faas.Initialized("order-page", func(ctx context.Context) (faas.Func[string, string], error) {
		return what, note("init")(ctx)
	}, faas.Logger(slog.New(slog.DiscardHandler)))
	p, console := started(t, h, fc.PreStop(note("stop")), fc.PreFreeze(note("freeze")))
	require.Equal(t, "response", p.invoke("i", "", time.Second, "x-fc-function-type", "1").what)
	require.Equal(t, `"did it"`, p.invoke("r", `"it"`, time.Second, "x-fc-function-type", "0").body)
	require.Contains(t, p.invoke("f", "", time.Second, "x-fc-function-type", "3").failure(t).Message, "cold")
	require.Equal(t, "response", p.invoke("s", "", time.Second, "x-fc-function-type", "2").what)
	require.Equal(t, []string{"init", "freeze", "stop"}, did)
	for _, line := range []string{
		"FC Initialize Start RequestId: i\nFC Initialize End RequestId: i\n", "FC PreStop Start RequestId: s\nFC PreStop End RequestId: s\n",
		"FC PreFreeze End RequestId: f, Error: Unhandled function error\n",
	} {
		require.Contains(t, console.String(), line)
	}

	var log notes.Text
	broken := faas.Initialized("order-page", func(context.Context) (faas.Func[string, string], error) { return nil, io.ErrUnexpectedEOF },
		faas.Logger(slog.New(slog.NewTextHandler(&log, nil))))
	p, _ = started(t, broken)
	require.Equal(t, failure{Message: "init of order-page: unexpected EOF", Type: "jade.dependency"},
		p.invoke("i", "", time.Second, "x-fc-function-type", "1").failure(t))
	require.Contains(t, log.String(), `level=ERROR msg="phase failed" function=order-page phase=Initialize class=dependency error="init of order-page: unexpected EOF" request_id=i`)
	require.Equal(t, "response", p.invoke("s", "", time.Second, "x-fc-function-type", "2").what, "without a function there is nothing to do")
}

func TestRun_whatThePlatformSays(t *testing.T) {
	var log notes.Text
	p, _ := started(t, handler(&log, func(ctx context.Context, _ string) (string, error) {
		c, _ := fc.ContextOf(ctx)
		k, _ := fc.CredentialsOf(ctx)
		i, _ := faas.InvocationOf(ctx)
		slog.New(slog.NewTextHandler(&log, nil)).Info("keys", "k", k)
		return fmt.Sprintf("%+v %+v %#v %s/%s %+v", c, k, k, k.KeySecret(), k.Token(), i), nil
	}))
	a := p.invoke("r-1", `""`, 3*time.Second, "x-fc-region", "cn-hangzhou", "x-fc-account-id", "1", "x-fc-service-name", "shop", "x-fc-function-memory", "512",
		"x-fc-function-handler", "main", "x-fc-qualifier", "LATEST", "x-fc-service-logproject", "lp", "x-fc-service-logstore", "ls", "x-fc-retry-count", "2",
		"x-fc-access-key-id", "K", "x-fc-access-key-secret", "S3CRET", "x-fc-security-token", "T0KEN")
	require.Contains(t, a.body, "{Region:cn-hangzhou Account:1 Service:shop Function:order-page-eu Qualifier:LATEST Version:7 Handler:main MemoryMB:512 Timeout:3s LogProject:lp LogStore:ls}")
	require.Contains(t, a.body, "credentials K credentials K S3CRET/T0KEN")
	require.Contains(t, a.body, "{ID:r-1 Platform:fc Function:order-page-eu Version:7 Attempt:2}")
	require.NotContains(t, log.String(), "S3CRET")
	require.NotContains(t, log.String(), "T0KEN")
	_, ok := fc.ContextOf(t.Context())
	require.False(t, ok)
	_, ok = fc.CredentialsOf(t.Context())
	require.False(t, ok)

	require.Equal(t, "response", p.invoke("odd", `"it"`, time.Second, "x-fc-function-deadline", "soon").what, "the timeout is there")
}

// typedNil is an error whose methods panic.
type typedNil struct{ text string }

func (e *typedNil) Error() string { return e.text }

func TestRun_anErrorThatPanics(t *testing.T) {
	p, _ := started(t, handler(io.Discard, func(_ context.Context, in string) (string, error) {
		var none *typedNil
		if in == "nil" {
			return "", none
		}
		return in, nil
	}))
	require.Equal(t, failure{Message: "a method of the error panicked", Type: "jade.code"}, p.invoke("a", `"nil"`, time.Second).failure(t))
	require.Equal(t, `"b"`, p.invoke("b", `"b"`, time.Second).body, "the instance goes on")
}

// A platform that is not ready is asked again; one that is not there is an error.
func TestRun_asksAgain(t *testing.T) {
	p, _ := started(t, handler(io.Discard, what))
	p.mu.Lock()
	p.refuse = 3
	p.mu.Unlock()
	require.Equal(t, `"did a"`, p.invoke("a", `"a"`, time.Second).body)
	require.Equal(t, `"did b"`, p.invoke("b", `"b"`, time.Second).body)

	t.Setenv("FC_RUNTIME_API", "")
	require.EqualError(t, fc.Run(t.Context(), handler(io.Discard, what)), "fc.Run: FC_RUNTIME_API is not set: this is not an instance of Function Compute")
}
