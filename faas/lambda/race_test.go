//go:build race

package lambda_test

// raceEnabled: the programs are built as their tests are.
const raceEnabled = true
