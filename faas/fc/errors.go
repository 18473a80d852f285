package fc

import (
	"context"
	"encoding/json"
	"errors"
	"path"
	goruntime "runtime"
	"strings"
	"time"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
)

// report is an error as the platform takes it.
type report struct {
	Message string  `json:"errorMessage"`
	Type    string  `json:"errorType"`
	Stack   []frame `json:"stackTrace,omitempty"`
}

type frame struct {
	Path  string `json:"path"`
	Line  int    `json:"line"`
	Label string `json:"label"`
}

// serialization is the platform's name for what cannot be read or written.
const serialization = "Runtime.SerializationError"

// errorBody is err as the platform takes it. The methods of an error of a phase may not return; those of an invocation's do.
func (r *runtime) errorBody(err error) []byte {
	body := make(chan []byte, 1)
	within(context.Background(), func() {
		text, _ := json.Marshal(reportOf(err, r.opaque)) // its texts are strings: it does not fail
		body <- text
	})
	select {
	case text := <-body:
		return text
	default:
		return []byte(`{"errorMessage":"a method of the error panicked","errorType":"jade.code"}`)
	}
}

// within calls fn, which calls what users have written, and waits for it a moment: if it panics, ends its goroutine or blocks, that is all.
func within(ctx context.Context, fn func()) {
	const patience = 250 * time.Millisecond
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	_, _ = future.Go(limited, func(context.Context) (none struct{}, _ error) { fn(); return none, nil }).Await(limited)
}

// reportOf tells of err, in 4 KiB of text at most, beside the stack of a panic.
func reportOf(err error, opaque bool) report {
	p := report{Message: bounded(err.Error()), Type: "jade." + recovery.Classify(err).String()}
	_, input := errors.AsType[*faas.InputError](err)
	if _, output := errors.AsType[*faas.OutputError](err); input || output {
		p.Type = serialization
	}
	if opaque {
		p.Message = p.Type
		if told, ok := errors.AsType[interface {
			error
			Public() string
		}](err); ok {
			p.Message = bounded(told.Public())
		}
		if input {
			p.Message = bounded(err.Error())
		}
		return p
	}
	if panicked, ok := errors.AsType[*future.PanicError](err); ok {
		for f := range panicked.Frames() {
			p.Stack = append(p.Stack, frame{pathOf(f), f.Line, f.Function})
		}
	}
	return p
}

// bounded is a text of 4 KiB at most.
func bounded(text string) string { return recovery.Text(errors.New(text)) }

// pathOf is the import path of a frame's package and the name of its file: where the program was built is nobody's concern.
func pathOf(f goruntime.Frame) string {
	slash := strings.LastIndexByte(f.Function, '/') + 1
	name, _, _ := strings.Cut(f.Function[slash:], ".")
	return f.Function[:slash] + name + "/" + path.Base(f.File)
}
