package jadetest

import "strings"

// holder is a function beside the tasks that has not returned, so that an answer is late or something is left.
type holder struct {
	kind  string // such as "OnError"; empty: there is none
	place string
}

// beside are Jade's functions that call such a function, by a part of their names.
var beside = []struct{ called, kind string }{
	{"/observe.beginOne", "an observer"},
	{"/observe.endOne", "an observer"},
	{"/task.(*runner[...]).tell", "OnError"},
	{"/flow.(*call[...]).tell", "OnError"},
	{"/flow.(*call[...]).hook", "OnError or Catch"},
}

// holderOf is the first of the goroutines that is in such a function.
func holderOf(all []living) holder {
	for _, g := range all {
		for i, f := range g.frames {
			for _, b := range beside {
				if strings.Contains(f.function, b.called) {
					inside := living{frames: g.frames[:max(1, i)]}
					return holder{b.kind, inside.place()}
				}
			}
		}
	}
	return holder{}
}

// String names it, or says nothing.
func (h holder) String() string {
	if h.kind == "" {
		return ""
	}
	return h.kind + " " + h.place
}
