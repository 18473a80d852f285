package fc

import (
	"encoding/json"
	"errors"
	"path"
	goruntime "runtime"
	"strings"

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

func (r *runtime) errorBody(err error) (body []byte) {
	defer func() {
		if recover() != nil {
			body = []byte(`{"errorMessage":"a method of the error panicked","errorType":"jade.code"}`)
		}
	}()
	body, failed := json.Marshal(reportOf(err, r.opaque))
	if failed != nil { // its texts are strings: it does not
		return []byte("{}")
	}
	return body
}

func reportOf(err error, opaque bool) report {
	p := report{Message: err.Error(), Type: "jade." + recovery.Classify(err).String()}
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
			p.Message = told.Public()
		}
		if input {
			p.Message = err.Error()
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

// pathOf is the import path of a frame's package and the name of its file: where the program was built is nobody's concern.
func pathOf(f goruntime.Frame) string {
	slash := strings.LastIndexByte(f.Function, '/') + 1
	name, _, _ := strings.Cut(f.Function[slash:], ".")
	return f.Function[:slash] + name + "/" + path.Base(f.File)
}
