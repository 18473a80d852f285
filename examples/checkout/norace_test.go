//go:build !race

package main

// raceEnabled: the program is built as its tests are.
const raceEnabled = false
