package instest

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Assign is one register or memory assignment of a row.
type Assign struct {
	Reg  string // "" for memory
	Val  []byte // a register's value, little-endian, 16 bytes; or memory bytes
	Addr uint64
}

// Row is one test.
type Row struct {
	Pos     string // file:line
	PC      uint64
	Code    []byte
	Disasm  string
	In, Out []Assign
	// Exc is the exception's kind, "" for none; ExcAddr its address if HasAddr.
	Exc     string
	ExcAddr uint64
	HasAddr bool
}

// ReadFile reads a .ins file.
func ReadFile(name string) ([]Row, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var rows []Row
	sc := bufio.NewScanner(f)
	for n := 1; sc.Scan(); n++ {
		line := strings.TrimSpace(sc.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		row, err := Parse(line)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, n, err)
		}
		row.Pos = fmt.Sprintf("%s:%d", name, n)
		rows = append(rows, row)
	}
	return rows, sc.Err()
}

// Parse reads one row.
func Parse(line string) (r Row, err error) {
	addr, rest, ok := strings.Cut(line, "[")
	if !ok {
		return r, fmt.Errorf("instest: no [bytes]")
	}
	if r.PC, err = strconv.ParseUint(strings.TrimSpace(addr), 0, 64); err != nil {
		return r, fmt.Errorf("instest: address: %w", err)
	}
	code, rest, ok := strings.Cut(rest, "]")
	if !ok {
		return r, fmt.Errorf("instest: no closing ]")
	}
	if r.Code, err = hex.DecodeString(strings.ReplaceAll(code, " ", "")); err != nil || len(r.Code) == 0 {
		return r, fmt.Errorf("instest: bytes %q: %v", code, err)
	}
	rest = strings.TrimSpace(rest)
	if !strings.HasPrefix(rest, `"`) {
		return r, fmt.Errorf("instest: no \"disassembly\"")
	}
	r.Disasm, rest, ok = strings.Cut(rest[1:], `"`)
	if !ok {
		return r, fmt.Errorf("instest: no closing quote")
	}
	in, out, ok := strings.Cut(rest, "=>")
	if !ok {
		return r, fmt.Errorf("instest: no =>")
	}
	for _, w := range strings.Fields(in) {
		a, err := parseAssign(w)
		if err != nil {
			return r, err
		}
		r.In = append(r.In, a)
	}
	for _, w := range strings.Fields(out) {
		if w[0] == '!' {
			if err := r.parseExc(w[1:]); err != nil {
				return r, err
			}
			continue
		}
		a, err := parseAssign(w)
		if err != nil {
			return r, err
		}
		r.Out = append(r.Out, a)
	}
	return r, nil
}

func (r *Row) parseExc(w string) (err error) {
	var addr string
	r.Exc, addr, r.HasAddr = strings.Cut(w, ":")
	if r.HasAddr {
		if r.ExcAddr, err = strconv.ParseUint(addr, 0, 64); err != nil {
			return fmt.Errorf("instest: exception address: %w", err)
		}
	}
	return nil
}

// parseAssign reads reg=value or [addr]=bytes. A value is a number of up to 64 bits, negative ones
// sign-extended to 64, or hex:hex for the upper and lower 64 bits.
func parseAssign(w string) (a Assign, err error) {
	name, val, ok := strings.Cut(w, "=")
	if !ok {
		return a, fmt.Errorf("instest: %q is no assignment", w)
	}
	if strings.HasPrefix(name, "[") {
		if a.Addr, err = strconv.ParseUint(strings.Trim(name, "[]"), 0, 64); err != nil {
			return a, fmt.Errorf("instest: %q: %w", w, err)
		}
		a.Val, err = hex.DecodeString(val)
		return a, err
	}
	a.Reg = name
	hi := uint64(0)
	if h, l, ok := strings.Cut(val, ":"); ok {
		if hi, err = strconv.ParseUint(h, 16, 64); err != nil {
			return a, fmt.Errorf("instest: %q: %w", w, err)
		}
		val = "0x" + l
	}
	lo, err := strconv.ParseUint(val, 0, 64)
	if err != nil {
		var s int64
		if s, err = strconv.ParseInt(val, 0, 64); err != nil {
			return a, fmt.Errorf("instest: %q: %w", w, err)
		}
		lo = uint64(s)
	}
	a.Val = make([]byte, 16)
	for i := range 8 {
		a.Val[i], a.Val[8+i] = byte(lo>>(8*i)), byte(hi>>(8*i))
	}
	return a, nil
}
