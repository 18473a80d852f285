package lambda

import (
	"path"
	"strings"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"github.com/jade-go/jade/future"
)

// mostFrames is how many frames aws-lambda-go reports of a panic.
const mostFrames = 32

// frames are those of a panic as aws-lambda-go reports them, without the folder that the program was built in, from the
// function on that has panicked: those of the runtime before it are left out.
func frames(p *future.PanicError) (all []*messages.InvokeResponse_Error_StackFrame) {
	for f := range p.Frames() {
		pkg, name := split(f.Function)
		if len(all) == 0 && pkg == "runtime" {
			continue
		}
		if len(all) == mostFrames {
			break
		}
		all = append(all, &messages.InvokeResponse_Error_StackFrame{Path: path.Join(pkg, path.Base(f.File)), Line: int32(f.Line), Label: name})
	}
	return all
}

// split returns the import path of a function's package and its name there.
func split(function string) (pkg, name string) {
	slash := strings.LastIndexByte(function, '/') + 1
	pkg, name, _ = strings.Cut(function[slash:], ".")
	return function[:slash] + pkg, name
}
