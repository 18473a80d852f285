package markdown

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/jade-go/jade/cmd/jade/internal/model"
	"github.com/jade-go/jade/diagram"
)

// flow writes all that is known of a flow, below a heading of its own. The headings of its parts have the given level.
func (w *writer) flow(b *bytes.Buffer, from, level string, f *model.Flow) {
	if f.Doc != "" {
		b.WriteString("\n" + paragraphs(f.Doc) + "\n")
	}
	b.WriteString("\n")
	for _, fact := range w.facts(from, f) {
		b.WriteString("- " + fact + "\n")
	}
	fmt.Fprintf(b, "\n![%s](%s)\n", plain("flow chart of "+f.Name), to(from, f.Package.Folder+"/"+f.ID+".svg", ""))
	if path := f.CriticalPath(); path != "" {
		b.WriteString("\n" + plain(path) + "\n")
	}
	w.calls(b, from, level, f)
	value(b, level, "Input", f.Input)
	if !f.Rules {
		value(b, level, "Output", f.Output)
	}
	if f.Matrix != "" {
		fmt.Fprintf(b, "\n%s Faults\n\nWhat becomes of the answer for each fault of each call, as the test of the package keeps it:\n\n%s\n", level, f.Matrix)
	}
	var mermaid bytes.Buffer
	if diagram.Flow(f.Graph).WriteMermaid(&mermaid) == nil {
		fmt.Fprintf(b, "\n<details><summary>The chart as Mermaid</summary>\n\n```mermaid\n%s\n```\n\n</details>\n", strings.TrimSpace(mermaid.String()))
	}
}

// facts are the lines below the name of a flow.
func (w *writer) facts(from string, f *model.Flow) (facts []string) {
	in := f.In
	if in != "" {
		in = " by " + code(in)
	}
	facts = append(facts, "built"+in+" in "+w.source(from, f.Package, f.File))
	if len(f.Builder) > 0 {
		facts = append(facts, "described as it is built by "+codes(f.Builder))
	}
	if f.Rules {
		facts = append(facts, "a rule: it returns nothing, and either succeeds or fails")
	}
	switch {
	case f.Limit != "" && f.Reserve != "":
		facts = append(facts, "limit: "+plain(f.Limit)+", of which "+plain(f.Reserve)+" are kept for what replaces late calls")
	case f.Limit != "":
		facts = append(facts, "limit: "+plain(f.Limit))
	case f.Reserve != "":
		facts = append(facts, "limit: that of the caller, of which "+plain(f.Reserve)+" are kept for what replaces late calls")
	default:
		facts = append(facts, "limit: that of the caller")
	}
	if f.Graph.Catch > 0 {
		facts = append(facts, "a failure of the whole flow is answered by a function (`Catch`)")
	}
	if f.Graph.Degraded > 0 {
		facts = append(facts, "an answer that lacks something is marked by a function (`Degraded`)")
	}
	if f.Graph.OnError > 0 {
		facts = append(facts, "failures of the whole flow are reported to a function (`OnError`)")
	}
	if len(f.Used) > 0 {
		var links []string
		for _, u := range f.Used {
			links = append(links, link(from, u))
		}
		facts = append(facts, "part of "+strings.Join(links, ", "))
	}
	return facts
}

func codes(names []string) string {
	var all []string
	for _, n := range names {
		all = append(all, code(n))
	}
	return strings.Join(all, ", ")
}

// calls writes the table of calls.
func (w *writer) calls(b *bytes.Buffer, from, level string, f *model.Flow) {
	if len(f.Calls) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s Calls\n\n| call | what it does | data from | returns | policies | needed | if it fails |\n|---|---|---|---|---|---|---|\n", level)
	for _, c := range f.Calls {
		name := taskLink(from, c.Task)
		if c.Flow != nil {
			name = link(from, c.Flow)
		}
		if c.Node != c.Task.Name {
			name = plain(c.Node) + ": " + name
		}
		if c.Each > 0 {
			name += fmt.Sprintf(", for each element, %d at a time", c.Each)
		}
		data := plain(strings.Join(c.Needs, ", "))
		if len(c.After) > 0 {
			data += "<br>after " + plain(strings.Join(c.After, ", "))
		}
		var policies []string
		for _, p := range c.Policies {
			policies = append(policies, plain(p))
		}
		row(b, name, plain(model.Synopsis(c.Task.Doc)), data, code(c.Returns), strings.Join(policies, "<br>"), c.Need, plain(c.Fails()))
	}
}

// value writes the structs of an input or an output.
func value(b *bytes.Buffer, level, title string, v model.Value) {
	fmt.Fprintf(b, "\n%s %s: %s\n", level, title, code(v.Type))
	if v.Doc != "" {
		b.WriteString("\n" + paragraphs(v.Doc) + "\n")
	}
	for i, s := range v.Structs {
		if len(s.Fields) == 0 {
			continue
		}
		if i > 0 || s.Type != v.Type {
			fmt.Fprintf(b, "\n%s", code(s.Type))
			if s.Doc != "" {
				b.WriteString(": " + plain(s.Doc))
			}
			b.WriteString("\n")
		}
		b.WriteString("\n| field | type | key | what it is |\n|---|---|---|---|\n")
		for _, field := range s.Fields {
			row(b, code(field.Name), code(field.Type), code(field.Key), plain(field.Doc))
		}
	}
}

// task writes the page of a task.
func (w *writer) task(t *model.Task) {
	file := taskFile(t)
	var b bytes.Buffer
	b.WriteString(Notice + "# Task " + plain(t.Name) + "\n")
	if t.Doc != "" {
		b.WriteString("\n" + paragraphs(t.Doc) + "\n")
	}
	fmt.Fprintf(&b, "\n- takes %s\n- returns %s\n- made in %s of [%s](%s)\n", code(t.In), code(t.Out), w.source(file, t.Package, t.File),
		plain(t.Package.Title), "README.md")
	b.WriteString("\n## Used by\n\n| flow | call | policies | needed | if it fails |\n|---|---|---|---|---|\n")
	for _, u := range t.Uses {
		var policies []string
		for _, p := range u.Policies {
			policies = append(policies, plain(p))
		}
		row(&b, link(file, u.Flow), plain(u.Node), strings.Join(policies, "<br>"), u.Need, plain(u.Fails()))
	}
	w.files[file] = b.Bytes()
}
