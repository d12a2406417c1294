package ir

// Accesses says what a memory op, or a block, does to memory.
type Accesses uint8

// Kinds of access; atomic ops do both.
const (
	Loads Accesses = 1 << iota
	Stores
)

// Accesses returns what memory op o does.
func (o *Op) Accesses() Accesses { return accesses[o.Code] }

// accesses are those of the memory ops.
var accesses = [NumOps]Accesses{
	Ld: Loads, LdV: Loads, St: Stores, StV: Stores,
	Cas: Loads | Stores, CasV: Loads | Stores, AtXchg: Loads | Stores, AtAdd: Loads | Stores, AtAnd: Loads | Stores,
	AtOr: Loads | Stores, AtXor: Loads | Stores, AtMinS: Loads | Stores, AtMaxS: Loads | Stores, AtMinU: Loads | Stores,
	AtMaxU: Loads | Stores,
}

// AddressTemps returns the temps that memory op o's address is made of; index may be NoTemp.
func (o *Op) AddressTemps() (base, index Temp) {
	switch o.Code {
	case Ld, LdV, St, StV:
		return o.A[1], o.A[2]
	}
	return o.A[1], NoTemp
}

// Address appends ops that compute the guest address of memory op o, in a temp of its own: base and index
// may be overwritten by the access.
func (b *Builder) Address(o *Op) Temp {
	base, index := o.AddressTemps()
	a := b.Op2i(Add, W64, base, uint64(o.Imm))
	if index == NoTemp {
		return a
	}
	if o.Aux != 0 {
		index = b.Op2i(Shl, W64, index, uint64(o.Aux))
	}
	return b.Op2(Add, W64, a, index)
}
