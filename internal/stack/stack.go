// Package stack grows the stack of a goroutine that has just begun, where it is known that it is going to grow. Go starts with two
// kilobytes and doubles them whenever they do not suffice. Late, it has to move each frame that is there, which costs several times as much.
package stack

// To8KB makes the stack of the calling goroutine, on which hardly anything is, eight kilobytes large.
func To8KB() { to8KB(0) }

// To16KB is To8KB for sixteen kilobytes.
func To16KB() { to16KB(0) }

// The frames are there, and are not cleared.

//go:noinline
func to8KB(i int) byte {
	if i == 0 {
		return 0
	}
	var frame [4500]byte
	return frame[i]
}

//go:noinline
func to16KB(i int) byte {
	if i == 0 {
		return 0
	}
	var frame [9500]byte
	return frame[i]
}
