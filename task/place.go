package task

import "strconv"

// Place is where in the source something was made: the last folder and the
// name of the file, as in "orderpage/tasks.go", and the line. It is the same on every machine.
type Place struct {
	File string `json:"file"`
	Line int    `json:"line"`
}

// String is file:line, or empty for the zero Place.
func (p Place) String() string {
	if p.File == "" {
		return ""
	}
	return p.File + ":" + strconv.Itoa(p.Line)
}
