package flow_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/observe"
)

// check runs a shape in a bubble, twice, so that pooled memory is used again, and
// returns what differs from the model.
func (s shape) check(t *testing.T, model func(shape, int) (answer, map[int]span)) (wrong string) {
	return s.checkBy(t, func(ctx context.Context, f *flow.Flow[int, int], in int) (int, error) { return f.Do(ctx, in) }, model)
}

// checkBy is check for another way to run a flow.
func (s shape) checkBy(t *testing.T, do func(context.Context, *flow.Flow[int, int], int) (int, error), model func(shape, int) (answer, map[int]span)) (wrong string) {
	h := &happenings{}
	f := s.build(h)
	for in := 3; in < 5 && wrong == ""; in++ {
		want, spans := model(s, in)
		if want.how == "" {
			continue
		}
		synctest.Test(t, func(t *testing.T) {
			h.begun, h.spans, h.twice = time.Now(), map[int]span{}, nil
			scoped, scope := future.WithScope(context.Background(), future.Unobserved(func(error) {}))
			ctx, cancel := context.WithCancel(scoped)
			defer cancel()
			if s.leave > 0 {
				time.AfterFunc(s.leave, cancel)
			}
			if in%2 == 0 { // it is the same with an observer
				ctx = observe.With(ctx, quiet{})
			}
			v, err := do(ctx, f, in)
			took := time.Since(h.begun)
			time.Sleep(2 * time.Second) // effects
			cancel()
			if err := scope.Close(); err != nil {
				wrong = fmt.Sprintf("the scope closed with %v", err)
			}
			switch {
			case took != want.at:
				wrong = fmt.Sprintf("answered at %s, not %s (%v, %v)", took, want.at, v, err)
			case !want.matches(v, err):
				wrong = fmt.Sprintf("answered %v, %v; not %+v", v, err, want)
			case len(h.twice) > 0:
				wrong = fmt.Sprintf("ran twice: %v", h.twice)
			case !maps.Equal(lasting(spans), lasting(h.spans)):
				wrong = fmt.Sprintf("ran %v, not %v", h.spans, spans)
			}
		})
	}
	return wrong
}

// lasting leaves out what began and was cancelled within one moment: whether it
// began at all is a matter of what was looked at first.
func lasting(spans map[int]span) map[int]span {
	spans = maps.Clone(spans)
	maps.DeleteFunc(spans, func(_ int, s span) bool { return s.begun == s.ended })
	return spans
}

func (a answer) matches(v int, err error) bool {
	switch a.how {
	case "value":
		return err == nil && v == a.value
	case "late":
		return errors.Is(err, context.DeadlineExceeded)
	case "left":
		return future.IsCanceled(err)
	}
	for _, f := range a.failures {
		switch f.ends {
		case endsBadly, panics:
			if !errors.Is(err, failed(f.id)) {
				return false
			}
			_, panicked := errors.AsType[*future.PanicError](err)
			if f.ends == panics && !panicked {
				return false
			}
		case late:
			if !errors.Is(err, context.DeadlineExceeded) {
				return false
			}
		case exits:
			if !errors.Is(err, future.ErrGoexit) {
				return false
			}
		}
	}
	return err != nil && !future.IsCanceled(err)
}

// seeds is how many random flows are tried.
func seeds() uint64 {
	if os.Getenv("JADE_STRESS") != "" {
		return 60_000
	}
	return 3000
}

// TestModel holds random flows to the reference: the same answer at the same
// moment, the same functions called and cancelled at the same moments, none twice, nothing left behind.
func TestModel(t *testing.T) {
	tried := []uint64{11023, 13126, 13790, 49062} // these found faults of the reserve
	for seed := range seeds() {
		tried = append(tried, seed)
	}
	for _, seed := range tried {
		s := randomShape(rand.New(rand.NewPCG(seed, 1)), seed%4 == 0, &ids{}, false)
		if wrong := s.check(t, shape.simulate); wrong != "" {
			require.Fail(t, wrong, "seed %d\n%s", seed, s)
		}
	}
}

