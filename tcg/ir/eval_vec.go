package ir

func evalVec(o *Op, in *[5]Val) Val {
	if o.Code == VMov {
		return in[0]
	}
	return Val{}
}
