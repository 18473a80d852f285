package faas

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"time"
)

// reply is the status and the headers of an answer. Out may set them by optional methods.
type reply struct {
	status int
	header http.Header
}

// replyOf asks an answer for its status and headers. Methods of the answer may panic.
func replyOf[Out any](out *Out) (r reply, err error) {
	r.status = http.StatusOK
	for v := reflect.ValueOf(out).Elem(); v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface; v = v.Elem() {
		if v.IsNil() {
			return r, nil // which is null as JSON
		}
	}
	if says, ok := asks[interface{ HTTPStatus() int }](out); ok {
		r.status = says.HTTPStatus()
		if r.status < 200 || r.status > 599 {
			return r, fmt.Errorf("HTTPStatus of the answer is %d, which is none of an answer", r.status)
		}
	}
	if says, ok := asks[interface{ HTTPHeader() http.Header }](out); ok {
		r.header = says.HTTPHeader().Clone()
	}
	return r, nil
}

// asks returns out as an I, if the value or a pointer to it has the methods of I.
func asks[I, Out any](out *Out) (I, bool) {
	if i, ok := any(*out).(I); ok {
		return i, true
	}
	i, ok := any(out).(I)
	return i, ok
}

// bodiless reports whether an answer of that status has no body: see RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5.
func (r reply) bodiless() bool {
	return r.status == http.StatusNoContent || r.status == http.StatusResetContent || r.status == http.StatusNotModified
}

// ownHeaders are headers that only the server sets.
var ownHeaders = [...]string{"Content-Length", "Transfer-Encoding", "Connection", "Trailer", "Upgrade", "Keep-Alive"}

// set sets the headers of the answer, but for those of the server.
func (r reply) set(h http.Header) {
	for name, values := range r.header {
		if name = http.CanonicalHeaderKey(name); !slices.Contains(ownHeaders[:], name) {
			h[name] = values
		}
	}
}

// write writes the answer. It gives up after the time of transfer.
func (r reply) write(w http.ResponseWriter, answer []byte) {
	h := w.Header()
	control := http.NewResponseController(w)
	stop := shorten(time.Now().Add(transfer), control.SetWriteDeadline)
	defer stop()
	if r.bodiless() {
		w.WriteHeader(r.status)
	} else {
		if _, said := h["Content-Type"]; !said {
			h.Set("Content-Type", "application/json")
		}
		h.Set("Content-Length", strconv.Itoa(len(answer)))
		w.WriteHeader(r.status)
		if _, err := w.Write(answer); err != nil {
			return
		}
	}
	_ = control.Flush() // it fails only if the client has left or does not read
}
