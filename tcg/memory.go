package tcg

import (
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg/ir"
)

// memory is guest memory as the IR's executors see it.
type memory struct{ as *softmmu.AddressSpace }

var faultKinds = [...]ir.FaultKind{
	softmmu.FaultNone:       ir.FaultNone,
	softmmu.FaultUnmapped:   ir.FaultUnmapped,
	softmmu.FaultPerm:       ir.FaultPerm,
	softmmu.FaultMisaligned: ir.FaultAlign,
	softmmu.FaultRange:      ir.FaultRange,
	softmmu.FaultBus:        ir.FaultBus,
}

// irFault translates softmmu's fault to the IR's.
func irFault(f softmmu.Fault) ir.Fault {
	r := ir.Fault{Addr: uint64(f.Addr), Kind: faultKinds[f.Kind]}
	switch f.Access {
	case softmmu.W:
		r.Access = ir.AccessWrite
	case softmmu.X:
		r.Access = ir.AccessFetch
	}
	return r
}

// Load implements ir.Memory.
func (m *memory) Load(addr uint64, w ir.Width) (ir.Val, ir.Fault) {
	lo, hi, f := m.as.Load(softmmu.Addr(addr), int(w.Bytes()))
	if !f.OK() {
		return ir.Val{}, irFault(f)
	}
	return ir.Val{Lo: lo, Hi: hi}, ir.Fault{}
}

// Store implements ir.Memory.
func (m *memory) Store(addr uint64, w ir.Width, v ir.Val) ir.Fault {
	if f := m.as.Store(softmmu.Addr(addr), int(w.Bytes()), v.Lo, v.Hi); !f.OK() {
		return irFault(f)
	}
	return ir.Fault{}
}

// Atomic implements ir.Memory.
func (m *memory) Atomic(op ir.Opcode, addr uint64, w ir.Width, arg, cmp ir.Val) (ir.Val, ir.Fault) {
	a, n := softmmu.Addr(addr), int(w.Bytes())
	if op == ir.Cas || op == ir.CasV {
		lo, hi, f := m.as.Cas(a, n, cmp.Lo, cmp.Hi, arg.Lo, arg.Hi)
		if !f.OK() {
			return ir.Val{}, irFault(f)
		}
		return ir.Val{Lo: lo, Hi: hi}, ir.Fault{}
	}
	old, f := m.as.RMW(a, n, func(old uint64) uint64 { return ir.EvalAtomic(op, w, old, arg.Lo) })
	if !f.OK() {
		return ir.Val{}, irFault(f)
	}
	return ir.Val{Lo: old}, ir.Fault{}
}

// Read implements ir.Memory.
func (m *memory) Read(addr uint64, p []byte) ir.Fault {
	if _, f := m.as.Read(softmmu.Addr(addr), p); !f.OK() {
		return irFault(f)
	}
	return ir.Fault{}
}

// Write implements ir.Memory.
func (m *memory) Write(addr uint64, p []byte) ir.Fault {
	if _, f := m.as.Write(softmmu.Addr(addr), p); !f.OK() {
		return irFault(f)
	}
	return ir.Fault{}
}
