package flow_test

import (
	"context"
	"fmt"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"
)

func TestZZ(t *testing.T) {
	seed := uint64(35)
	s := randomShape(rand.New(rand.NewPCG(seed, 1)), seed%4 == 0, &ids{}, false)
	h := &happenings{}
	f := s.build(h)
	synctest.Test(t, func(t *testing.T) {
		h.begun, h.spans, h.twice = time.Now(), map[int]span{}, nil
		ctx, scope := future.WithScope(context.Background(), future.Unobserved(func(error) {}))
		d := newDriver(ctx, f.Graph(), 3)
		show := func(mvs []flow.Move) {
			for _, m := range mvs {
				fmt.Println("   ", m.ID, m.Verb, m.Path, m.Node.Name, m.Err, m.Until.Sub(h.begun))
			}
		}
		mv := d.m.Start(time.Now())
		show(mv)
		d.follow(mv)
		for !d.m.Idle() {
			d.next()
			fmt.Println(time.Since(h.begun), d.told[len(d.told)-1].id, d.told[len(d.told)-1].c)
			show(d.made[len(d.made)-1])
		}
		scope.Close()
		fmt.Println(h.spans)
	})
}
