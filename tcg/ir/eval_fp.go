package ir

func evalFP(o *Op, in *[5]Val, env *uint64) Val { return Val{} }

func evalFCmpF(o *Op, in *[5]Val, env *uint64) uint64 { return FlagOne }
