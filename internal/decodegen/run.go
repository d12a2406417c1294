package decodegen

import (
	"os"
	"path/filepath"
	"strings"
)

// Run reads the field file and the pattern files in dir and returns the text
// of every generated file by its name; the field accessors go to
// z<fields file>, with `_` for the dot.
func Run(dir, pkg, fieldFile string, configs []Config) (map[string][]byte, error) {
	src, err := os.ReadFile(filepath.Join(dir, fieldFile))
	if err != nil {
		return nil, err
	}
	fields, err := ParseFields(string(src))
	if err != nil {
		return nil, err
	}
	out := map[string][]byte{}
	name := "z" + strings.ReplaceAll(fieldFile, ".", "_") + ".go"
	if out[name], err = GenerateFields(Config{Package: pkg, Source: fieldFile}, fields); err != nil {
		return nil, err
	}
	for _, c := range configs {
		c.Package = pkg
		if src, err = os.ReadFile(filepath.Join(dir, c.Source)); err != nil {
			return nil, err
		}
		rows, err := ParseRows(string(src), c.Width, fields)
		if err != nil {
			return nil, err
		}
		if out[c.Output], err = Generate(c, rows); err != nil {
			return nil, err
		}
	}
	return out, nil
}
