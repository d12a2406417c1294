package ir

import (
	"fmt"
	"strings"
)

// The text form: one op a line,
//
//	out, out = name.width:dwidth.cond{attrs} in, in key=value ...
//
// Globals go by their names, locals are %1 (I64) and %v1 (V128), numbered by appearance, constants
// $0x10 and $lo:hi, an unused slot is _. Memory ops write their address as [base+index<<3+0x10].
// Parts that are zero are left out. Keys: pc, label, helper, slot and add (counters), exc, len, imm, aux.

// immKind tells what an op's Imm is, for the printer and the parser.
type immKind uint8

const (
	immPlain immKind = iota
	immPC
	immLabel
	immHelper
	immCounter
	immDisp
)

func immKindOf(c Opcode) immKind {
	info := c.Info()
	switch {
	case c == InsnStart, c == ExitTB, c == ExitC, c == ExitF, c == ExitExc, c == ExitPtrNE, c == Head:
		return immPC
	case info.Flags&Labelled != 0:
		return immLabel
	case c == Call, c == CallPure:
		return immHelper
	case c == Counter, c == CounterUndo:
		return immCounter
	case info.Flags&MemOp != 0:
		return immDisp
	}
	return immPlain
}

// attrNames are in bit order.
var attrNames = [...]string{"invc", "signed", "scalar", "arm", "aligned", "acquire", "release", "be", "trunc", "high",
	"sat", "sc", "backward", "armsat", "exactfp", "natalign", "internal"}

// baseSlot returns the input that is a memory op's base, and whether an index follows it.
func baseSlot(c Opcode) (base int, index bool) {
	switch c {
	case Ld, LdV:
		return 0, true
	case St, StV:
		return 1, true
	}
	return 0, false
}

// Format returns the text form of b, which Parse reads back.
func Format(b *Block) string {
	p := printer{b: b}
	fmt.Fprintf(&p.s, "block %#x", b.PC)
	if b.TSO {
		p.s.WriteString(" tso")
	}
	p.s.WriteByte('\n')
	for i := range b.Ops {
		if b.Ops[i].Code != InsnStart {
			p.s.WriteByte(' ')
		}
		p.op(&b.Ops[i])
		p.s.WriteByte('\n')
	}
	return p.s.String()
}

// FormatOp returns the text form of one op of b; locals are numbered as temps.
func FormatOp(b *Block, o *Op) string {
	p := printer{b: b, raw: true}
	p.op(o)
	return p.s.String()
}

type printer struct {
	s     strings.Builder
	b     *Block
	raw   bool
	local map[Temp]int
}

func (p *printer) temp(t Temp) {
	if t == NoTemp {
		p.s.WriteByte('_')
		return
	}
	if int(t) >= len(p.b.Temps) {
		fmt.Fprintf(&p.s, "?%d", t)
		return
	}
	info := &p.b.Temps[t]
	switch info.Kind {
	case Global:
		p.s.WriteString(p.b.Globals[t].Name)
	case Const:
		fmt.Fprintf(&p.s, "$%#x", info.Val.Lo)
		if info.Type == V128 {
			fmt.Fprintf(&p.s, ":%#x", info.Val.Hi)
		}
	default:
		n := int(t)
		if !p.raw {
			if p.local == nil {
				p.local = map[Temp]int{}
			}
			if _, ok := p.local[t]; !ok {
				p.local[t] = len(p.local) + 1
			}
			n = p.local[t]
		}
		if info.Type == V128 {
			fmt.Fprintf(&p.s, "%%v%d", n)
		} else {
			fmt.Fprintf(&p.s, "%%%d", n)
		}
	}
}

