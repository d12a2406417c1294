package backend

import (
	"math/bits"
	"slices"
	"sync/atomic"
	"unsafe"

	"github.com/gotcg/gotcg/tcg/ir"
)

// Packed is a block's Table in a compact form. Every memory access has a site and few are ever left by,
// so tables are kept as a few bytes a site, out of the garbage collector's sight, and opened when a site
// is first asked for.
type Packed struct {
	data    []byte
	helpers []*ir.Helper
	table   atomic.Pointer[Table]
}

// Arena is where packed tables live. It belongs to one goroutine at a time; what it made does not.
type Arena struct {
	free    []byte
	scratch []byte
}

const arenaChunk = 32 << 10

// keep returns a copy of b that lives as long as it is referred to.
func (a *Arena) keep(b []byte) []byte {
	n := len(b)
	if n > arenaChunk/4 {
		return slices.Clone(b)
	}
	if n > len(a.free) {
		a.free = make([]byte, arenaChunk)
	}
	c := a.free[:n:n]
	a.free = a.free[n:]
	copy(c, b)
	return c
}

// Pack sets p to t in the compact form. off is the offset in the code buffer of the block's code, to which
// t's own offsets are relative; those of the opened table are offsets in the code buffer.
func (a *Arena) Pack(p *Packed, t *Table, off uint32) {
	w := packer{b: a.scratch}
	w.uint(uint64(off))
	w.sites(t)
	w.consts(t.Consts)
	w.recipes(t.Recipes)
	w.uint(uint64(len(t.Undos)))
	for _, u := range t.Undos {
		w.uint(uint64(u.Slot))
		w.int(int64(u.Amount))
	}
	w.uint(uint64(t.Tally.Slot)<<4 | uint64(t.Tally.Reg))
	a.scratch = w.b
	p.data = a.keep(w.b[:w.n])
	p.helpers = slices.Clone(t.Helpers)
}

// Table opens the table. Any goroutine may call it; all get the same one.
func (p *Packed) Table() *Table {
	if t := p.table.Load(); t != nil {
		return t
	}
	r := unpacker{b: p.data}
	off := uint32(r.uint())
	t := &Table{Helpers: p.helpers}
	r.sites(t, off)
	t.Consts = make([]ir.Val, r.uint())
	for i := range t.Consts {
		t.Consts[i] = ir.Val{Lo: r.uint(), Hi: r.uint()}
	}
	t.Recipes = make([]Recipe, r.uint())
	for i := range t.Recipes {
		x := &t.Recipes[i]
		r.op(&x.Op)
		x.Undo = UndoKind(r.byte())
		for k := range x.Args {
			x.Args[k] = r.loc()
		}
	}
	t.Undos = make([]Undo, r.uint())
	for i := range t.Undos {
		t.Undos[i] = Undo{Slot: uint32(r.uint()), Amount: int32(r.int())}
	}
	tally := r.uint()
	t.Tally = Tally{Reg: uint8(tally & 15), Slot: uint32(tally >> 4)}
	if !p.table.CompareAndSwap(nil, t) {
		return p.table.Load()
	}
	return t
}

// Bytes returns the size of the packed form.
func (p *Packed) Bytes() int { return len(p.data) + int(unsafe.Sizeof(*p)) }

// A site begins with its kind and these bits.
const (
	packSamePC   = 1 << 3 // PC and Insn as the site before
	packHost     = 1 << 4 // has a Host
	packSameRecs = 1 << 5 // Recs as the site before
	packUndo     = 1 << 6 // has Undos
	packSameOp   = 1 << 7 // Op and Args as the site before
)

// packer writes to b[:n]; b is as long as its memory. What writes a lot makes room first and keeps both in variables.
type packer struct {
	b []byte
	n int
}

// Most bytes of what is written.
const (
	maxUint = 10
	maxOp   = 3 + 1 + 1 + 2*maxUint
)

// room makes b long enough for n more bytes.
func (w *packer) room(n int) {
	if len(w.b)-w.n < n {
		w.b = append(w.b, make([]byte, n+len(w.b))...)
		w.b = w.b[:cap(w.b)]
	}
}

