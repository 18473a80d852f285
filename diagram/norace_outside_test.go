//go:build !race

package diagram_test

const raceDetector = false
