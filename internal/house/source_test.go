package house

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	module = "github.com/seqlode/seqlode"
	root   = "../.." // a test runs in its package's folder
)

// source is one Go file of the module, for whatever system and build tag it is.
type source struct {
	path  string // below the module's root, with slashes
	pkg   string // its folder; "." for the root
	test  bool
	lines int
	fset  *token.FileSet
	file  *ast.File
}

// sources parses every Go file of the module. Other modules below the root,
// testdata and hidden folders are left out.
func sources(t *testing.T) []source {
	t.Helper()
	var out []source
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name == root {
				return nil
			}
			base := d.Name()
			_, nested := os.Stat(filepath.Join(name, "go.mod"))
			if base == "testdata" || base[0] == '.' || base[0] == '_' || nested == nil {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(name) != ".go" {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		out = append(out, parse(t, filepath.ToSlash(rel), text))
		return nil
	})
	require.NoError(t, err)
	require.NotEmpty(t, out)
	return out
}

func parse(t *testing.T, name string, text []byte) source {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	require.NoError(t, err)
	return source{
		path:  name,
		pkg:   path.Dir(name),
		test:  strings.HasSuffix(name, "_test.go"),
		lines: bytes.Count(text, []byte("\n")),
		fset:  fset,
		file:  file,
	}
}

// moduleImports gives the file's imports from this module, as paths below its
// root.
func (s source) moduleImports() []string {
	var out []string
	for _, spec := range s.file.Imports {
		imp, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the parser has refused such a file
		}
		if imp == module {
			out = append(out, ".")
		} else if rest, ok := strings.CutPrefix(imp, module+"/"); ok {
			out = append(out, rest)
		}
	}
	return out
}

// command says whether the file belongs to a program and not to a library.
func (s source) command() bool { return s.file.Name.Name == "main" }

// public says whether other modules can import the file's package.
func (s source) public() bool {
	return !s.command() && !strings.HasPrefix(s.pkg, "internal/") && !strings.Contains(s.pkg, "/internal/")
}

func (s source) line(p token.Pos) int { return s.fset.Position(p).Line }
