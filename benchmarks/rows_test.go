package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestRows_everyContenderIsRight(t *testing.T) {
	benchtime(t, "1x")
	for _, r := range rows {
		for _, c := range r.contenders() {
			_, err := take(r, c)
			assert.NoError(t, err)
		}
	}
}

func TestTake_noticesWrongResults(t *testing.T) {
	benchtime(t, "1x")
	wrong := func(b *testing.B) {
		got := 0
		for b.Loop() {
			got++
		}
		expect(b, got, nil, -1)
	}
	failing := func(b *testing.B) {
		var err error
		for b.Loop() {
			err = errors.New("no page")
		}
		expect(b, 0, err, 0)
	}
	for name, run := range map[string]func(*testing.B){"wrong": wrong, "failing": failing} {
		_, err := take(row{name: "planted"}, contender{name, run})
		assert.ErrorContains(t, err, "planted by "+name+" gave a wrong result")
	}
}

func TestRows_haveDistinctNames(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range rows {
		assert.False(t, seen[r.name], r.name)
		seen[r.name] = true
		assert.NotContains(t, r.name, " ")
		contenders := map[string]bool{}
		for _, c := range r.contenders() {
			assert.False(t, contenders[c.name], r.name+"/"+c.name)
			contenders[c.name] = true
			assert.False(t, strings.Contains(c.name, "|"), "a cell ends at |")
		}
	}
}

// The budget of each row without a yardstick is in its own unit.
func TestRows_canBeJudged(t *testing.T) {
	for _, r := range rows {
		if r.yardstick.run == nil {
			assert.False(t, r.budget.ratio.set, r.name)
			assert.True(t, r.budget.value.set, r.name)
		}
	}
}
