package main

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A check that finds nothing must be able to find something.
func TestLeftBehind_findsAPlantedGoroutine(t *testing.T) {
	before := goroutines()
	release := make(chan struct{})
	var planted sync.WaitGroup
	planted.Go(func() { <-release })

	left := leftBehind(before, 5*time.Millisecond)
	require.Len(t, left, 1)
	assert.Contains(t, left[0], "TestLeftBehind_findsAPlantedGoroutine")

	close(release)
	planted.Wait()
	assert.Empty(t, leftBehind(before, time.Minute), "ends as soon as nothing is left")
}
