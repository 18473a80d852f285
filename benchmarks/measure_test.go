package main

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMeasure_takesTurns(t *testing.T) {
	idle := func(*testing.B) {}
	rows := []row{
		{name: "a", yardstick: contender{"hand", idle}, jade: contender{"jade", idle}, others: []contender{{"peer", idle}}},
		{name: "b", jade: contender{"jade", idle}},
	}
	var order []string
	var progress []string
	all, err := measure(rows, 2, func(r row, c contender) (sample, error) {
		order = append(order, r.name+" "+c.name)
		return sample{value: float64(len(order))}, nil
	}, func(_ int, r row) { progress = append(progress, r.name) })
	require.NoError(t, err)
	assert.Equal(t, []string{
		"a hand", "a jade", "a peer", "b jade",
		"a jade", "a peer", "a hand", "b jade",
	}, order)
	assert.Equal(t, []string{"a", "b", "a", "b"}, progress)
	assert.Equal(t, [][]sample{values(1, 7), values(2, 5), values(3, 6)}, all[0].samples, "by contender, whatever the order")
	assert.Equal(t, [][]sample{values(4, 8)}, all[1].samples)
}

func TestMeasure_endsWithTheFirstFailure(t *testing.T) {
	wrong := errors.New("wrong")
	calls := 0
	_, err := measure(rows, 3, func(row, contender) (sample, error) {
		calls++
		return sample{}, wrong
	}, func(int, row) {})
	assert.ErrorIs(t, err, wrong)
	assert.Equal(t, 1, calls)
}
