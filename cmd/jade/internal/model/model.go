// Package model describes the flows of a program as plain data: what documents and comparisons need. It has no lines, times or versions, so it changes
// only if the program does.
package model

import (
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/trace"
)

// Model is what the packages of a command have.
type Model struct {
	Packages []*Package
}

// Package is a package that builds flows.
type Package struct {
	Path    string
	Title   string // the folder in the only module, or the path
	Name    string
	Folder  string // of its documents, with slashes; no other package has it
	Dir     string // absolute
	Doc     string
	Flows   []*Flow
	Tasks   []*Task
	Missing []Missing
}

// Missing is something that may build a flow, and why it is not described.
type Missing struct{ Name, File, Why string }

// Flow is a flow.
type Flow struct {
	Package *Package
	Name    string
	ID      string // unique in the package, fit for a file's name
	Doc     string
	File    string   // where flow.New is called
	In      string   // the function or variable around that
	Builder []string // what was called to build it
	Graph   flow.Graph
	Hash    string

	Input, Output Value
	Limit         string // in words; empty: none
	Reserve       string
	Rules         bool // its result is struct{}: it only succeeds or fails
	Calls         []Call
	Nested        []*Flow      // flows that its tasks stand for
	Used          []*Flow      // flows that have it inside
	Matrix        string       // Markdown
	Trace         *trace.Trace // a recorded run, if one was given
}

// Value is a type, and the structs that it is made of.
type Value struct {
	Type    string
	Doc     string
	Structs []Struct // the first is the type itself, if that is a struct
}

// Struct is a struct of one of the documented modules.
type Struct struct {
	Type   string
	Doc    string
	Fields []Field
}

// Field is a field of a struct.
type Field struct{ Name, Type, Key, Doc string }

// Call is a node that calls a task.
type Call struct {
	Node     string
	Task     *Task
	Takes    []string // nodes and their types
	Returns  string   // type
	Needs    []string // nodes whose data it takes
	After    []string // calls that have to succeed first
	Policies []string // in words, inner to outer
	Need     string   // required, optional, effect, or if: in words
	StandIn  string   // in words
	Each     int      // how many elements at a time; 0: it is called once
	Flow     *Flow    // that the task stands for
}

// Task is a task that flows call.
type Task struct {
	Package *Package // where task.New is called; nil if that is not documented
	Name    string
	ID      string // unique in the package
	Doc     string
	File    string
	In, Out string
	Uses    []Use
}

// Fails says what becomes of the flow if the call fails.
func (c Call) Fails() string { return fails(c.Need, c.StandIn) }

// Fails says what becomes of the flow if the call fails.
func (u Use) Fails() string { return fails(u.Need, u.StandIn) }

func fails(need, standIn string) string {
	switch {
	case need == Effect:
		return "the answer does not notice"
	case need == Required && standIn != "":
		return "the flow fails, and " + standIn
	case need == Required:
		return "the flow fails"
	case need == Chosen && standIn != "":
		return "the flow fails if it is chosen, and " + standIn
	case need == Chosen:
		return "the flow fails if it is chosen"
	case standIn == "":
		return "the flow goes on"
	}
	return "instead: " + standIn
}

// Use is a node of a flow that calls a task.
type Use struct {
	Flow     *Flow
	Node     string
	Policies []string
	Need     string
	StandIn  string
}
