package x86

import "github.com/gotcg/gotcg/tcg/ir"

// vecSSE3 has SSE3, SSSE3 and SSE4; SDM vol. 1 ch. 12.
var vecSSE3 = [...]vrow{
	MOVSLDUP: {fn: vDup, op: ir.VTrn, w: ir.W32},
	MOVSHDUP: {fn: vDup, op: ir.VTrn, w: ir.W32, attr: ir.High},
	MOVDDUP:  {fn: vDup, op: ir.VZip, w: ir.W64},
	HADDPS:   {fn: fHoriz, op: ir.FAdd, w: ir.W32},
	HADDPD:   {fn: fHoriz, op: ir.FAdd, w: ir.W64},
	HSUBPS:   {fn: fHoriz, op: ir.FSub, w: ir.W32},
	HSUBPD:   {fn: fHoriz, op: ir.FSub, w: ir.W64},
	ADDSUBPS: {vBin, ir.FAddSub, ir.W32, 0, 0},
	ADDSUBPD: {vBin, ir.FAddSub, ir.W64, 0, 0},

	PSHUFB:    {fn: vPshufb},
	PHADDW:    {vHoriz, ir.VAdd, ir.W16, 0, 0},
	PHADDD:    {vHoriz, ir.VAdd, ir.W32, 0, 0},
	PHADDSW:   {vHoriz, ir.VAdd, ir.W16, ir.Saturate | ir.Signed, 0},
	PHSUBW:    {vHoriz, ir.VSub, ir.W16, 0, 0},
	PHSUBD:    {vHoriz, ir.VSub, ir.W32, 0, 0},
	PHSUBSW:   {vHoriz, ir.VSub, ir.W16, ir.Saturate | ir.Signed, 0},
	PMADDUBSW: {fn: vMaddUBS},
	PSIGNB:    {fn: vSign, w: ir.W8},
	PSIGNW:    {fn: vSign, w: ir.W16},
	PSIGND:    {fn: vSign, w: ir.W32},
	PMULHRSW:  {fn: vMulHRS},
	PABSB:     {vUn, ir.VAbs, ir.W8, 0, 0},
	PABSW:     {vUn, ir.VAbs, ir.W16, 0, 0},
	PABSD:     {vUn, ir.VAbs, ir.W32, 0, 0},
	PALIGNR:   {fn: vAlignR},

	PBLENDVB:   {fn: vBlendV, w: ir.W8},
	BLENDVPS:   {fn: vBlendV, w: ir.W32},
	BLENDVPD:   {fn: vBlendV, w: ir.W64},
	BLENDPS:    {fn: vBlend, w: ir.W32},
	BLENDPD:    {fn: vBlend, w: ir.W64},
	PBLENDW:    {fn: vBlend, w: ir.W16},
	PTEST:      {fn: vTest},
	PMOVSXBW:   {fn: vExtend, w: ir.W8, aux: 1, attr: ir.Signed},
	PMOVSXBD:   {fn: vExtend, w: ir.W8, aux: 2, attr: ir.Signed},
	PMOVSXBQ:   {fn: vExtend, w: ir.W8, aux: 3, attr: ir.Signed},
	PMOVSXWD:   {fn: vExtend, w: ir.W16, aux: 1, attr: ir.Signed},
	PMOVSXWQ:   {fn: vExtend, w: ir.W16, aux: 2, attr: ir.Signed},
	PMOVSXDQ:   {fn: vExtend, w: ir.W32, aux: 1, attr: ir.Signed},
	PMOVZXBW:   {fn: vExtend, w: ir.W8, aux: 1},
	PMOVZXBD:   {fn: vExtend, w: ir.W8, aux: 2},
	PMOVZXBQ:   {fn: vExtend, w: ir.W8, aux: 3},
	PMOVZXWD:   {fn: vExtend, w: ir.W16, aux: 1},
	PMOVZXWQ:   {fn: vExtend, w: ir.W16, aux: 2},
	PMOVZXDQ:   {fn: vExtend, w: ir.W32, aux: 1},
	PMULDQ:     {vBin, ir.VMulEven, ir.W32, ir.Signed, 0},
	PMULLD:     {vBin, ir.VMul, ir.W32, 0, 0},
	PCMPEQQ:    {vEq, ir.VCmpEQ, ir.W64, 0, 0},
	PCMPGTQ:    {vBin, ir.VCmpGT, ir.W64, ir.Signed, 0},
	PACKUSDW:   {vPack, ir.VPack, ir.W32, 0, 0},
	PMINSB:     {vBin, ir.VMin, ir.W8, ir.Signed, 0},
	PMINSD:     {vBin, ir.VMin, ir.W32, ir.Signed, 0},
	PMINUW:     {vBin, ir.VMin, ir.W16, 0, 0},
	PMINUD:     {vBin, ir.VMin, ir.W32, 0, 0},
	PMAXSB:     {vBin, ir.VMax, ir.W8, ir.Signed, 0},
	PMAXSD:     {vBin, ir.VMax, ir.W32, ir.Signed, 0},
	PMAXUW:     {vBin, ir.VMax, ir.W16, 0, 0},
	PMAXUD:     {vBin, ir.VMax, ir.W32, 0, 0},
	PHMINPOSUW: {fn: vMinPos},
	MPSADBW:    {fn: vMPSad},
	ROUNDPS:    {fn: fRound, w: ir.W32},
	ROUNDPD:    {fn: fRound, w: ir.W64},
	ROUNDSS:    {fn: fRound, w: ir.W32, attr: ir.Scalar},
	ROUNDSD:    {fn: fRound, w: ir.W64, attr: ir.Scalar},
	DPPS:       {fn: fDot, w: ir.W32},
	DPPD:       {fn: fDot, w: ir.W64},
	INSERTPS:   {fn: vInsertPS},
	EXTRACTPS:  {fn: vExtract, w: ir.W32},
	PEXTRB:     {fn: vExtract, w: ir.W8},
	PEXTRD:     {fn: vExtract},
	PINSRB:     {fn: vInsert, w: ir.W8},
	PINSRD:     {fn: vInsert},
	CRC32:      {fn: vCRC32},
	PCMPESTRM:  {fn: vStr},
	PCMPESTRI:  {fn: vStr},
	PCMPISTRM:  {fn: vStr},
	PCMPISTRI:  {fn: vStr},

	AESENC:          {fn: vAES, aux: ir.AesEnc},
	AESENCLAST:      {fn: vAES, aux: ir.AesEncLast},
	AESDEC:          {fn: vAES, aux: ir.AesDec},
	AESDECLAST:      {fn: vAES, aux: ir.AesDecLast},
	AESIMC:          {fn: vAESIMC},
	AESKEYGENASSIST: {fn: vAESKeygen},
	PCLMULQDQ:       {fn: vClmul},
}

