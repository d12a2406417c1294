package x86

// Encoding is one leaf of the opcode maps: what test generators build instructions from.
type Encoding struct {
	Op Op
	// Map holds the escape bytes: "", "\x0f", "\x0f\x38" or "\x0f\x3a".
	Map    string
	Opcode byte
	// Prefix is the mandatory prefix: 0, 0x66, 0xf3 or 0xf2. AnyPrefix: the row is not selected by one.
	Prefix    byte
	AnyPrefix bool
	// Mod, Reg and RM are what ModRM must hold; -1: anything. Mod 0 means memory, 3 a register.
	Mod, Reg, RM int8
	HasModRM     bool
	HasMem       bool // an operand may be memory
	Lock         bool // LOCK is allowed with memory
	RexB         int8 // -1: anything
	// Class is "int", "vec" (an XMM or MMX operand) or "x87".
	Class string
}

// Encodings lists every row of the maps, by map and opcode.
func Encodings() []Encoding {
	var out []Encoding
	for _, m := range []struct {
		esc string
		tab *[256]row
	}{{"", &map1B}, {"\x0f", &map0F}, {"\x0f\x38", &map0F38}, {"\x0f\x3a", &map0F3A}} {
		for b := range m.tab {
			e := Encoding{Map: m.esc, Opcode: byte(b), AnyPrefix: true, Mod: -1, Reg: -1, RM: -1, RexB: -1}
			out = leaves(out, &m.tab[b], e)
		}
	}
	return out
}

// leaves appends the encodings below row r.
func leaves(out []Encoding, r *row, e Encoding) []Encoding {
	if r.ext == extNone {
		if r.op == opNone || r.f&(fLegPx|fRex) != 0 {
			return out
		}
		e.Op, e.Lock, e.Class = r.op, r.f&fLock != 0, "int"
		if e.Map == "" && e.Opcode&0xf8 == 0xd8 {
			e.Class = "x87"
		}
		for _, k := range [3]opnd{r.a, r.b, r.c} {
			if n := opndTab[k].kind; n == ArgXMM || n == ArgMMX {
				e.Class = "vec"
			}
			switch opndTab[k].where {
			case inRM:
				if k != oNone {
					e.HasModRM, e.HasMem = true, e.Mod != 3
				}
			case inRMMem:
				e.HasModRM, e.HasMem, e.Mod = true, true, 0
			case inRMReg:
				e.HasModRM, e.Mod = true, 3
			case inReg:
				e.HasModRM = true
			}
		}
		return append(out, e)
	}
	if r.sub == nil {
		return out
	}
	for i := range r.sub {
		s := e
		switch r.ext {
		case byReg:
			s.Reg, s.HasModRM = int8(i), true
		case byRM:
			s.RM, s.HasModRM = int8(i), true
		case byMod:
			if i > 1 {
				continue
			}
			s.Mod, s.HasModRM = int8(i)*3, true
		case byPfx, byPfxF:
			if i > 3 {
				continue
			}
			s.Prefix, s.AnyPrefix = [4]byte{0, 0x66, 0xf3, 0xf2}[i], false
		case byRexB:
			if i > 1 {
				continue
			}
			s.RexB = int8(i)
		}
		out = leaves(out, &r.sub[i], s)
	}
	return out
}

// Translated reports whether op has a translation (which may be to raise an exception).
func Translated(op Op) bool { return op < numOps && translation(op) != nil }
