package ir

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// ParseError is a mistake in the text form of a block.
type ParseError struct {
	Line int // from 1
	Msg  string
}

// Error gives the line and what is wrong with it.
func (e *ParseError) Error() string { return fmt.Sprintf("ir: line %d: %s", e.Line, e.Msg) }

// Parse reads the text form Format writes. Empty lines and what follows a # are ignored. globals are
// the guest's; helpers are looked up by name, and one not found becomes a Helper with a nil Fn.
func Parse(text string, globals []GlobalInfo, helpers ...*Helper) (*Block, error) {
	b := NewBuilder(globals)
	p := parser{b: b, known: helpers, local: map[string]Temp{}}
	for i, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if err := p.line(line); err != nil {
			return nil, &ParseError{i + 1, err.Error()}
		}
	}
	return &b.Block, nil
}

type parser struct {
	b     *Builder
	known []*Helper
	local map[string]Temp
}

func (p *parser) line(s string) error {
	if pc, ok := strings.CutPrefix(s, "block "); ok {
		pc, p.b.TSO = strings.CutSuffix(strings.TrimSpace(pc), " tso")
		v, err := strconv.ParseUint(pc, 0, 64)
		p.b.PC = v
		return err
	}
	o := Op{A: noArgs}
	var outs []string
	if l, r, ok := strings.Cut(s, " = "); ok {
		outs = splitList(l)
		s = strings.TrimSpace(r)
	}
	name, rest, _ := strings.Cut(s, " ")
	if err := p.name(&o, name); err != nil {
		return err
	}
	info := o.Code.Info()
	if len(outs) != info.NOut() {
		return fmt.Errorf("%s has %d outputs, want %d", info.Name, len(outs), info.NOut())
	}
	ins, fields := splitFields(rest)
	if len(ins) > info.NIn() {
		return fmt.Errorf("%s has %d inputs, want at most %d", info.Name, len(ins), info.NIn())
	}
	slot := 0
	for _, x := range append(outs, ins...) {
		if strings.HasPrefix(x, "[") {
			if err := p.address(&o, x, &slot); err != nil {
				return err
			}
			continue
		}
		t, err := p.temp(x)
		if err != nil {
			return err
		}
		if slot >= len(o.A) {
			return fmt.Errorf("too many operands")
		}
		o.A[slot] = t
		slot++
	}
	for _, f := range fields {
		if err := p.field(&o, f); err != nil {
			return err
		}
	}
	if o.Code == InsnStart {
		p.b.Insns++
		p.b.Len += int(o.Aux)
	}
	p.b.Emit(o)
	return nil
}

func splitList(s string) []string {
	f := strings.Split(s, ",")
	for i := range f {
		f[i] = strings.TrimSpace(f[i])
	}
	return f
}

// splitFields parts operands from key=value fields.
func splitFields(s string) (ins, fields []string) {
	words := strings.Fields(s)
	n := len(words)
	for n > 0 && strings.Contains(words[n-1], "=") {
		n--
	}
	if n > 0 {
		ins = splitList(strings.Join(words[:n], " "))
	}
	return ins, words[n:]
}

// opByName and condByName are made when something is parsed first.
var opByName = sync.OnceValue(func() map[string]Opcode {
	m := map[string]Opcode{}
	for c := Opcode(0); c < NumOps; c++ {
		m[Ops[c].Name] = c
	}
	return m
})

var condByName = sync.OnceValue(func() map[string]Cond {
	m := map[string]Cond{}
	for c, n := range condNames {
		if n != "" {
			m[n] = Cond(c)
		}
	}
	return m
})

