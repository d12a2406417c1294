package amd64

// Encodings of the vector instructions the lowering uses, in their legacy form; the VEX.128 form has
// the same prefix, map and opcode (SDM vol. 2).
const (
	xMOVUPS  = 0x10 | m0F // load; store is +1
	xMOVAPS  = 0x28 | m0F // load and register move; store is +1
	xMOVDQU  = 0x6f | m0F | pF3
	xMOVSSld = 0x10 | m0F | pF3 // load zeroes the rest; register form merges; store is +1
	xMOVSDld = 0x10 | m0F | pF2
	xMOVQld  = 0x7e | m0F | pF3 // xmm <- xmm/m64, zeroing
	xMOVQst  = 0xd6 | m0F | p66 // m64 <- xmm
	xMOVD    = 0x6e | m0F | p66 // xmm <- r32 (r64 with rexW); store is 7e
	xMOVDst  = 0x7e | m0F | p66
	xMOVHLPS = 0x12 | m0F
	xMOVLHPS = 0x16 | m0F

	xADDPS    = 0x58 | m0F
	xMULPS    = 0x59 | m0F
	xSUBPS    = 0x5c | m0F
	xMINPS    = 0x5d | m0F
	xDIVPS    = 0x5e | m0F
	xMAXPS    = 0x5f | m0F
	xSQRTPS   = 0x51 | m0F
	xANDPS    = 0x54 | m0F
	xANDNPS   = 0x55 | m0F
	xORPS     = 0x56 | m0F
	xXORPS    = 0x57 | m0F
	xMOVMSKPS = 0x50 | m0F // reg is general
	xUCOMISS  = 0x2e | m0F
	xCOMISS   = 0x2f | m0F
	xCMPPS    = 0xc2 | m0F
	xSHUFPS   = 0xc6 | m0F
	xUNPCKLP  = 0x14 | m0F
	xUNPCKHP  = 0x15 | m0F

	xCVTSI2SS  = 0x2a | m0F | pF3
	xCVTSI2SD  = 0x2a | m0F | pF2
	xCVTTSS2SI = 0x2c | m0F | pF3
	xCVTTSD2SI = 0x2c | m0F | pF2
	xCVTSS2SI  = 0x2d | m0F | pF3
	xCVTSD2SI  = 0x2d | m0F | pF2
	xCVTSS2SD  = 0x5a | m0F | pF3
	xCVTSD2SS  = 0x5a | m0F | pF2
	xCVTPS2PD  = 0x5a | m0F
	xCVTPD2PS  = 0x5a | m0F | p66
	xCVTDQ2PS  = 0x5b | m0F
	xCVTPS2DQ  = 0x5b | m0F | p66
	xCVTTPS2DQ = 0x5b | m0F | pF3
	xCVTDQ2PD  = 0xe6 | m0F | pF3
	xCVTPD2DQ  = 0xe6 | m0F | pF2
	xCVTTPD2DQ = 0xe6 | m0F | p66
	xROUNDPS   = 0x08 | m3A | p66
	xROUNDPD   = 0x09 | m3A | p66
	xROUNDSS   = 0x0a | m3A | p66
	xROUNDSD   = 0x0b | m3A | p66

	xPUNPCKLBW  = 0x60 | m0F | p66
	xPUNPCKLWD  = 0x61 | m0F | p66
	xPUNPCKLDQ  = 0x62 | m0F | p66
	xPACKSSWB   = 0x63 | m0F | p66
	xPCMPGTB    = 0x64 | m0F | p66
	xPCMPGTW    = 0x65 | m0F | p66
	xPCMPGTD    = 0x66 | m0F | p66
	xPACKUSWB   = 0x67 | m0F | p66
	xPUNPCKHBW  = 0x68 | m0F | p66
	xPUNPCKHWD  = 0x69 | m0F | p66
	xPUNPCKHDQ  = 0x6a | m0F | p66
	xPACKSSDW   = 0x6b | m0F | p66
	xPUNPCKLQDQ = 0x6c | m0F | p66
	xPUNPCKHQDQ = 0x6d | m0F | p66
	xPSHUFD     = 0x70 | m0F | p66
	xPSHUFHW    = 0x70 | m0F | pF3
	xPSHUFLW    = 0x70 | m0F | pF2
	xPSHIMMW    = 0x71 | m0F | p66 // digit 2 srl, 4 sra, 6 sll
	xPSHIMMD    = 0x72 | m0F | p66
	xPSHIMMQ    = 0x73 | m0F | p66 // digit 2 srl, 3 srldq, 6 sll, 7 slldq
	xPCMPEQB    = 0x74 | m0F | p66
	xPCMPEQW    = 0x75 | m0F | p66
	xPCMPEQD    = 0x76 | m0F | p66
	xPINSRW     = 0xc4 | m0F | p66
	xPEXTRW     = 0xc5 | m0F | p66
	xPSRLW      = 0xd1 | m0F | p66
	xPSRLD      = 0xd2 | m0F | p66
	xPSRLQ      = 0xd3 | m0F | p66
	xPADDQ      = 0xd4 | m0F | p66
	xPMULLW     = 0xd5 | m0F | p66
	xPMOVMSKB   = 0xd7 | m0F | p66
	xPSUBUSB    = 0xd8 | m0F | p66
	xPSUBUSW    = 0xd9 | m0F | p66
	xPMINUB     = 0xda | m0F | p66
	xPAND       = 0xdb | m0F | p66
	xPADDUSB    = 0xdc | m0F | p66
	xPADDUSW    = 0xdd | m0F | p66
	xPMAXUB     = 0xde | m0F | p66
	xPANDN      = 0xdf | m0F | p66
	xPAVGB      = 0xe0 | m0F | p66
	xPSRAW      = 0xe1 | m0F | p66
	xPSRAD      = 0xe2 | m0F | p66
	xPAVGW      = 0xe3 | m0F | p66
	xPMULHUW    = 0xe4 | m0F | p66
	xPMULHW     = 0xe5 | m0F | p66
	xPSUBSB     = 0xe8 | m0F | p66
	xPSUBSW     = 0xe9 | m0F | p66
	xPMINSW     = 0xea | m0F | p66
	xPOR        = 0xeb | m0F | p66
	xPADDSB     = 0xec | m0F | p66
	xPADDSW     = 0xed | m0F | p66
	xPMAXSW     = 0xee | m0F | p66
	xPXOR       = 0xef | m0F | p66
	xPSLLW      = 0xf1 | m0F | p66
	xPSLLD      = 0xf2 | m0F | p66
	xPSLLQ      = 0xf3 | m0F | p66
	xPMULUDQ    = 0xf4 | m0F | p66
	xPMADDWD    = 0xf5 | m0F | p66
	xPSADBW     = 0xf6 | m0F | p66
	xPSUBB      = 0xf8 | m0F | p66
	xPSUBW      = 0xf9 | m0F | p66
	xPSUBD      = 0xfa | m0F | p66
	xPSUBQ      = 0xfb | m0F | p66
	xPADDB      = 0xfc | m0F | p66
	xPADDW      = 0xfd | m0F | p66
	xPADDD      = 0xfe | m0F | p66

	// SSSE3
	xPSHUFB    = 0x00 | m38 | p66
	xPHADDW    = 0x01 | m38 | p66
	xPHADDD    = 0x02 | m38 | p66
	xPMADDUBSW = 0x04 | m38 | p66
	xPSIGNB    = 0x08 | m38 | p66
	xPSIGNW    = 0x09 | m38 | p66
	xPSIGND    = 0x0a | m38 | p66
	xPMULHRSW  = 0x0b | m38 | p66
	xPABSB     = 0x1c | m38 | p66
	xPABSW     = 0x1d | m38 | p66
	xPABSD     = 0x1e | m38 | p66
	xPALIGNR   = 0x0f | m3A | p66

	// SSE4.1
	xPBLENDVB = 0x10 | m38 | p66 // mask in XMM0
	xBLENDVPS = 0x14 | m38 | p66
	xPTEST    = 0x17 | m38 | p66
	xPMOVSXBW = 0x20 | m38 | p66
	xPMOVSXBD = 0x21 | m38 | p66
	xPMOVSXWD = 0x23 | m38 | p66
	xPMOVSXDQ = 0x25 | m38 | p66
	xPMULDQ   = 0x28 | m38 | p66
	xPCMPEQQ  = 0x29 | m38 | p66
	xPACKUSDW = 0x2b | m38 | p66
	xPMOVZXBW = 0x30 | m38 | p66
	xPMOVZXWD = 0x33 | m38 | p66
	xPMOVZXDQ = 0x35 | m38 | p66
	xPMINSB   = 0x38 | m38 | p66
	xPMINSD   = 0x39 | m38 | p66
	xPMINUW   = 0x3a | m38 | p66
	xPMINUD   = 0x3b | m38 | p66
	xPMAXSB   = 0x3c | m38 | p66
	xPMAXSD   = 0x3d | m38 | p66
	xPMAXUW   = 0x3e | m38 | p66
	xPMAXUD   = 0x3f | m38 | p66
	xPMULLD   = 0x40 | m38 | p66
	xBLENDPS  = 0x0c | m3A | p66
	xPBLENDW  = 0x0e | m3A | p66
	xPEXTRB   = 0x14 | m3A | p66 // rm is the destination
	xPEXTRD   = 0x16 | m3A | p66
	xPINSRB   = 0x20 | m3A | p66
	xINSERTPS = 0x21 | m3A | p66
	xPINSRD   = 0x22 | m3A | p66

	// SSE4.2, AES, PCLMUL, SHA
	xPCMPGTQ     = 0x37 | m38 | p66
	xAESIMC      = 0xdb | m38 | p66
	xAESENC      = 0xdc | m38 | p66
	xAESENCLAST  = 0xdd | m38 | p66
	xAESDEC      = 0xde | m38 | p66
	xAESDECLAST  = 0xdf | m38 | p66
	xAESKEYGEN   = 0xdf | m3A | p66
	xPCLMULQDQ   = 0x44 | m3A | p66
	xSHA1NEXTE   = 0xc8 | m38
	xSHA1MSG1    = 0xc9 | m38
	xSHA1MSG2    = 0xca | m38
	xSHA256RNDS2 = 0xcb | m38
	xSHA256MSG1  = 0xcc | m38
	xSHA256MSG2  = 0xcd | m38
	xSHA1RNDS4   = 0xcc | m3A

	// VEX only: FMA and the four-operand blend.
	xVFMADD213  = 0xa8 | m38 | p66 // packed; +1 scalar; W selects double
	xVFMADD231  = 0xb8 | m38 | p66
	xVFNMADD231 = 0xbc | m38 | p66
	xVFMSUB231  = 0xba | m38 | p66
	xVFNMSUB231 = 0xbe | m38 | p66
	xVPBLENDVB  = 0x4c | m3A | p66
)

