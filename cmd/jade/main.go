package main

import (
	"os"

	"github.com/jade-go/jade/cmd/jade/internal/command"
	"github.com/jade-go/jade/cmd/jade/internal/diff"
	"github.com/jade-go/jade/cmd/jade/internal/docs"
	"github.com/jade-go/jade/cmd/jade/internal/open"
	"github.com/jade-go/jade/cmd/jade/internal/skeleton"
	"github.com/jade-go/jade/cmd/jade/internal/vetting"
	"github.com/jade-go/jade/cmd/jade/internal/whatif"
	"github.com/jade-go/jade/cmd/jade/vet"
)

// commands are in the order of the help text.
var commands = []command.Command{docs.Command, diff.Command, vetting.Command, skeleton.Command, open.Command, whatif.Command}

func main() {
	if vet.IsTool(os.Args[1:]) { // go vet -vettool
		vet.Main()
	}
	os.Exit(command.Main(commands, os.Args[1:], os.Stdout, os.Stderr))
}