// TestModel_seesMistakes shows that TestModel can fail: rules that are wrong are told apart.
func TestModel_seesMistakes(t *testing.T) {
	for what, model := range map[string]func(shape, int) (answer, map[int]span){
		"no limit": func(s shape, in int) (answer, map[int]span) {
			s.limit = time.Hour
			return s.simulate(in)
		},
		"no reserve": func(s shape, in int) (answer, map[int]span) {
			s.reserve = 0
			return s.simulate(in)
		},
		"a reserve that is never spent": func(s shape, in int) (answer, map[int]span) {
			if s.reserve > 0 {
				s.limit += time.Minute
				s.reserve += time.Minute
			}
			return s.simulate(in)
		},
		"another value": func(s shape, in int) (answer, map[int]span) { return s.simulate(in + 1) },
		"any is either": func(s shape, in int) (answer, map[int]span) {
			s.nodes = append([]vertex(nil), s.nodes...)
			for i, v := range s.nodes {
				if v.kind == "any" && len(v.inputs) == 3 {
					s.nodes[i].kind = "either"
				}
			}
			return s.simulate(in)
		},
		"no Fallback stands in": func(s shape, in int) (answer, map[int]span) {
			s.nodes = append([]vertex(nil), s.nodes...)
			for i, v := range s.nodes {
				if v.kind == "fallback" {
					s.nodes[i].kind = "also"
					s.nodes[i].inputs = []int{v.inputs[0], 0}
				}
			}
			return s.simulate(in)
		},
		"a fallback is none":              otherPart(func(p policies) policies { p.fallback = false; return p }),
		"no limit of an attempt":          otherPart(func(p policies) policies { p.each = 0; return p }),
		"no limit of all attempts":        otherPart(func(p policies) policies { p.all = 0; return p }),
		"one attempt":                     otherPart(func(p policies) policies { p.attempts = p.attempts[:1]; return p }),
		"backoff is not doubled":          otherPart(func(p policies) policies { p.delay /= 2; return p }),
		"one element more at a time":      otherPart(func(e elements) elements { e.limit++; return e }),
		"an element that fails fails all": otherPart(func(e elements) elements { e.settles = false; return e }),
		"a nested flow has no limit":      otherPart(func(n nestedShape) nestedShape { n.limit = 0; return n }),
		"a nested flow reserves nothing":  otherPart(func(n nestedShape) nestedShape { n.reserve = 0; return n }),
		"a nested flow catches nothing":   otherPart(func(n nestedShape) nestedShape { n.catch = false; return n }),
		"what is required is there": func(s shape, in int) (answer, map[int]span) {
			s.nodes = append([]vertex(nil), s.nodes...)
			for i, v := range s.nodes {
				if v.kind == "require" {
					s.nodes[i].kind = "map"
				}
			}
			return s.simulate(in)
		},
		"effects end with the answer": func(s shape, in int) (answer, map[int]span) {
			a, spans := s.simulate(in)
			for i, sp := range spans {
				spans[i] = span{sp.begun, min(sp.ended, a.at)}
			}
			return a, spans
		},
	} {
		noticed := false
		for seed := uint64(0); seed < 3000 && !noticed; seed++ {
			noticed = randomShape(rand.New(rand.NewPCG(seed, 1)), false, &ids{}, false).check(t, model) != ""
		}
		require.True(t, noticed, what)
	}
}

// otherPart is the model with another idea of one sort of parts.
func otherPart[P part](other func(P) P) func(shape, int) (answer, map[int]span) {
	return func(s shape, in int) (answer, map[int]span) {
		s.nodes = append([]vertex(nil), s.nodes...)
		for i, v := range s.nodes {
			if p, ok := v.part.(P); ok {
				s.nodes[i].part = other(p)
			}
		}
		return s.simulate(in)
	}
}
