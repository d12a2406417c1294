package archtest

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite docs/health.md")

// differences are the places where a comparison with something else is told not to look. Each is a map with
// a reason for each key, or a function that returns reasons.
var differences = []struct{ file, name, what string }{
	{"internal/difftest/flags.go", "excluded", "x86 instructions that random sequences leave out"},
	{"cpu/x86/isa_test.go", "refused", "x86 encodings of the list that raise #UD here"},
	{"internal/a64diff/legal_test.go", "knownLegal", "A64 words left out of the comparison of what is defined"},
}

// TestHealth: docs/health.md lists every test that may be skipped and every tolerated difference.
func TestHealth(t *testing.T) {
	const file = "../../docs/health.md"
	text := health(t, "../..")
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o666))
	}
	have, err := os.ReadFile(file)
	require.NoError(t, err)
	if string(have) != text {
		t.Errorf("docs/health.md is not current: make health, and see whether the count went up")
	}
}

func health(t *testing.T, root string) string {
	var skips, diffs, todo []string
	total := 0
	for _, f := range goFiles(t, root) {
		src, err := os.ReadFile(filepath.Join(root, f))
		require.NoError(t, err)
		if strings.HasSuffix(f, "_test.go") {
			skips = append(skips, skipsOf(t, f, src)...)
		}
		todo = append(todo, todosOf(f, src)...)
	}
	for _, d := range differences {
		src, err := os.ReadFile(filepath.Join(root, d.file))
		require.NoError(t, err)
		rows := reasons(t, d.file, src, d.name)
		require.NotEmpty(t, rows, d.name)
		total += len(rows)
		diffs = append(diffs, fmt.Sprintf("\n%s (`%s` in %s): %d\n\n| What | Why |\n| --- | --- |", d.what, d.name, d.file, len(rows)))
		diffs = append(diffs, rows...)
	}
	return fmt.Sprintf("# Health\n\nWritten by `make health` from the source; a test compares. Smaller numbers are better.\n\n"+
		"| | |\n| --- | --- |\n| tests that may be skipped | %d |\n| tolerated differences | %d |\n| notes to do something | %d |\n\n"+
		"## Tests that may be skipped\n\n| Test | Reason |\n| --- | --- |\n%s\n\n## Tolerated differences\n%s\n\n"+
		"x87 functions and estimates whose last places processors do not agree on are compared with a bound: `x87Inexact` and `vecEstimate`\n"+
		"in cpu/x86.\n\n## Notes to do something\n\n%s\n",
		len(skips), total, len(todo), strings.Join(skips, "\n"), strings.Join(diffs, "\n"), strings.Join(append(todo, "That is all."), "\n"))
}

func goFiles(t *testing.T, root string) (files []string) {
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == ".git" || d.Name() == "bin"):
			return filepath.SkipDir
		case strings.HasSuffix(p, ".go"):
			rel, err := filepath.Rel(root, p)
			files = append(files, filepath.ToSlash(rel))
			return err
		}
		return nil
	})
	require.NoError(t, err)
	return files
}

// skipsOf lists the calls of Skip and its like in a test file.
func skipsOf(t *testing.T, file string, src []byte) (rows []string) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, file, src, 0)
	require.NoError(t, err)
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		ast.Inspect(fn, func(n ast.Node) bool {
			c, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			s, ok := c.Fun.(*ast.SelectorExpr)
			if !ok || s.Sel.Name != "Skip" && s.Sel.Name != "Skipf" && s.Sel.Name != "SkipNow" {
				return true
			}
			l, ok := (*ast.BasicLit)(nil), false
			if len(c.Args) > 0 {
				l, ok = c.Args[0].(*ast.BasicLit)
			}
			if !ok || l.Kind != token.STRING {
				t.Errorf("%s: %s skips without a reason in words", file, fn.Name.Name)
				return true
			}
			rows = append(rows, fmt.Sprintf("| %s: %s | %s |", file, fn.Name.Name, words(fset, c.Args[0])))
			return true
		})
	}
	return rows
}

// reasons lists the rows of the map, or the strings that the function returns, called name.
func reasons(t *testing.T, file string, src []byte, name string) (rows []string) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, file, src, 0)
	require.NoError(t, err)
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ValueSpec:
			if n.Names[0].Name != name || len(n.Values) == 0 {
				return false
			}
			for _, e := range n.Values[0].(*ast.CompositeLit).Elts {
				kv := e.(*ast.KeyValueExpr)
				rows = append(rows, fmt.Sprintf("| %s | %s |", strings.TrimPrefix(words(fset, kv.Key), "x86."), words(fset, kv.Value)))
			}
			return false
		case *ast.FuncDecl:
			if n.Name.Name != name {
				return false
			}
			ast.Inspect(n, func(n ast.Node) bool {
				if r, ok := n.(*ast.ReturnStmt); ok {
					if w := words(fset, r.Results[0]); w != "" {
						rows = append(rows, "| | "+w+" |")
					}
				}
				return true
			})
		}
		return true
	})
	return rows
}

// words is an expression as text: the value of a string, the source of anything else.
func words(fset *token.FileSet, e ast.Expr) string {
	if l, ok := e.(*ast.BasicLit); ok {
		if s, err := strconv.Unquote(l.Value); err == nil {
			return s
		}
	}
	var b bytes.Buffer
	_ = printer.Fprint(&b, fset, e)
	return "`" + b.String() + "`"
}

var todoNote = regexp.MustCompile(`//.*\b(TO` + `DO|FIX` + `ME)\b.*`)

func todosOf(file string, src []byte) (rows []string) {
	for _, m := range todoNote.FindAllString(string(src), -1) {
		rows = append(rows, "* "+file+": "+m)
	}
	return rows
}
