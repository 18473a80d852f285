package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// With guards the item service has a bounded load, the item that all ask for costs it little, and no other item suffers. Without them its queue gets longer
// than the page waits, and then nobody gets a page.
func TestRush(t *testing.T) {
	if raceEnabled || testing.Short() {
		t.Skip("two cores have enough to do with 500 requests a second")
	}
	o, err := parse([]string{"-rush"}, os.Stdout)
	require.NoError(t, err)
	guarded, err := fire("guarded", o)
	require.NoError(t, err)
	unguarded, err := fire("unguarded", o)
	require.NoError(t, err)

	require.Zero(t, guarded.failed)
	require.LessOrEqual(t, guarded.item.most, itemPlaces)
	require.Less(t, guarded.item.of[hotItem], 150, "some until it is hot, and then one a second")
	require.Equal(t, rushRequests/2, guarded.item.calls-guarded.item.of[hotItem], "each other item was asked for once")
	require.Less(t, guarded.slowest(), 700*time.Millisecond)

	require.Greater(t, unguarded.failed, rushRequests/4)
	require.Greater(t, unguarded.item.most, 10*itemPlaces)
	require.Equal(t, rushRequests, unguarded.item.calls)

	var text bytes.Buffer
	writeRush(&text, []*rushed{guarded, unguarded})
	t.Log("\n" + text.String())
	require.Contains(t, text.String(), "guarded: hot is the item i-1001")
	require.Contains(t, text.String(), "pages: inspection: all slots are in use")

	file := filepath.Join(t.TempDir(), "rush.html")
	require.NoError(t, writeRushPicture(file, []*rushed{guarded, unguarded}))
	picture, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Contains(t, string(picture), "<h2>guarded</h2>")
	require.Contains(t, string(picture), "<h2>unguarded</h2>")
}

// Alone, the page without guards is a failure.
func TestRush_unguarded(t *testing.T) {
	if raceEnabled || testing.Short() {
		t.Skip("two cores have enough to do with 500 requests a second")
	}
	var stdout, stderr bytes.Buffer
	require.Equal(t, exitNone, run([]string{"-rush", "-unguarded"}, &stdout, &stderr))
	require.Empty(t, stderr.String())
	require.Contains(t, stdout.String(), "no goroutine left")
	require.NotContains(t, stdout.String(), " guarded")
}
