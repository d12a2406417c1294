package ir

// RepLayout tells which globals of a guest are x86's registers of the repeated string instructions.
type RepLayout struct {
	Count, Src, Dst, Acc Temp
	// Down is not 0 in the bits DownMask while they go downwards.
	Down     Temp
	DownMask uint32
}

// RepKind says which repeated string instruction a helper is, with the registers of Arch.Rep. The helper's first input is a
// constant: element size in bytes (8 bits), address size in bytes (8 bits); the second is the base of the source's segment.
// The output is 0 when all iterations are done. The helper does those that the registers say are left, so a backend may have
// done some of them in place.
type RepKind uint8

// The kinds.
const (
	RepNone RepKind = iota
	RepMovs
	RepStos
)