// putUint writes v to b[n:], seven bits a byte, and returns where it ends. The functions like it do so too.
func putUint(b []byte, n int, v uint64) int {
	if v < 0x80 {
		b[n] = byte(v)
		return n + 1
	}
	return putLong(b, n, v)
}

func putLong(b []byte, n int, v uint64) int {
	for v >= 0x80 {
		b[n] = byte(v) | 0x80
		n++
		v >>= 7
	}
	b[n] = byte(v)
	return n + 1
}

func putInt(b []byte, n int, v int64) int { return putUint(b, n, uint64(v<<1)^uint64(v>>63)) }

// putLoc writes a location with its kind in the low bits.
func putLoc(b []byte, n int, l Loc) int {
	return putUint(b, n, uint64(bits.RotateLeft32(uint32(l), 8)&0xff)|uint64(l.N())<<4)
}

// putOp writes what is looked at in the op of a site: all but the temps.
func putOp(b []byte, n int, o *ir.Op) int {
	var rest byte
	if o.Cond != 0 {
		rest |= 1
	}
	if o.Aux != 0 {
		rest |= 2
	}
	if o.Attr != 0 {
		rest |= 4
	}
	if o.Imm != 0 {
		rest |= 8
	}
	b = b[:n+maxOp]
	b[n], b[n+1], b[n+2] = byte(o.Code), byte(o.Code>>8)<<4|rest, byte(o.W)|byte(o.D)<<4
	n += 3
	if rest == 0 {
		return n
	}
	if rest&1 != 0 {
		b[n] = byte(o.Cond)
		n++
	}
	if rest&2 != 0 {
		b[n] = o.Aux
		n++
	}
	if rest&4 != 0 {
		n = putUint(b, n, uint64(o.Attr))
	}
	if rest&8 != 0 {
		n = putInt(b, n, o.Imm)
	}
	return n
}

func (w *packer) uint(v uint64) {
	w.room(maxUint)
	w.n = putUint(w.b, w.n, v)
}

func (w *packer) int(v int64) {
	w.room(maxUint)
	w.n = putInt(w.b, w.n, v)
}

func (w *packer) sites(t *Table) {
	w.uint(uint64(len(t.Sites)))
	prev := &Site{}
	code := uint32(0) // offset of the last code position written
	for i := range t.Sites {
		s := &t.Sites[i]
		head := byte(s.Kind)
		if i > 0 && s.PC == prev.PC && s.Insn == prev.Insn {
			head |= packSamePC
		}
		if s.Host != NoOffset {
			head |= packHost
		}
		if i > 0 && s.Recs == prev.Recs && s.NRecs == prev.NRecs {
			head |= packSameRecs
		}
		if s.NUndo != 0 {
			head |= packUndo
		}
		if i > 0 && s.Args == prev.Args && s.NArgs == prev.NArgs && s.Op == prev.Op {
			head |= packSameOp
		}
		w.room(1 + maxOp + maxUint*(9+int(s.NArgs)+2*int(s.NRecs)))
		b, n := w.b, w.n
		b[n] = head
		n++
		if head&packSamePC == 0 {
			n = putInt(b, n, int64(s.PC-prev.PC))
			n = putUint(b, n, uint64(s.Insn-prev.Insn))
		}
		if head&packHost != 0 {
			n = putInt(b, n, int64(s.Host)-int64(code))
			code = s.Host
		}
		n = putInt(b, n, int64(s.Resume)-int64(code))
		code = s.Resume
		if head&packSameOp == 0 {
			n = putOp(b, n, &s.Op)
			b[n] = s.NArgs
			n++
			for _, l := range t.Locs[s.Args : s.Args+uint32(s.NArgs)] {
				n = putLoc(b, n, l)
			}
		}
		if head&packSameRecs == 0 {
			n = putUint(b, n, uint64(s.NRecs))
			for _, r := range t.Recs[s.Recs : s.Recs+uint32(s.NRecs)] {
				n = putUint(b, n, uint64(r.Global))
				n = putLoc(b, n, r.Loc)
			}
		}
		if head&packUndo != 0 {
			n = putUint(b, n, uint64(s.Undo))
			n = putUint(b, n, uint64(s.NUndo))
		}
		if s.Kind == SiteCall || s.Kind == SitePure {
			n = putUint(b, n, uint64(s.Helper))
		}
		w.n, prev = n, s
	}
}