// vPshufb is PSHUFB; the MMX form indexes 8 bytes.
func vPshufb(t *trans, _ *vrow) {
	d := t.in.Args[0]
	a := t.vread(&d)
	s := t.vread(&t.in.Args[1])
	if d.Kind == ArgMMX {
		s = t.b.V(ir.VAnd, 0, 0, s, t.b.ConstV(0x8787878787878787, 0))
	}
	t.vwrite(&d, t.b.V(ir.VPshufb, 0, 0, a, s))
}

// vHoriz is PHADD* and PHSUB*: op on the even and the odd lanes of both operands.
func vHoriz(t *trans, r *vrow) {
	d := t.in.Args[0]
	a := t.vread(&d)
	s := t.vread(&t.in.Args[1])
	if d.Kind == ArgMMX {
		a = t.vpair(a, s)
		s = a
	}
	even := t.b.V(ir.VUzp, r.w, 0, a, s)
	odd := t.b.V(ir.VUzp, r.w, ir.High, a, s)
	t.vwrite(&d, t.b.V(r.op, r.w, r.attr, even, odd))
}

// vMaddUBS is PMADDUBSW: products of unsigned bytes of the destination and signed ones of the source,
// added in pairs with saturation. Each product fits a signed word.
func vMaddUBS(t *trans, _ *vrow) {
	b, d := t.b, t.in.Args[0]
	a := t.vread(&d)
	s := t.vread(&t.in.Args[1])
	evenA := b.V(ir.VAnd, 0, 0, a, b.ConstV(0x00ff00ff00ff00ff, 0x00ff00ff00ff00ff))
	evenS := b.VI(ir.VSarI, ir.W16, 0, 0, 8, b.VI(ir.VShlI, ir.W16, 0, 0, 8, s))
	oddA := b.VI(ir.VShrI, ir.W16, 0, 0, 8, a)
	oddS := b.VI(ir.VSarI, ir.W16, 0, 0, 8, s)
	even := b.V(ir.VMul, ir.W16, 0, evenA, evenS)
	odd := b.V(ir.VMul, ir.W16, 0, oddA, oddS)
	t.vwrite(&d, b.V(ir.VAdd, ir.W16, ir.Saturate|ir.Signed, even, odd))
}

