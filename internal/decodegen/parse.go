package decodegen

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

// Field is a named run of bits in an instruction word.
type Field struct {
	Name       string
	Lsb, Width int
}

// Row is one encoding of a pattern file.
type Row struct {
	Name    string
	Pattern string // as written, most significant bit first
	Mask    uint32 // bits that are fixed
	Value   uint32 // their values
	Feature string
	Section string
	Todo    bool // known encoding without a translation yet
	Refused bool // belongs to a feature this CPU does not have: undefined
	Prio    int
	Fields  []Field // in order of appearance, from the most significant bit
	Line    int
}

// ParseFields reads a field file: `name lsb width` lines, `#` comments.
func ParseFields(src string) ([]Field, error) {
	var out []Field
	seen := map[string]bool{}
	for i, line := range strings.Split(src, "\n") {
		f := strings.Fields(stripComment(line))
		if len(f) == 0 {
			continue
		}
		if len(f) != 3 {
			return nil, fmt.Errorf("decodegen: fields line %d: want `name lsb width`", i+1)
		}
		lsb, err1 := strconv.Atoi(f[1])
		width, err2 := strconv.Atoi(f[2])
		if err1 != nil || err2 != nil || lsb < 0 || width < 1 || lsb+width > 32 {
			return nil, fmt.Errorf("decodegen: fields line %d: bad position", i+1)
		}
		if seen[f[0]] {
			return nil, fmt.Errorf("decodegen: fields line %d: %s declared twice", i+1, f[0])
		}
		seen[f[0]] = true
		out = append(out, Field{f[0], lsb, width})
	}
	return out, nil
}

// ParseRows reads a pattern file for instruction words of the given width.
func ParseRows(src string, width int, fields []Field) ([]Row, error) {
	byName := map[string]Field{}
	for _, f := range fields {
		byName[f.Name] = f
	}
	letters := map[byte]string{}
	names := map[string]bool{}
	var rows []Row
	for i, line := range strings.Split(src, "\n") {
		f := strings.Fields(stripComment(line))
		if len(f) == 0 {
			continue
		}
		if f[0] == "letters" {
			letters = map[byte]string{}
			for _, kv := range f[1:] {
				l, name, ok := strings.Cut(kv, "=")
				if !ok || len(l) != 1 || strings.Contains("01x", l) {
					return nil, fmt.Errorf("decodegen: line %d: bad letter %q", i+1, kv)
				}
				if _, ok := byName[name]; !ok {
					return nil, fmt.Errorf("decodegen: line %d: unknown field %q", i+1, name)
				}
				letters[l[0]] = name
			}
			continue
		}
		r, err := parseRow(f, width, letters, byName)
		if err != nil {
			return nil, fmt.Errorf("decodegen: line %d: %w", i+1, err)
		}
		if names[r.Name] {
			return nil, fmt.Errorf("decodegen: line %d: %s defined twice", i+1, r.Name)
		}
		names[r.Name] = true
		r.Line = i + 1
		rows = append(rows, r)
	}
	return rows, nil
}

func stripComment(s string) string {
	s, _, _ = strings.Cut(s, "#")
	return s
}

func parseRow(f []string, width int, letters map[byte]string, byName map[string]Field) (Row, error) {
	if len(f) < 5 {
		return Row{}, fmt.Errorf("want name, pattern, feature, flags, section")
	}
	r := Row{Name: f[0], Pattern: f[1], Feature: f[2], Section: strings.Join(f[4:], " ")}
	if len(r.Pattern) != width {
		return r, fmt.Errorf("%s: pattern has %d characters, want %d", r.Name, len(r.Pattern), width)
	}
	for pos := 0; pos < width; {
		c := r.Pattern[pos]
		lsb := width - 1 - pos
		switch c {
		case '0', '1':
			r.Mask |= 1 << lsb
			r.Value |= uint32(c-'0') << lsb
			pos++
			continue
		case 'x':
			pos++
			continue
		}
		end := pos
		for end < width && r.Pattern[end] == c {
			end++
		}
		fd := Field{letters[c], width - end, end - pos}
		if fd.Name == "" {
			return r, fmt.Errorf("%s: letter %c has no field", r.Name, c)
		}
		if byName[fd.Name] != fd {
			return r, fmt.Errorf("%s: field %s is at %d, width %d, declared as %+v", r.Name, fd.Name, fd.Lsb, fd.Width, byName[fd.Name])
		}
		r.Fields = append(r.Fields, fd)
		pos = end
	}
	return r, parseFlags(&r, f[3])
}

func parseFlags(r *Row, s string) error {
	if s == "-" {
		return nil
	}
	for _, fl := range strings.Split(s, ",") {
		num, isPrio := strings.CutPrefix(fl, "prio=")
		switch {
		case fl == "todo":
			r.Todo = true
		case fl == "refused":
			r.Refused = true
		case isPrio:
			n, err := strconv.Atoi(num)
			if err != nil {
				return fmt.Errorf("%s: bad priority %q", r.Name, num)
			}
			r.Prio = n
		default:
			return fmt.Errorf("%s: unknown flag %q", r.Name, fl)
		}
	}
	return nil
}

// CheckOverlap reports the first pair of rows that some word matches both of
// and that have the same priority.
func CheckOverlap(rows []Row) error {
	for i := range rows {
		for j := i + 1; j < len(rows); j++ {
			a, b := &rows[i], &rows[j]
			if a.Prio == b.Prio && (a.Value^b.Value)&a.Mask&b.Mask == 0 {
				return fmt.Errorf("decodegen: %s (line %d) and %s (line %d) overlap without a priority",
					a.Name, a.Line, b.Name, b.Line)
			}
		}
	}
	return nil
}

// specificity orders rows in a candidate list: higher priority first, then the
// row with more fixed bits.
func specificity(r *Row) int { return r.Prio*64 + bits.OnesCount32(r.Mask) }
