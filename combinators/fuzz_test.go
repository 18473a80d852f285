package combinators_test

import "testing"

// FuzzGraph reads a graph of futures, and what happens to it, out of bytes,
// runs it in a bubble, and wants what the model says: every future completes,
// once and alike for all who look; nothing runs once its scope is closed; no
// failure is lost.
func FuzzGraph(f *testing.F) {
	for k := range byte(kinds) {
		// No further ctx, three vertices: Go, Promise, and one of each kind.
		f.Add([]byte{0, 2, byte(kGo), 1, 1, 1, 1, 1, 1, 1, byte(kPromise), 1, 2, 3, 4, 5, 6, 7, k, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
	}
	f.Add([]byte{})
	f.Add([]byte("what is cancelled while it runs, and what hangs on it"))
	f.Add([]byte{3, 255, 7, 6, 5, 4, 3, 2, 1, 0, 255, 254, 253, 252, 251, 250, 3, 9, 27, 81, 243, 17, 51, 153, 203, 97, 35, 105, 59, 177})
	f.Fuzz(func(t *testing.T, data []byte) {
		g := draw(&tape{data}, limits{vertices: 24})
		if why := check(t, g, true, nil); why != "" {
			t.Fatalf("%s\n%v", why, g)
		}
	})
}