func (w *packer) consts(l []ir.Val) {
	w.room(maxUint * (1 + 2*len(l)))
	b, n := w.b, putUint(w.b, w.n, uint64(len(l)))
	for i := range l {
		n = putUint(b, n, l[i].Lo)
		n = putUint(b, n, l[i].Hi)
	}
	w.n = n
}

// recipes writes how to compute flags.
func (w *packer) recipes(l []Recipe) {
	w.uint(uint64(len(l)))
	for i := range l {
		r := &l[i]
		w.room(maxOp + 1 + maxUint*len(r.Args))
		n := putOp(w.b, w.n, &r.Op)
		w.b[n] = byte(r.Undo)
		n++
		for _, l := range r.Args {
			n = putLoc(w.b, n, l)
		}
		w.n = n
	}
}

type unpacker struct{ b []byte }

func (r *unpacker) byte() byte {
	b := r.b[0]
	r.b = r.b[1:]
	return b
}

func (r *unpacker) uint() (v uint64) {
	for s := 0; ; s += 7 {
		b := r.byte()
		v |= uint64(b&0x7f) << s
		if b < 0x80 {
			return v
		}
	}
}

func (r *unpacker) int() int64 {
	v := r.uint()
	return int64(v>>1) ^ -int64(v&1)
}

func (r *unpacker) loc() Loc {
	v := uint32(r.uint())
	return Loc(v&15<<24 | v>>4)
}

func (r *unpacker) op(o *ir.Op) {
	o.Code = ir.Opcode(r.byte())
	rest := r.byte()
	o.Code |= ir.Opcode(rest>>4) << 8
	w := r.byte()
	o.W, o.D = ir.Width(w&15), ir.Width(w>>4)
	if rest&1 != 0 {
		o.Cond = ir.Cond(r.byte())
	}
	if rest&2 != 0 {
		o.Aux = r.byte()
	}
	if rest&4 != 0 {
		o.Attr = ir.Attr(r.uint())
	}
	if rest&8 != 0 {
		o.Imm = r.int()
	}
	for i := range o.A {
		o.A[i] = ir.NoTemp
	}
}

func (r *unpacker) sites(t *Table, off uint32) {
	t.Sites = make([]Site, r.uint())
	var prev Site
	code := uint32(0)
	for i := range t.Sites {
		s := &t.Sites[i]
		head := r.byte()
		s.Kind = SiteKind(head & 7)
		s.PC, s.Insn, s.Host = prev.PC, prev.Insn, NoOffset
		if head&packSamePC == 0 {
			s.PC += uint64(r.int())
			s.Insn += uint16(r.uint())
		}
		if head&packHost != 0 {
			code += uint32(r.int())
			s.Host = code + off
		}
		code += uint32(r.int())
		s.Resume = code + off
		if head&packSameOp != 0 {
			s.Op, s.NArgs, s.Args = prev.Op, prev.NArgs, prev.Args
		} else {
			r.op(&s.Op)
			s.NArgs, s.Args = r.byte(), uint32(len(t.Locs))
			for range s.NArgs {
				t.Locs = append(t.Locs, r.loc())
			}
		}
		s.NRecs, s.Recs = prev.NRecs, prev.Recs
		if head&packSameRecs == 0 {
			s.NRecs, s.Recs = uint16(r.uint()), uint32(len(t.Recs))
			for range s.NRecs {
				t.Recs = append(t.Recs, Rec{Global: ir.Temp(r.uint()), Loc: r.loc()})
			}
		}
		if head&packUndo != 0 {
			s.Undo, s.NUndo = uint16(r.uint()), uint16(r.uint())
		}
		if s.Kind == SiteCall || s.Kind == SitePure {
			s.Helper = uint16(r.uint())
		}
		prev = *s
	}
}
