package house

import (
	"fmt"
	"go/ast"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestExportedNamesAreDocumented(t *testing.T) {
	for _, s := range sources(t) {
		for _, why := range undocumented(s) {
			t.Error(why)
		}
	}
}

// plainMethods are those whose name says all, since fmt, errors and sort fix
// what they do.
var plainMethods = []string{"Error", "String", "Unwrap", "Len", "Less", "Swap"}

// undocumented names the exported functions, methods, types, constants and
// variables of a library file that have no comment. A block of constants or
// variables may share one.
func undocumented(s source) []string {
	if s.test || s.command() {
		return nil
	}
	var out []string
	missing := func(name *ast.Ident) {
		out = append(out, fmt.Sprintf("%s:%d: exported %s has no doc comment", s.path, s.line(name.Pos()), name.Name))
	}
	for _, decl := range s.file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			plain := d.Recv != nil && slices.Contains(plainMethods, d.Name.Name)
			if d.Name.IsExported() && d.Doc == nil && exportedReceiver(d) && !plain {
				missing(d.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch sp := spec.(type) {
				case *ast.TypeSpec:
					if sp.Name.IsExported() && sp.Doc == nil && sp.Comment == nil && (d.Lparen.IsValid() || d.Doc == nil) {
						missing(sp.Name)
					}
				case *ast.ValueSpec:
					for _, name := range sp.Names {
						if name.IsExported() && sp.Doc == nil && sp.Comment == nil && d.Doc == nil {
							missing(name)
						}
					}
				}
			}
		}
	}
	return out
}

// exportedReceiver says whether a function is none's method or that of an
// exported type.
func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	for typ := d.Recv.List[0].Type; ; {
		switch t := typ.(type) {
		case *ast.StarExpr:
			typ = t.X
		case *ast.ParenExpr:
			typ = t.X
		case *ast.IndexExpr:
			typ = t.X
		case *ast.IndexListExpr:
			typ = t.X
		case *ast.Ident:
			return t.IsExported()
		default:
			return false
		}
	}
}

func TestPackagesSayWhatTheyAre(t *testing.T) {
	for _, why := range unexplained(sources(t)) {
		t.Error(why)
	}
}

// unexplained names the packages without a package comment. A library's begins
// with "Package" and its name.
func unexplained(all []source) []string {
	said := map[string]bool{}
	for _, s := range all {
		if s.test {
			continue
		}
		said[s.pkg] = said[s.pkg] || s.command() && s.file.Doc != nil ||
			strings.HasPrefix(s.file.Doc.Text(), "Package "+s.file.Name.Name+" ")
	}
	var out []string
	for _, pkg := range slices.Sorted(maps.Keys(said)) {
		if !said[pkg] {
			out = append(out, pkg+": no package comment")
		}
	}
	return out
}

func TestPublicPackagesShowHow(t *testing.T) {
	for _, why := range withoutExample(sources(t)) {
		t.Error(why)
	}
}

// withoutExample names the public packages that have no doc.go or no example
// whose output is checked.
func withoutExample(all []source) []string {
	hasDoc, hasExample := map[string]bool{}, map[string]bool{}
	for _, s := range all {
		if s.public() && !s.test {
			hasDoc[s.pkg] = hasDoc[s.pkg] || strings.HasSuffix(s.path, "/doc.go") || s.path == "doc.go"
		}
		if s.test && len(runnableExamples(s)) > 0 {
			hasExample[s.pkg] = true
		}
	}
	var out []string
	for _, pkg := range slices.Sorted(maps.Keys(hasDoc)) {
		if !hasDoc[pkg] {
			out = append(out, pkg+": no doc.go")
		}
		if !hasExample[pkg] {
			out = append(out, pkg+": no Example with an output")
		}
	}
	return out
}

// runnableExamples gives the names of the file's examples that the go command
// runs: those that state their output.
func runnableExamples(s source) []string {
	var out []string
	for _, decl := range s.file.Decls {
		d, ok := decl.(*ast.FuncDecl)
		if !ok || !strings.HasPrefix(d.Name.Name, "Example") {
			continue
		}
		for _, group := range s.file.Comments {
			if d.Pos() < group.Pos() && group.Pos() < d.End() && strings.HasPrefix(strings.ToLower(group.Text()), "output:") {
				out = append(out, d.Name.Name)
			}
		}
	}
	return out
}

func TestCommentRulesBite(t *testing.T) {
	bare := parse(t, "x/x.go", []byte(`package x
type T struct{}
func (t *T) M() {}
func (t *T) m() {}
func (t *T) Error() string { return "" }
type hidden struct{}
func (h hidden) M() {}
type G[K any] struct{}
func (g *G[K]) M() {}
type h[K any] struct{}
func (x *h[K]) M() {}
func F() {}
func Len() {}
const ( A = 1; b = 2 )
var V int
`))
	require.Len(t, undocumented(bare), 8, "T, T.M, G, G.M, F, Len, A, V")
	require.Equal(t, []string{"x: no package comment"}, unexplained([]source{bare}))
	require.Equal(t, []string{"x: no doc.go", "x: no Example with an output"}, withoutExample([]source{bare}))

	good := parse(t, "x/doc.go", []byte(`// Package x is an x.
package x
// T is a T.
type T struct{}
// M does it.
func (t *T) M() {}
// The constants.
const ( A = 1; B = 2 )
var V int // counts
`))
	example := parse(t, "x/x_test.go", []byte("package x_test\nfunc ExampleT() {\n\t// Output: 1\n}\n"))
	require.Empty(t, undocumented(good))
	require.Empty(t, unexplained([]source{good}))
	require.Empty(t, withoutExample([]source{good, example}))
}
