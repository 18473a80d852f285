package recovery

import (
	"errors"
	"reflect"
)

// Codes of google.golang.org/grpc/codes, which core does not import.
const (
	grpcUnknown          = 2
	grpcDeadlineExceeded = 4
	grpcUnimplemented    = 12
	grpcInternal         = 13
	grpcUnavailable      = 14
	grpcDataLoss         = 15
	grpcCanceled         = 1
	grpcExhausted        = 8
)

// fromGRPC reads the code of an error with a method GRPCStatus, whose result
// type is gRPC's own, so only reflection can ask it.
func fromGRPC(err error) (Class, bool) {
	for ; err != nil; err = errors.Unwrap(err) {
		code, ok := grpcCode(err)
		if !ok {
			continue
		}
		switch code {
		case grpcCanceled:
			return Canceled, true
		case grpcDeadlineExceeded:
			return Timeout, true
		case grpcExhausted:
			return System, true
		case grpcUnknown, grpcUnimplemented, grpcInternal, grpcUnavailable, grpcDataLoss:
			return Dependency, true
		}
		return Business, true
	}
	return None, false
}

func grpcCode(err error) (code uint64, ok bool) {
	status := call(reflect.ValueOf(err), "GRPCStatus")
	if !status.IsValid() {
		return 0, false
	}
	result := call(status, "Code")
	if !result.IsValid() || !result.CanUint() {
		return 0, false
	}
	return result.Uint(), true
}

// call calls a method without arguments and with one result, if there is one.
func call(v reflect.Value, name string) (result reflect.Value) {
	m := v.MethodByName(name)
	if !m.IsValid() || m.Type().NumIn() != 0 || m.Type().NumOut() != 1 {
		return result
	}
	return m.Call(nil)[0]
}