// vSign is PSIGN*: the destination negated, zeroed or kept by the source's sign.
func vSign(t *trans, r *vrow) {
	b, d := t.b, t.in.Args[0]
	zero := b.ConstV(0, 0)
	a := t.vread(&d)
	s := t.vread(&t.in.Args[1])
	m := b.V(ir.VCmpGT, r.w, ir.Signed, zero, s)
	z := b.V(ir.VCmpEQ, r.w, 0, s, zero)
	v := b.V(ir.VSub, r.w, 0, b.V(ir.VXor, 0, 0, a, m), m)
	t.vwrite(&d, b.V(ir.VAndN, 0, 0, v, z))
}

// vMulHRS is PMULHRSW: bits 30:15 of the product, rounded by bit 14.
func vMulHRS(t *trans, _ *vrow) {
	b, d := t.b, t.in.Args[0]
	a := t.vread(&d)
	s := t.vread(&t.in.Args[1])
	lo := b.V(ir.VMul, ir.W16, 0, a, s)
	hi := b.V(ir.VMulH, ir.W16, ir.Signed, a, s)
	top := b.V(ir.VOr, 0, 0, b.VI(ir.VShlI, ir.W16, 0, 0, 1, hi), b.VI(ir.VShrI, ir.W16, 0, 0, 15, lo))
	round := b.VI(ir.VShrI, ir.W16, 0, 0, 15, b.VI(ir.VShlI, ir.W16, 0, 0, 1, lo))
	t.vwrite(&d, b.V(ir.VAdd, ir.W16, 0, top, round))
}

// vAlignR is PALIGNR: bytes of destination:source from the immediate on.
func vAlignR(t *trans, _ *vrow) {
	b, d := t.b, t.in.Args[0]
	n := t.in.Imm & 0xff
	zero := b.ConstV(0, 0)
	hi := t.vread(&d)
	lo := t.vread(&t.in.Args[1])
	if d.Kind == ArgMMX {
		lo, hi = t.vpair(lo, hi), zero
	}
	switch {
	case n >= 32:
		t.vwrite(&d, b.V(ir.VMov, 0, 0, zero))
	case n >= 16:
		t.vwrite(&d, b.VI(ir.VExtr, 0, 0, 0, n-16, hi, zero))
	default:
		t.vwrite(&d, b.VI(ir.VExtr, 0, 0, 0, n, lo, hi))
	}
}

// vBlendV is PBLENDVB and BLENDVP*: lanes of the source where XMM0's lanes are negative.
func vBlendV(t *trans, r *vrow) {
	b, d := t.b, t.in.Args[0]
	s := t.vread(&t.in.Args[1])
	m := b.V(ir.VCmpGT, r.w, ir.Signed, b.ConstV(0, 0), xmm(0))
	b.Set(xmm(d.Reg), b.V(ir.VSel, 0, 0, m, s, xmm(d.Reg)))
}