// pd gives the packed-double form of an ...PS encoding, ss and sd the scalar ones.
const (
	pd = p66
	ss = pF3
	sd = pF2
)

// xx emits op dst, src in the legacy form.
func (a *asm) xx(e enc, dst, src xreg) { a.rr(e, uint8(dst), uint8(src)) }

// xxi emits op dst, src, imm.
func (a *asm) xxi(e enc, dst, src xreg, imm uint8) {
	a.rr(e, uint8(dst), uint8(src))
	a.byte(imm)
}

// xm emits op dst, [m] (or op [m], dst for the store encodings).
func (a *asm) xm(e enc, dst xreg, m mem) { a.rm(e, uint8(dst), m) }

// xr emits op dst, r.
func (a *asm) xr(e enc, dst xreg, r reg) { a.rr(e, uint8(dst), uint8(r)) }

// rx emits op dst, x, the general register in the reg field.
func (a *asm) rx(e enc, dst reg, x xreg) { a.rr(e, uint8(dst), uint8(x)) }

// xshift emits a shift of dst by a constant: digit selects the operation.
func (a *asm) xshift(e enc, digit uint8, dst xreg, imm uint8) {
	a.rr(e, digit, uint8(dst))
	a.byte(imm)
}

// vxx emits dst = op(s1, s2) in the VEX form.
func (a *asm) vxx(e enc, dst, s1, s2 xreg) { a.vrr(e, uint8(dst), uint8(s1), uint8(s2)) }

// vxm emits dst = op(s1, [m]) in the VEX form.
func (a *asm) vxm(e enc, dst, s1 xreg, m mem) { a.vrm(e, uint8(dst), uint8(s1), m) }

// vshift emits dst = src shifted by a constant in the VEX form.
func (a *asm) vshift(e enc, digit uint8, dst, src xreg, imm uint8) {
	a.vrr(e, digit, uint8(dst), uint8(src))
	a.byte(imm)
}

// xmov copies a whole register.
func (a *asm) xmov(dst, src xreg) {
	if dst != src {
		a.xx(xMOVAPS, dst, src)
	}
}
