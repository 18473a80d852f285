// Command zgen writes the generated files of package combinators into the
// current directory.
package main

import (
	"log"
	"os"

	"github.com/jade-go/jade/combinators/internal/arity"
)

func main() {
	log.SetFlags(0)
	files, err := arity.Files()
	if err != nil {
		log.Fatalf("zgen: %v", err)
	}
	for name, text := range files {
		if err := os.WriteFile(name, text, 0o644); err != nil {
			log.Fatalf("zgen: %v", err)
		}
	}
}