// laneMask returns all ones in the w lanes whose bit is set in bits.
func laneMask(w ir.Width, bits uint64) (m ir.Val) {
	n := uint(16) >> w
	for i := range n {
		if bits>>i&1 != 0 {
			m = m.WithLane(w, i, w.Mask())
		}
	}
	return m
}

// vBlend is BLENDPS, BLENDPD and PBLENDW: by the immediate's bits.
func vBlend(t *trans, r *vrow) {
	b, d := t.b, t.in.Args[0]
	s := t.vread(&t.in.Args[1])
	m := laneMask(r.w, uint64(t.in.Imm))
	b.Set(xmm(d.Reg), b.V(ir.VSel, 0, 0, b.ConstV(m.Lo, m.Hi), s, xmm(d.Reg)))
}

// vTest is PTEST: ZF when no bit is in both, CF when the source has none beyond the destination's.
func vTest(t *trans, _ *vrow) {
	b := t.b
	a := xmm(t.in.Args[0].Reg)
	s := t.vread(&t.in.Args[1])
	isZero := func(v ir.Temp) ir.Temp {
		any := b.Op2(ir.Or, ir.W64, b.VGet(ir.W64, ir.W64, false, v, 0), b.VGet(ir.W64, ir.W64, false, v, 1))
		return b.SetC(ir.W64, ir.EQ, any, t.c(0))
	}
	z := b.Op2i(ir.Shl, ir.W32, isZero(b.V(ir.VAnd, 0, 0, a, s)), 14)
	c := b.Op2i(ir.Shl, ir.W32, isZero(b.V(ir.VAndN, 0, 0, s, a)), 8)
	b.Set(tFlags, b.Op2i(ir.Or, ir.W32, b.Op2(ir.Or, ir.W32, z, c), ir.FlagOne))
}

// vExtend is PMOVSX* and PMOVZX*: aux doublings of lanes of w.
func vExtend(t *trans, r *vrow) {
	v := t.vread(&t.in.Args[1])
	for i := range r.aux {
		v = t.b.V(ir.VWiden, r.w+ir.Width(i), r.attr, v)
	}
	t.vwrite(&t.in.Args[0], v)
}

// fRound is ROUND*: the immediate has the mode in bits 1:0, bit 2 for MXCSR's, bit 3 against inexact.
func fRound(t *trans, r *vrow) {
	d := t.in.Args[0]
	s := t.vread(&t.in.Args[1])
	up := s
	if r.attr&ir.Scalar != 0 {
		up = xmm(d.Reg)
	}
	mode := [4]uint8{ir.RoundNear, ir.RoundDown, ir.RoundUp, ir.RoundZero}[t.in.Imm&3]
	if t.in.Imm&4 != 0 {
		mode = ir.RoundEnv
	}
	t.b.Set(xmm(d.Reg), t.b.VI(ir.FRint, r.w, r.attr, mode, t.in.Imm>>3&1, up, s))
}

// fDot is DPPS and DPPD: products of the lanes the immediate's high bits choose, summed in pairs, to the lanes
// that its low bits choose. Lanes not chosen must raise nothing, so they are zeroed first.
func fDot(t *trans, r *vrow) {
	b, d := t.b, t.in.Args[0]
	s := t.vread(&t.in.Args[1])
	in := laneMask(r.w, uint64(t.in.Imm)>>4&15)
	out := laneMask(r.w, uint64(t.in.Imm)&15)
	m := b.ConstV(in.Lo, in.Hi)
	p := b.V(ir.FMul, r.w, 0, b.V(ir.VAnd, 0, 0, xmm(d.Reg), m), b.V(ir.VAnd, 0, 0, s, m))
	p = b.V(ir.VAnd, 0, 0, p, m) // a negative zero of an unchosen lane
	for n := uint(16) >> r.w; n > 1; n /= 2 {
		even := b.V(ir.VUzp, r.w, 0, p, p)
		odd := b.V(ir.VUzp, r.w, ir.High, p, p)
		p = b.V(ir.FAdd, r.w, 0, even, odd)
	}
	b.Set(xmm(d.Reg), b.V(ir.VAnd, 0, 0, p, b.ConstV(out.Lo, out.Hi)))
}

