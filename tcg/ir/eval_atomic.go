package ir

// EvalAtomic is the new value an atomic read-modify-write op other than Cas leaves behind: W bits,
// from the old value and the operand.
func EvalAtomic(c Opcode, w Width, old, arg uint64) uint64 {
	sx := func(v uint64) int64 { s := 64 - w.Bits(); return int64(v<<s) >> s }
	old, arg = old&w.Mask(), arg&w.Mask()
	pick := func(first bool) uint64 {
		if first {
			return old
		}
		return arg
	}
	switch c {
	case AtAdd:
		return (old + arg) & w.Mask()
	case AtAnd:
		return old & arg
	case AtOr:
		return old | arg
	case AtXor:
		return old ^ arg
	case AtMinS:
		return pick(sx(old) <= sx(arg))
	case AtMaxS:
		return pick(sx(old) >= sx(arg))
	case AtMinU:
		return pick(old <= arg)
	case AtMaxU:
		return pick(old >= arg)
	}
	return arg // AtXchg
}