func (p *printer) op(o *Op) {
	if o.Code >= NumOps {
		fmt.Fprintf(&p.s, "op%d", o.Code)
		return
	}
	info := o.Code.Info()
	nout := info.NOut()
	for i := range nout {
		if i > 0 {
			p.s.WriteString(", ")
		}
		p.temp(o.A[i])
	}
	if nout > 0 {
		p.s.WriteString(" = ")
	}
	p.name(o, info)
	if info.Flags&MemOp != 0 {
		p.memInputs(o, info)
	} else {
		p.inputs(o.A[nout : nout+info.NIn()])
	}
	p.fields(o)
}

// name writes name.width:dwidth.cond{attrs}.
func (p *printer) name(o *Op, info *OpInfo) {
	p.s.WriteString(info.Name)
	if info.Widths != 0 || o.W != 0 || o.D != 0 {
		fmt.Fprintf(&p.s, ".%d", o.W.Bits())
		if o.D != 0 {
			fmt.Fprintf(&p.s, ":%d", o.D.Bits())
		}
	}
	if info.Flags&(CondFlags|CondCmp) != 0 {
		p.s.WriteByte('.')
		p.s.WriteString(o.Cond.String())
	}
	if o.Attr == 0 {
		return
	}
	sep := byte('{')
	for i, n := range attrNames {
		if o.Attr>>i&1 != 0 {
			p.s.WriteByte(sep)
			p.s.WriteString(n)
			sep = ','
		}
	}
	p.s.WriteByte('}')
}

// inputs writes inputs up to the last one that is used.
func (p *printer) inputs(in []Temp) {
	for len(in) > 0 && in[len(in)-1] == NoTemp {
		in = in[:len(in)-1]
	}
	for i, t := range in {
		if i > 0 {
			p.s.WriteByte(',')
		}
		p.s.WriteByte(' ')
		p.temp(t)
	}
}

func (p *printer) memInputs(o *Op, info *OpInfo) {
	nout := info.NOut()
	base, hasIndex := baseSlot(o.Code)
	for i := 0; i < info.NIn(); i++ {
		if i > 0 {
			p.s.WriteByte(',')
		}
		p.s.WriteByte(' ')
		if i != base {
			p.temp(o.A[nout+i])
			continue
		}
		p.s.WriteByte('[')
		p.temp(o.A[nout+i])
		if hasIndex {
			if x := o.A[nout+i+1]; x != NoTemp {
				p.s.WriteByte('+')
				p.temp(x)
				if o.Aux != 0 {
					fmt.Fprintf(&p.s, "<<%d", o.Aux)
				}
			}
			i++
		}
		if o.Imm != 0 {
			fmt.Fprintf(&p.s, "%+#x", o.Imm)
		}
		p.s.WriteByte(']')
	}
}

// fields writes the key=value parts.
func (p *printer) fields(o *Op) {
	aux := o.Aux
	switch immKindOf(o.Code) {
	case immPC:
		fmt.Fprintf(&p.s, " pc=%#x", uint64(o.Imm))
	case immLabel:
		fmt.Fprintf(&p.s, " label=%d", o.Imm)
	case immHelper:
		name := fmt.Sprintf("?%d", o.Imm)
		if uint64(o.Imm) < uint64(len(p.b.Helpers)) {
			name = p.b.Helpers[o.Imm].Name
		}
		fmt.Fprintf(&p.s, " helper=%s", name)
	case immCounter:
		fmt.Fprintf(&p.s, " slot=%d add=%d", o.CounterSlot(), o.CounterAmount())
	case immDisp:
		if base, hasIndex := baseSlot(o.Code); hasIndex && o.A[o.Code.Info().NOut()+base+1] != NoTemp {
			aux = 0
		}
	case immPlain:
		if o.Imm != 0 {
			fmt.Fprintf(&p.s, " imm=%#x", o.Imm)
		}
	}
	switch {
	case o.Code == ExitExc:
		fmt.Fprintf(&p.s, " exc=%v", ExcKind(aux))
	case aux == 0:
	case o.Code == InsnStart:
		fmt.Fprintf(&p.s, " len=%d", aux)
	default:
		fmt.Fprintf(&p.s, " aux=%d", aux)
	}
}
