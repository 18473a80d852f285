package main

import (
	"os"

	"github.com/jade-go/jade/cmd/jade/internal/command"
	"github.com/jade-go/jade/cmd/jade/internal/diff"
	"github.com/jade-go/jade/cmd/jade/internal/docs"
	"github.com/jade-go/jade/cmd/jade/internal/open"
	"github.com/jade-go/jade/cmd/jade/internal/skeleton"
	"github.com/jade-go/jade/cmd/jade/internal/whatif"
)

// commands are in the order of the help text.
var commands = []command.Command{docs.Command, diff.Command, skeleton.Command, open.Command, whatif.Command}

func main() {
	os.Exit(command.Main(commands, os.Args[1:], os.Stdout, os.Stderr))
}
