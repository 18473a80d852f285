package runlog_test

import (
	"fmt"
	"log"
	"os"

	"github.com/jade-go/jade/durable/journal/internal/runlog"
)

// A run is created, its process ends, and another takes it up where it was.
func Example() {
	dir, err := os.MkdirTemp("", "journal")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	store, err := runlog.Open(dir, runlog.Options{})
	if err != nil {
		log.Fatal(err)
	}
	run, err := store.Create("order/7", []byte("begun"))
	if err != nil {
		log.Fatal(err)
	}
	if err := run.Append([]byte("paid")); err != nil {
		log.Fatal(err)
	}
	store.Close()

	store, err = runlog.Open(dir, runlog.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()
	run, records, err := store.Load("order/7")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", records)
	if err := run.Finish([]byte("sent")); err != nil {
		log.Fatal(err)
	}
	records, err = store.Read("order/7")
	fmt.Printf("%s %v\n", records, err)
	// Output:
	// [begun paid]
	// [sent] <nil>
}
