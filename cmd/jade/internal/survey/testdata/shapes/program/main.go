// Program is a command.
package main

import (
	"fmt"
	"os"

	"github.com/jade-go/jade/flow"
)

func init() {
	if len(os.Args) == 1 {
		os.Exit(9)
	}
}

func main() { fmt.Println(newPage(1)) }

func newPage(n int) *flow.Flow[int, int] {
	return flow.New("page of a program", func(in flow.Node[int]) flow.Node[int] { return flow.Map(in, func(k int) int { return n + k }) })
}
