// Command zgen writes the generated files of a package into the current
// directory: zgen combinators.
package main

import (
	"fmt"
	"os"

	"github.com/jade-go/jade/internal/arity"
)

func main() {
	if len(os.Args) != 2 {
		fail(2, "want the name of a package, such as combinators")
	}
	files, err := arity.Files(os.Args[1])
	if err != nil {
		fail(2, err)
	}
	for name, text := range files {
		if err := os.WriteFile(name, text, 0o644); err != nil {
			fail(1, err)
		}
	}
}

func fail(code int, why any) {
	fmt.Fprintln(os.Stderr, "zgen:", why)
	os.Exit(code)
}
