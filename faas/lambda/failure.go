package lambda

import (
	"errors"
	"reflect"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
)

// Types of the failures that are not of the function itself. Those of its own have that of their class, or a name: see typeOf.
const (
	typeInput  = "jade.input"
	typeOutput = "jade.output"
	typeInit   = "jade.init"
)

func ofClass(class recovery.Class) string { return "jade." + class.String() }

// failure is how err is reported to Lambda: see the package's comment.
func failure(err error) (reported messages.InvokeResponse_Error) {
	defer func() {
		if recover() != nil { // of a method of a foreign error
			reported = messages.InvokeResponse_Error{Type: ofClass(recovery.ClassCode), Message: recovery.Text(err)}
		}
	}()
	if own, ok := errors.AsType[messages.InvokeResponse_Error](err); ok {
		return own
	}
	reported = messages.InvokeResponse_Error{Type: typeOf(err), Message: recovery.Text(err)}
	if panicked, ok := errors.AsType[*future.PanicError](err); ok {
		reported.StackTrace = frames(panicked)
	}
	return reported
}

// typeOf is the class, as that says who has to act. Only what the author of the function means to fail with, class business, and
// what nobody has classified, has the name of its Go type, if it has one, as aws-lambda-go names errors: state machines go by that.
func typeOf(err error) string {
	if _, ok := errors.AsType[*faas.InputError](err); ok {
		return typeInput
	}
	if _, ok := errors.AsType[*faas.OutputError](err); ok {
		return typeOutput
	}
	if _, ok := errors.AsType[*faas.InitError](err); ok {
		return typeInit
	}
	class := recovery.Classify(err)
	if class == recovery.ClassBusiness || class == recovery.ClassUnknown {
		if name := named(err); name != "" {
			return name
		}
	}
	return ofClass(class)
}

// named is the name of the outermost Go type of err that its author has made.
func named(err error) string {
	for err != nil {
		kind := reflect.TypeOf(err)
		if kind.Kind() == reflect.Pointer {
			kind = kind.Elem()
		}
		if kind.Name() != "" && !wrapping[kind.PkgPath()] {
			return kind.Name()
		}
		if parts, ok := err.(interface{ Unwrap() []error }); ok {
			for _, part := range parts.Unwrap() {
				if name := named(part); name != "" {
					return name
				}
			}
			return ""
		}
		err = errors.Unwrap(err)
	}
	return ""
}

// wrapping are the packages whose errors say nothing by their type.
var wrapping = map[string]bool{
	"errors": true,
	"fmt":    true,

	"github.com/jade-go/jade/combinators": true,
	"github.com/jade-go/jade/deadline":    true,
	"github.com/jade-go/jade/faas":        true,
	"github.com/jade-go/jade/flow":        true,
	"github.com/jade-go/jade/future":      true,
	"github.com/jade-go/jade/recover":     true,
	"github.com/jade-go/jade/task":        true,
}