func (p *parser) name(o *Op, s string) error {
	s, attrs, hasAttrs := strings.Cut(s, "{")
	if hasAttrs {
		body, ok := strings.CutSuffix(attrs, "}")
		if !ok {
			return fmt.Errorf("no } after {%s", attrs)
		}
		for _, a := range strings.Split(body, ",") {
			i := slices.Index(attrNames[:], a)
			if i < 0 {
				return fmt.Errorf("no attribute %q", a)
			}
			o.Attr |= 1 << i
		}
	}
	parts := strings.Split(s, ".")
	c, ok := opByName()[parts[0]]
	if !ok {
		return fmt.Errorf("no op %q", parts[0])
	}
	o.Code = c
	for _, part := range parts[1:] {
		if part == "" || part[0] < '0' || part[0] > '9' {
			if o.Cond, ok = condByName()[part]; !ok {
				return fmt.Errorf("no condition %q", part)
			}
			continue
		}
		w, d, hasD := strings.Cut(part, ":")
		var err error
		if o.W, err = parseWidth(w); err == nil && hasD {
			o.D, err = parseWidth(d)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func parseWidth(s string) (Width, error) {
	for w := W8; w <= W128; w++ {
		if s == strconv.Itoa(int(w.Bits())) {
			return w, nil
		}
	}
	return 0, fmt.Errorf("no width %q", s)
}

func (p *parser) temp(s string) (Temp, error) {
	switch {
	case s == "":
		return NoTemp, fmt.Errorf("operand missing")
	case s == "_":
		return NoTemp, nil
	case s[0] == '%':
		if t, ok := p.local[s]; ok {
			return t, nil
		}
		typ, digits := I64, s[1:]
		if strings.HasPrefix(digits, "v") {
			typ, digits = V128, digits[1:]
		}
		if _, err := strconv.ParseUint(digits, 10, 16); err != nil {
			return NoTemp, fmt.Errorf("bad temp %q", s)
		}
		if len(p.b.Temps) >= int(NoTemp) {
			return NoTemp, fmt.Errorf("too many temps")
		}
		t := p.b.New(typ)
		p.local[s] = t
		return t, nil
	case s[0] == '$':
		los, his, vec := strings.Cut(s[1:], ":")
		lo, err := strconv.ParseUint(los, 0, 64)
		if err != nil || len(p.b.Temps) >= int(NoTemp) {
			return NoTemp, fmt.Errorf("bad constant %q", s)
		}
		if !vec {
			return p.b.Const(lo), nil
		}
		hi, err := strconv.ParseUint(his, 0, 64)
		if err != nil {
			return NoTemp, fmt.Errorf("bad constant %q", s)
		}
		return p.b.ConstV(lo, hi), nil
	}
	for i := range p.b.Globals {
		if p.b.Globals[i].Name == s {
			return Temp(i), nil
		}
	}
	return NoTemp, fmt.Errorf("no global %q", s)
}

// address reads [base+index<<scale+disp] into the next operand slots and Aux, Imm.
func (p *parser) address(o *Op, s string, slot *int) error {
	base, hasIndex := baseSlot(o.Code)
	if o.Code.Info().Flags&MemOp == 0 || *slot != o.Code.Info().NOut()+base {
		return fmt.Errorf("address %s out of place", s)
	}
	s, ok := strings.CutSuffix(s[1:], "]")
	if !ok {
		return fmt.Errorf("no ] after address")
	}
	if i := strings.LastIndexAny(s, "+-"); i > 0 {
		if v, err := strconv.ParseInt(s[i:], 0, 64); err == nil {
			o.Imm = v
			s = s[:i]
		}
	}
	bs, xs, indexed := strings.Cut(s, "+")
	if indexed && !hasIndex {
		return fmt.Errorf("%s takes no index", o.Code)
	}
	xs, scale, scaled := strings.Cut(xs, "<<")
	if scaled {
		v, err := strconv.ParseUint(scale, 10, 8)
		if err != nil {
			return err
		}
		o.Aux = uint8(v)
	}
	var err error
	if o.A[*slot], err = p.temp(bs); err != nil {
		return err
	}
	*slot++
	if hasIndex {
		if indexed {
			if o.A[*slot], err = p.temp(xs); err != nil {
				return err
			}
		}
		*slot++
	}
	return nil
}

func (p *parser) field(o *Op, f string) error {
	key, val, _ := strings.Cut(f, "=")
	switch key {
	case "helper":
		o.Imm = p.b.helper(p.helper(val))
		return nil
	case "exc":
		i := slices.Index(excNames[:], val)
		if i < 0 {
			return fmt.Errorf("no exception %q", val)
		}
		o.Aux = uint8(i)
		return nil
	case "pc":
		v, err := strconv.ParseUint(val, 0, 64)
		o.Imm = int64(v)
		return err
	case "aux", "len":
		v, err := strconv.ParseUint(val, 0, 8)
		o.Aux = uint8(v)
		return err
	}
	v, err := strconv.ParseInt(val, 0, 64)
	if err != nil {
		return err
	}
	switch key {
	case "imm":
		o.Imm = v
	case "label":
		if v < 0 || v > 1<<15 {
			return fmt.Errorf("bad label %d", v)
		}
		o.Imm = v
		p.b.Labels = max(p.b.Labels, int(v)+1)
	case "slot":
		o.Imm = CounterImm(uint32(v), o.CounterAmount())
	case "add":
		o.Imm = CounterImm(o.CounterSlot(), int32(v))
	default:
		return fmt.Errorf("no field %q", key)
	}
	return nil
}

func (p *parser) helper(name string) *Helper {
	for _, hs := range [][]*Helper{p.known, p.b.Helpers} {
		for _, h := range hs {
			if h.Name == name {
				return h
			}
		}
	}
	return &Helper{Name: name}
}
