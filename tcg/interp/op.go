package interp

import (
	"math/bits"
	"sync/atomic"

	"github.com/gotcg/gotcg/tcg/ir"
)

// ExecOp executes one op other than the control ops: pure ops, guest memory accesses, atomics,
// divisions, the FP environment and helper calls. in holds the op's inputs in order, zero for those
// that are NoTemp (it is handed on to helpers, so let it live outside the stack); helpers is the block's. When it returns false the op raised env.Exc: no output is
// to be written. Counters and CounterUndo are the caller's business.
func ExecOp(env *ir.Env, o *ir.Op, helpers []*ir.Helper, in *[5]ir.Val) (r, r2 ir.Val, ok bool) {
	info := o.Code.Info()
	switch {
	case info.Flags&ir.UsesEnv != 0:
		return execFP(env, o, in)
	case info.Flags&ir.Pure != 0:
		r, r2 = ir.Eval(o, in, nil)
		return r, r2, true
	case info.Flags&ir.MemOp != 0:
		r, ok = execMem(env, o, in)
		return r, r2, ok
	}
	switch o.Code {
	case ir.Div2U, ir.Div2S:
		r.Lo, r2.Lo, ok = ir.EvalDiv(o.Code, o.W, in[0].Lo, in[1].Lo, in[2].Lo)
		if !ok {
			env.Raise(ir.Exception{Kind: ir.ExcDivide, PC: env.PC})
		}
		return r, r2, ok
	case ir.Fence:
		if o.Aux&ir.FenceStLd != 0 {
			fence(env)
		}
		return r, r2, true
	case ir.GetEnv:
		return ir.Val{Lo: *env.FPEnv}, r2, true
	case ir.LdS:
		return ir.Val{Lo: loadI64(env.State, uint32(o.Imm))}, r2, true
	case ir.StS:
		storeI64(env.State, uint32(o.Imm), in[0].Lo)
		return r, r2, true
	case ir.SetEnv:
		*env.FPEnv = in[0].Lo
		return r, r2, true
	case ir.Call, ir.CallPure:
		r = helpers[o.Imm].Fn(env, (*[4]ir.Val)(in[:4]))
		return r, r2, env.Exc.Kind == ir.ExcNone
	}
	return r, r2, true // Nop, InsnStart, CounterUndo: nothing to do here
}

// execFP evaluates an op under the State's FP environment; exceptions it raises that are unmasked
// there end the instruction.
func execFP(env *ir.Env, o *ir.Op, in *[5]ir.Val) (r, r2 ir.Val, ok bool) {
	const all = 1<<6 - 1
	word := *env.FPEnv
	now := word &^ all
	r, r2 = ir.Eval(o, in, &now)
	// An unmasked invalid, denormal or zero-divide exception is found before computing: nothing
	// that comes after is reported (SDM vol. 1 11.5.1).
	const before = ir.FPInvalid | ir.FPDenormal | ir.FPDivZero
	if now&before&^(word>>ir.FPMaskShift) != 0 {
		now &^= all &^ before
	}
	*env.FPEnv = now | word&all
	if now&all&^(word>>ir.FPMaskShift) != 0 {
		env.Raise(ir.Exception{Kind: ir.ExcFP, PC: env.PC, Code: now & all &^ (word >> ir.FPMaskShift)})
		return r, r2, false
	}
	return r, r2, true
}

// Address returns the guest address of memory op o. in is as for ExecOp.
func Address(o *ir.Op, in *[5]ir.Val) uint64 {
	switch o.Code {
	case ir.Ld, ir.LdV:
		return in[0].Lo + in[1].Lo<<o.Aux + uint64(o.Imm)
	case ir.St, ir.StV:
		return in[1].Lo + in[2].Lo<<o.Aux + uint64(o.Imm)
	}
	return in[0].Lo + uint64(o.Imm)
}

func execMem(env *ir.Env, o *ir.Op, in *[5]ir.Val) (r ir.Val, ok bool) {
	addr := Address(o, in)
	if o.Attr&ir.Aligned != 0 && addr&15 != 0 {
		env.Raise(ir.Exception{Kind: ir.ExcProtection, PC: env.PC,
			Fault: ir.Fault{Addr: addr, Kind: ir.FaultAlign, Access: access(o.Code)}})
		return r, false
	}
	var f ir.Fault
	if o.Attr&ir.NatAlign != 0 && addr&uint64(o.W.Bytes()-1) != 0 {
		env.RaiseFault(ir.Fault{Addr: addr, Kind: ir.FaultAlign, Access: access(o.Code)})
		return r, false
	}
	switch o.Code {
	case ir.Ld, ir.LdV:
		r, f = env.Mem.Load(addr, o.W)
		r = finishLoad(o, r)
	case ir.St, ir.StV:
		v := in[0]
		if o.Attr&ir.BigEndian != 0 {
			v = swapBytes(o.W, v)
		}
		f = env.Mem.Store(addr, o.W, v)
		if o.Attr&ir.SC != 0 {
			fence(env)
		}
	case ir.Cas, ir.CasV:
		r, f = env.Mem.Atomic(o.Code, addr, o.W, in[2], in[1])
	default:
		r, f = env.Mem.Atomic(o.Code, addr, o.W, in[1], ir.Val{})
	}
	if !f.Ok() {
		env.RaiseFault(f)
		return r, false
	}
	return r, true
}

// fence keeps a load after it from passing a store before it. Memory's loads and stores keep every other order.
func fence(env *ir.Env) { atomic.SwapUint32(&env.Fence, 0) }

func access(c ir.Opcode) ir.Access {
	if c == ir.Ld || c == ir.LdV {
		return ir.AccessRead
	}
	return ir.AccessWrite
}

// finishLoad turns what memory gave into the op's output.
func finishLoad(o *ir.Op, v ir.Val) ir.Val {
	if o.Attr&ir.BigEndian != 0 {
		v = swapBytes(o.W, v)
	}
	if o.W < ir.W64 {
		v.Lo &= o.W.Mask()
		if o.Attr&ir.Signed != 0 {
			s := 64 - o.W.Bits()
			v.Lo = uint64(int64(v.Lo<<s)>>s) & o.D.Mask()
		}
	}
	if o.W != ir.W128 {
		v.Hi = 0
	}
	return v
}

func swapBytes(w ir.Width, v ir.Val) ir.Val {
	if w == ir.W128 {
		return ir.Val{Lo: bits.ReverseBytes64(v.Hi), Hi: bits.ReverseBytes64(v.Lo)}
	}
	return ir.Val{Lo: bits.ReverseBytes64(v.Lo) >> (64 - w.Bits())}
}
