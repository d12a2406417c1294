package instest

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
)

// Guest memory of a row: DataSize bytes, readable and writable, at DataBase; the code's pages, read-only
// and executable, at its address. Nothing else is mapped.
const (
	DataBase = 0x8000
	DataSize = 0x2000
)

// Variant is a way to run rows.
type Variant struct {
	Name  string
	Accel tcg.Accel
	Mode  softmmu.Mode
	Opt   string // tcg.Config's
	Hook  bool   // there are observers around every access
}

// Variants are all the ways; those with the JIT need a host that has one.
var Variants = []Variant{
	{"interp", tcg.AccelInterp, softmmu.TLB, "none", false},
	{"interp+opt", tcg.AccelInterp, softmmu.Direct, "", false},
	{"interp/observed", tcg.AccelInterp, softmmu.TLB, "", true},
	{"jit/direct", tcg.AccelJIT, softmmu.Direct, "", false},
	{"jit/tlb", tcg.AccelJIT, softmmu.TLB, "", false},
	{"jit/observed", tcg.AccelJIT, softmmu.Direct, "", true},
}

// Run runs one row and says what is wrong, "" for nothing. flags names the flags register, which is compared
// only when the row asks for it.
func Run(arch *cpu.Arch, flags string, row *Row, v Variant) (string, error) {
	as, err := softmmu.New(softmmu.Config{Mode: v.Mode})
	if err != nil {
		return "", err
	}
	defer as.Close()
	page := row.PC &^ 0xfff
	end := row.PC + uint64(len(row.Code))
	if err := as.Map(softmmu.Addr(page), (end-page+0xfff)&^0xfff, softmmu.RW, softmmu.Info{}); err != nil {
		return "", err
	}
	as.Write(softmmu.Addr(row.PC), row.Code)
	if err := as.Protect(softmmu.Addr(page), (end-page+0xfff)&^0xfff, softmmu.R|softmmu.X); err != nil {
		return "", err
	}
	if err := as.Map(DataBase, DataSize, softmmu.RW, softmmu.Info{}); err != nil {
		return "", err
	}
	c := tcg.Config{Arch: arch, Mem: as, Accel: v.Accel, Opt: v.Opt, Verify: true, CodeSize: 1 << 20}
	if v.Hook {
		c.Instr = observer{}
	}
	e, err := tcg.New(c)
	if err != nil {
		return "", err
	}
	defer e.Close()
	cpu := e.NewVCPU()
	r := runner{arch: arch, as: as, v: cpu, row: row, flags: flags}
	return r.run(), nil
}

type runner struct {
	arch  *cpu.Arch
	as    *softmmu.AddressSpace
	v     *tcg.VCPU
	row   *Row
	flags string
	want  map[int][]byte // registers by number
	mem   []byte
	b     strings.Builder
}

func (r *runner) run() string {
	n, text := r.disas()
	if text != r.row.Disasm {
		r.errorf("disassembly %q, want %q", text, r.row.Disasm)
	}
	r.want = map[int][]byte{}
	r.mem = make([]byte, DataSize)
	if !r.apply(r.row.In, true) {
		return r.b.String()
	}
	for i := range r.arch.Regs {
		reg := &r.arch.Regs[i]
		buf := make([]byte, reg.Size())
		reg.Read(r.v.State(), buf)
		if reg.Name != r.flags && !unwatched[reg.Name] {
			r.want[reg.Num] = buf
		}
	}
	pc := r.arch.Reg(r.arch.Roles.PC)
	end := r.row.PC
	if r.row.Exc == "" {
		end += uint64(len(r.row.Code))
	}
	r.want[pc.Num] = le(end, pc.Size())
	r.apply(r.row.Out, false)

	r.v.SetPC(r.row.PC)
	r.v.SetLimit(int64(n))
	stop := r.v.Run()
	r.checkStop(stop)
	for num, want := range r.want {
		reg := r.arch.Reg(num)
		got := make([]byte, reg.Size())
		reg.Read(r.v.State(), got)
		if !bytes.Equal(got, want) {
			r.errorf("%s = %s, want %s", reg.Name, number(got), number(want))
		}
	}
	got := make([]byte, DataSize)
	r.as.Read(DataBase, got)
	for i := range got {
		if got[i] != r.mem[i] {
			r.errorf("[%#x] = %02x, want %02x", DataBase+i, got[i], r.mem[i])
		}
	}
	return r.b.String()
}

// unwatched are registers nearly every x87 instruction changes: checked only where they are named.
var unwatched = map[string]bool{"fioff": true, "fiseg": true, "fop": true}

// disas returns how many instructions the row has, and their text.
func (r *runner) disas() (int, string) {
	var parts []string
	for i := 0; i < len(r.row.Code); {
		s, n := r.arch.Disas(r.row.Code[i:], r.row.PC+uint64(i))
		if n == 0 {
			return len(parts) + 1, strings.Join(append(parts, "(bad)"), "; ")
		}
		parts = append(parts, s)
		i += n
	}
	return len(parts), strings.Join(parts, "; ")
}

// apply sets registers and memory (now), or notes them as wanted.
func (r *runner) apply(as []Assign, now bool) bool {
	for _, a := range as {
		if a.Reg == "" {
			if a.Addr < DataBase || a.Addr+uint64(len(a.Val)) > DataBase+DataSize {
				r.errorf("[%#x] is not data", a.Addr)
				return false
			}
			copy(r.mem[a.Addr-DataBase:], a.Val)
			if now {
				r.as.Write(softmmu.Addr(a.Addr), a.Val)
			}
			continue
		}
		reg := r.arch.RegByName(a.Reg)
		if reg == nil {
			r.errorf("no register %s", a.Reg)
			return false
		}
		if now {
			reg.Write(r.v.State(), a.Val)
		} else {
			r.want[reg.Num] = a.Val[:reg.Size()]
		}
	}
	return true
}

func (r *runner) checkStop(s tcg.Stop) {
	switch {
	case r.row.Exc == "" && s.Kind != tcg.StopLimit:
		r.errorf("stopped by %v %v at %#x", s.Kind, s.Exc.Kind, s.Exc.Fault.Addr)
	case r.row.Exc == "":
	case s.Kind != tcg.StopException || s.Exc.Kind.String() != r.row.Exc:
		r.errorf("stopped by %v %v, want %s", s.Kind, s.Exc.Kind, r.row.Exc)
	case r.row.HasAddr && s.Exc.Fault.Addr != r.row.ExcAddr:
		r.errorf("fault at %#x, want %#x", s.Exc.Fault.Addr, r.row.ExcAddr)
	}
}

func (r *runner) errorf(f string, args ...any) { fmt.Fprintf(&r.b, f+"\n", args...) }

func le(v uint64, n int) []byte {
	b := make([]byte, n)
	for i := range min(n, 8) {
		b[i] = byte(v >> (8 * i))
	}
	return b
}

func number(b []byte) string {
	s := "0x"
	for i := len(b) - 1; i >= 0; i-- {
		s += fmt.Sprintf("%02x", b[i])
	}
	return s
}