// vInsertPS is INSERTPS.
func vInsertPS(t *trans, _ *vrow) {
	b, d, s := t.b, t.in.Args[0], t.in.Args[1]
	imm := uint64(t.in.Imm)
	from := int64(imm >> 6 & 3)
	if s.Kind == ArgMem {
		from = 0
	}
	v := b.VI(ir.VInsV, ir.W32, 0, uint8(imm>>4&3), from, xmm(d.Reg), t.vread(&s))
	keep := laneMask(ir.W32, ^imm)
	b.Set(xmm(d.Reg), b.V(ir.VAnd, 0, 0, v, b.ConstV(keep.Lo, keep.Hi)))
}

// vCRC32 is CRC32, with Castagnoli's polynomial.
func vCRC32(t *trans, _ *vrow) {
	d, s := t.in.Args[0], t.in.Args[1]
	v := t.b.Op2(ir.Crc32, width(s.Size), ir.Temp(d.Reg), t.get(1))
	t.lastOp().Aux = 1
	t.b.Set(ir.Temp(d.Reg), v)
}

// vAES is the AES rounds.
func vAES(t *trans, r *vrow) {
	d := t.in.Args[0]
	s := t.vread(&t.in.Args[1])
	t.b.Set(xmm(d.Reg), t.b.VI(ir.VAes, 0, 0, r.aux, 0, xmm(d.Reg), s))
}

func vAESIMC(t *trans, _ *vrow) {
	s := t.vread(&t.in.Args[1])
	t.vwrite(&t.in.Args[0], t.b.VI(ir.VAes, 0, 0, ir.AesMixInv, 0, s, t.b.ConstV(0, 0)))
}

// vAESKeygen is AESKEYGENASSIST: words 1 and 3 of the source substituted, and these rotated with the
// round constant. AesEncLast substitutes and shifts rows; bytes are put where the shift undoes itself.
func vAESKeygen(t *trans, _ *vrow) {
	b := t.b
	s := t.vread(&t.in.Args[1])
	// Every column the same: shifting rows has no effect then.
	zero := b.ConstV(0, 0)
	x1 := b.VI(ir.VAes, 0, 0, ir.AesEncLast, 0, b.VI(ir.VShuf, ir.W32, 0, 0, 0x55, s), zero)
	x3 := b.VI(ir.VAes, 0, 0, ir.AesEncLast, 0, b.VI(ir.VShuf, ir.W32, 0, 0, 0xff, s), zero)
	v := b.V(ir.VZip, ir.W64, 0, x1, x3) // x1 x1 x3 x3
	rot := b.V(ir.VOr, 0, 0, b.VI(ir.VShrI, ir.W32, 0, 0, 8, v), b.VI(ir.VShlI, ir.W32, 0, 0, 24, v))
	rcon := uint64(t.in.Imm&0xff) << 32
	rot = b.V(ir.VXor, 0, 0, rot, b.ConstV(rcon, rcon))
	odd := b.ConstV(0xffffffff<<32, 0xffffffff<<32)
	t.vwrite(&t.in.Args[0], b.V(ir.VSel, 0, 0, odd, rot, v))
}

// vClmul is PCLMULQDQ.
func vClmul(t *trans, _ *vrow) {
	d := t.in.Args[0]
	s := t.vread(&t.in.Args[1])
	t.b.Set(xmm(d.Reg), t.b.VI(ir.VClmul, 0, 0, 0, t.in.Imm&0x11, xmm(d.Reg), s))
}
