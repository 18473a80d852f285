package main

import "testing"

// BenchmarkRow runs every contender of every row: go test -bench 'Row/thens$'.
func BenchmarkRow(b *testing.B) {
	for _, r := range rows {
		b.Run(r.name, func(b *testing.B) {
			for _, c := range r.contenders() {
				b.Run(c.name, c.run)
			}
		})
	}
}
