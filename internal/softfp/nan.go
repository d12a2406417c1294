package softfp

const quietBit = 1 << 62

func (e *Env) defaultNaN() num {
	return num{cls: qnan, neg: e.Rules != Arm, hi: 3 << 62}
}

// invalid raises Invalid and returns the default NaN.
func (e *Env) invalid() num {
	e.raise(Invalid)
	return e.defaultNaN()
}

// quiet returns a NaN operand as a result: quieted, or the default NaN in DN mode.
func (e *Env) quiet(n num) num {
	if e.DN {
		return e.defaultNaN()
	}
	n.cls = qnan
	n.hi |= quietBit
	return n
}

// nan1 returns the result of an operation whose operand is a NaN.
func (e *Env) nan1(a num) num {
	if a.cls == unsupported {
		return e.invalid()
	}
	if a.cls == snan {
		e.raise(Invalid)
	}
	return e.quiet(a)
}

// nan2 returns the result of an operation of which at least one operand is a NaN.
func (e *Env) nan2(a, b num) num {
	if a.cls == unsupported || b.cls == unsupported {
		return e.invalid()
	}
	if a.cls == snan || b.cls == snan {
		e.raise(Invalid)
	}
	switch e.Rules {
	case X87:
		return e.quiet(larger(a, b))
	case Arm:
		if a.cls != snan && (b.cls == snan || a.cls != qnan) {
			return e.quiet(b)
		}
	default:
		if !a.isNaN() {
			return e.quiet(b)
		}
	}
	return e.quiet(a)
}

// larger picks between two x87 NaN operands: a quiet one beats a signalling one, then the larger
// significand wins, then the positive one. SDM vol. 1 table 4-7.
func larger(a, b num) num {
	switch {
	case !a.isNaN():
		return b
	case !b.isNaN():
		return a
	case a.cls != b.cls:
		if a.cls == qnan {
			return a
		}
		return b
	case a.hi != b.hi:
		if a.hi > b.hi {
			return a
		}
		return b
	case a.neg:
		return b
	}
	return a
}

// nan3 is nan2 for a multiplication a×b and an addend c; zeroTimesInf tells that the product is invalid.
func (e *Env) nan3(a, b, c num, zeroTimesInf bool) num {
	ns := [3]num{a, b, c}
	if e.Rules == Arm {
		ns = [3]num{c, a, b}
		if c.cls == qnan && zeroTimesInf {
			return e.invalid()
		}
	}
	for _, n := range ns {
		if n.cls == snan {
			e.raise(Invalid)
			if e.Rules == Arm {
				return e.quiet(n)
			}
		}
	}
	for _, n := range ns {
		if n.isNaN() {
			return e.quiet(n)
		}
	}
	return e.invalid()
}

// operands raises x86's denormal-operand flag; ops call it once NaNs and invalid operands are out.
func (e *Env) operands(a, b num) {
	if (a.denorm || b.denorm) && e.Rules != Arm {
		e.raise(Denormal)
	}
}
