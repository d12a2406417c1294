package x86

// map0F3A is the three-byte map 0F 3A. SDM vol. 2 table A-5.
var map0F3A = [256]row{
	0x08: {ext: byPfx, sub: &[8]row{1: {op: ROUNDPS, a: oVx, b: oWx, c: oIb}}},
	0x09: {ext: byPfx, sub: &[8]row{1: {op: ROUNDPD, a: oVx, b: oWx, c: oIb}}},
	0x0a: {ext: byPfx, sub: &[8]row{1: {op: ROUNDSS, a: oVd, b: oWd, c: oIb}}},
	0x0b: {ext: byPfx, sub: &[8]row{1: {op: ROUNDSD, a: oVq, b: oWq, c: oIb}}},
	0x0c: {ext: byPfx, sub: &[8]row{1: {op: BLENDPS, a: oVx, b: oWx, c: oIb}}},
	0x0d: {ext: byPfx, sub: &[8]row{1: {op: BLENDPD, a: oVx, b: oWx, c: oIb}}},
	0x0e: {ext: byPfx, sub: &[8]row{1: {op: PBLENDW, a: oVx, b: oWx, c: oIb}}},
	0x0f: {ext: byPfx, sub: &[8]row{0: {op: PALIGNR, a: oPq, b: oQq, c: oIb}, 1: {op: PALIGNR, a: oVx, b: oWx, c: oIb}}},
	0x14: {ext: byPfx, sub: &[8]row{1: {op: PEXTRB, a: oRyMb, b: oVx, c: oIb}}},
	0x15: {ext: byPfx, sub: &[8]row{1: {op: PEXTRW, a: oRyMw, b: oVx, c: oIb}}},
	0x16: {ext: byPfx, sub: &[8]row{1: {op: PEXTRD, a: oEy, b: oVx, c: oIb}}},
	0x17: {ext: byPfx, sub: &[8]row{1: {op: EXTRACTPS, a: oRyMd, b: oVx, c: oIb}}},
	0x20: {ext: byPfx, sub: &[8]row{1: {op: PINSRB, a: oVx, b: oRyMb, c: oIb}}},
	0x21: {ext: byPfx, sub: &[8]row{1: {op: INSERTPS, a: oVx, b: oWd, c: oIb}}},
	0x22: {ext: byPfx, sub: &[8]row{1: {op: PINSRD, a: oVx, b: oEy, c: oIb}}},
	0x40: {ext: byPfx, sub: &[8]row{1: {op: DPPS, a: oVx, b: oWx, c: oIb}}},
	0x41: {ext: byPfx, sub: &[8]row{1: {op: DPPD, a: oVx, b: oWx, c: oIb}}},
	0x42: {ext: byPfx, sub: &[8]row{1: {op: MPSADBW, a: oVx, b: oWx, c: oIb}}},
	0x44: {ext: byPfx, sub: &[8]row{1: {op: PCLMULQDQ, a: oVx, b: oWx, c: oIb}}},
	0x60: {ext: byPfx, sub: &[8]row{1: {op: PCMPESTRM, a: oVx, b: oWx, c: oIb}}},
	0x61: {ext: byPfx, sub: &[8]row{1: {op: PCMPESTRI, a: oVx, b: oWx, c: oIb}}},
	0x62: {ext: byPfx, sub: &[8]row{1: {op: PCMPISTRM, a: oVx, b: oWx, c: oIb}}},
	0x63: {ext: byPfx, sub: &[8]row{1: {op: PCMPISTRI, a: oVx, b: oWx, c: oIb}}},
	0xcc: {ext: byPfx, sub: &[8]row{0: {op: SHA1RNDS4, a: oVx, b: oWx, c: oIb}}},
	0xce: {ext: byPfx, sub: &[8]row{1: {op: GF2P8AFFINEQB, a: oVx, b: oWx, c: oIb}}},
	0xcf: {ext: byPfx, sub: &[8]row{1: {op: GF2P8AFFINEINVQB, a: oVx, b: oWx, c: oIb}}},
	0xdf: {ext: byPfx, sub: &[8]row{1: {op: AESKEYGENASSIST, a: oVx, b: oWx, c: oIb}}},
	0xf0: {ext: byPfx, sub: &[8]row{2: {ext: byMod, sub: &[8]row{
		1: {ext: byReg, sub: &[8]row{
			0: {ext: byRM, sub: &[8]row{
				0: {op: HRESET, a: oIb},
			}},
		}},
	}}}},
}
