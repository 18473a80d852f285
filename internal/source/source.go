// Package source says where in the source something was made.
package source

import (
	"path/filepath"
	"runtime"
)

// Caller returns where its caller is, skip frames further up: the
// last folder and the name of the file, so that it is the same on every machine, and the line.
func Caller(skip int) (file string, line int) {
	_, path, line, ok := runtime.Caller(skip + 1)
	if !ok {
		return "", 0
	}
	folder, name := filepath.Split(path)
	return filepath.Base(folder) + "/" + name, line
}
