package compare

import (
	"strings"

	"github.com/jade-go/jade/cmd/jade/internal/model"
)

// value compares the types of an input or an output, field by field.
func (c *Change) value(what string, old, now model.Value) {
	if old.Type != now.Type {
		c.add("types", "the %s is a `%s` instead of a `%s`", what, now.Type, old.Type)
	}
	for _, s := range now.Structs {
		was, ok := find(old.Structs, s.Type)
		if !ok {
			continue // a field of this type is new, which is said
		}
		for _, f := range s.Fields {
			o, ok := field(was, f.Name)
			switch {
			case !ok:
				c.add("types", "the %s has the new field `%s.%s` (`%s`)", what, s.Type, f.Name, f.Type)
			case o.Type != f.Type:
				c.add("types", "the field `%s.%s` of the %s: `%s` → `%s`", s.Type, f.Name, what, o.Type, f.Type)
			case o.Key != f.Key:
				c.add("types", "the field `%s.%s` of the %s is called `%s` instead of `%s`", s.Type, f.Name, what, f.Key, o.Key)
			}
		}
		for _, o := range was.Fields {
			if _, ok := field(s, o.Name); !ok {
				c.add("types", "the field `%s.%s` of the %s is gone", s.Type, o.Name, what)
			}
		}
	}
}

func find(all []model.Struct, t string) (model.Struct, bool) {
	for _, s := range all {
		if s.Type == t {
			return s, true
		}
	}
	return model.Struct{}, false
}

func field(s model.Struct, name string) (model.Field, bool) {
	for _, f := range s.Fields {
		if f.Name == name {
			return f, true
		}
	}
	return model.Field{}, false
}

// faults compares the fault matrices, cell by cell.
func (c *Change) faults() {
	old, now := c.Old.Matrix, c.New.Matrix
	switch {
	case old == now:
		return
	case old == "":
		c.add("faults", "there is a fault matrix now")
		return
	case now == "":
		c.add("faults", "there is no fault matrix any more")
		return
	}
	was, is := cells(old), cells(now)
	said := 0
	for _, key := range is.keys {
		if before, ok := was.of[key]; ok && before != is.of[key] {
			c.add("faults", "%s: %s → %s", key, before, is.of[key])
			said++
		}
	}
	columns := func(m matrix, other matrix, text string) {
		for _, name := range m.columns {
			if !other.has[name] {
				c.add("faults", text, name)
				said++
			}
		}
	}
	columns(is, was, "the faults of `%s` are tried too")
	columns(was, is, "the faults of `%s` are not tried any more")
	if said == 0 {
		c.add("faults", "the text of the fault matrix has changed")
	}
}

// matrix is a fault matrix by cells.
type matrix struct {
	of      map[string]string
	keys    []string
	columns []string
	has     map[string]bool
}

func cells(markdown string) matrix {
	m := matrix{of: map[string]string{}, has: map[string]bool{}}
	var head []string
	for line := range strings.Lines(markdown) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") {
			head = nil
			continue
		}
		row := strings.Split(strings.Trim(line, "|"), "|")
		for i := range row {
			row[i] = strings.TrimSpace(row[i])
		}
		switch {
		case head == nil:
			head = row
			for _, name := range row[1:] {
				if !m.has[name] {
					m.has[name] = true
					m.columns = append(m.columns, name)
				}
			}
		case strings.Trim(line, "|-: ") == "":
		default:
			for i := 1; i < min(len(row), len(head)); i++ {
				if row[i] == "" {
					continue
				}
				key := "`" + row[0] + "` of `" + head[i] + "`"
				if head[0] == "with" {
					key = "`" + row[0] + "` with `" + head[i] + "`"
				}
				m.of[key] = row[i]
				m.keys = append(m.keys, key)
			}
		}
	}
	return m
}
