// Package stack grows the stack of a goroutine that has just begun and is going to need a larger one. A stack starts with two kilobytes, and Go doubles it
// whenever it is too small. Growth is cheap at the beginning: later, Go has to move each frame on the stack, which costs several times as much.
package stack

// To8KB makes the stack of the calling goroutine eight kilobytes large. Call it while the stack is almost empty.
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
