package source

import (
	"go/ast"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
)

// comments are those of a package: of its types, of their fields and methods, and of its functions.
type comments struct {
	of map[string]string // "Order", "Order.ID", "fetchItem", "shop.item"
}

// Comment returns the comment of something in a package of one of the program's modules, such as Order, Order.ID or shop.item. It is empty if there is none.
func (p *Program) Comment(pkg, name string) string {
	c, known := p.comments[pkg]
	if !known {
		c = &comments{of: map[string]string{}}
		for _, f := range p.files(pkg) {
			c.add(f)
		}
		p.comments[pkg] = c
	}
	return c.of[name]
}

// files are the syntax trees of a package. A package that the patterns do not name is parsed now.
func (p *Program) files(path string) (files []*ast.File) {
	if l := p.all[path]; l != nil {
		return l.Syntax
	}
	dir := p.folder(path)
	if dir == "" {
		return nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	for _, e := range entries {
		if name := e.Name(); strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			if f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, name), nil, parser.ParseComments|parser.SkipObjectResolution); err == nil {
				files = append(files, f)
			}
		}
	}
	return files
}

// folder is where a package of one of the modules is.
func (p *Program) folder(path string) string {
	for _, pkg := range p.Packages {
		if rest, ok := strings.CutPrefix(path, pkg.Module+"/"); ok {
			return filepath.Join(pkg.Root, filepath.FromSlash(rest))
		}
		if path == pkg.Module {
			return pkg.Root
		}
	}
	return ""
}

func (c *comments) add(f *ast.File) {
	for _, decl := range f.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			c.put(receiver(d)+d.Name.Name, d.Doc)
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch s := spec.(type) {
				case *ast.TypeSpec:
					c.put(s.Name.Name, s.Doc, s.Comment, d.Doc)
					c.members(s.Name.Name, s.Type)
				case *ast.ValueSpec:
					for _, name := range s.Names {
						c.put(name.Name, s.Doc, s.Comment, d.Doc)
					}
				}
			}
		}
	}
}

// receiver is the name of the type that a method belongs to, with a dot.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return ""
	}
	for t := d.Recv.List[0].Type; ; {
		switch e := t.(type) {
		case *ast.StarExpr:
			t = e.X
		case *ast.IndexExpr:
			t = e.X
		case *ast.IndexListExpr:
			t = e.X
		case *ast.Ident:
			return e.Name + "."
		default:
			return ""
		}
	}
}

// members adds the fields of a struct, or the methods of an interface.
func (c *comments) members(name string, t ast.Expr) {
	var list *ast.FieldList
	switch t := t.(type) {
	case *ast.StructType:
		list = t.Fields
	case *ast.InterfaceType:
		list = t.Methods
	default:
		return
	}
	for _, f := range list.List {
		for _, id := range f.Names {
			c.put(name+"."+id.Name, f.Doc, f.Comment)
		}
	}
}

// put keeps the first of the groups that is a comment.
func (c *comments) put(name string, groups ...*ast.CommentGroup) {
	for _, g := range groups {
		if text := plain(g); text != "" {
			c.of[name] = text
			return
		}
	}
}

// plain is the text of a comment in paragraphs, without directives.
func plain(g *ast.CommentGroup) string {
	if g == nil {
		return ""
	}
	var parser comment.Parser
	printer := comment.Printer{TextWidth: -1}
	return strings.TrimSpace(string(printer.Text(parser.Parse(g.Text()))))
}
