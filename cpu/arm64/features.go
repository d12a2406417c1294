package arm64

// feature is an architecture feature and where programs look for it.
type feature struct {
	name string // as in the pattern files
	// hwcap and hwcap2 are the bit in AT_HWCAP or AT_HWCAP2, -1 for none. Linux, arch/arm64 uapi hwcap.
	hwcap, hwcap2 int
	// ID register field: register (sysReg), lowest bit, value. Arm ARM D23.2.
	reg    uint32
	lsb    uint
	value  uint64
	needed []string // further features that must be complete for the bit to be set
}

// ID registers: see regNZCV.
const (
	idPFR0  = 3<<14 | 4<<3
	idISAR0 = 3<<14 | 6<<3
	idISAR1 = 3<<14 | 6<<3 | 1
	idMIDR  = 3 << 14
	idMPIDR = 3<<14 | 5
	idREV   = 3<<14 | 6
	idDFR0  = 3<<14 | 5<<3
)

// features lists what can be claimed. A feature is claimed when every row of it in the pattern files is
// translated; later rows of one field override earlier ones.
var features = []feature{
	{"CRC32", 7, -1, idISAR0, 16, 1, nil},
	{"LSE", 8, -1, idISAR0, 20, 2, nil},
	{"AES", 3, -1, idISAR0, 4, 1, nil},
	{"PMULL", 4, -1, idISAR0, 4, 2, []string{"AES"}},
	{"SHA1", 5, -1, idISAR0, 8, 1, nil},
	{"SHA256", 6, -1, idISAR0, 12, 1, nil},
	{"SHA512", 21, -1, idISAR0, 12, 2, []string{"SHA256"}},
	{"RDM", 12, -1, idISAR0, 28, 1, nil},
	{"SHA3", 17, -1, idISAR0, 32, 1, nil},
	{"SM3", 18, -1, idISAR0, 36, 1, nil},
	{"SM4", 19, -1, idISAR0, 40, 1, nil},
	{"DotProd", 20, -1, idISAR0, 44, 1, nil},
	{"FHM", 23, -1, idISAR0, 48, 1, nil},
	{"FlagM", 27, -1, idISAR0, 52, 1, nil},
	{"FlagM2", -1, 7, idISAR0, 52, 2, []string{"FlagM"}},
	{"FP16", 9, -1, idPFR0, 16, 1, nil},
	{"FP16", 10, -1, idPFR0, 20, 1, nil},
	{"JSCVT", 13, -1, idISAR1, 12, 1, nil},
	{"FCMA", 14, -1, idISAR1, 16, 1, nil},
	{"LRCPC", 15, -1, idISAR1, 20, 1, nil},
	{"LRCPC2", 26, -1, idISAR1, 20, 2, []string{"LRCPC"}},
	{"FRINTTS", -1, 8, idISAR1, 32, 1, nil},
	{"SB", 29, -1, idISAR1, 36, 1, nil},
	{"BF16", -1, 14, idISAR1, 44, 1, nil},
	{"I8MM", -1, 13, idISAR1, 52, 1, nil},
}

const (
	hwcapFP    = 1 << 0
	hwcapASIMD = 1 << 1
	hwcapCPUID = 1 << 11
)

// idRegs are the non-zero ID registers by number, set by claim.
var idRegs map[uint32]uint64

// claim derives AT_HWCAP, AT_HWCAP2 and the ID registers that user programs may read from what is translated.
func claim() (cap1, cap2 uint64) {
	cap1 = hwcapFP | hwcapASIMD | hwcapCPUID
	regs := map[uint32]uint64{
		idMIDR: 0x000f6740, // implementer 0 (software), architecture by ID registers
		idPFR0: 0x11,       // EL0 and EL1 are AArch64 only
		idDFR0: 6,
	}
	incomplete := map[string]bool{}
	have := map[string]bool{}
	var last *decodeRow // rows of a feature are next to each other: most tell nothing new
	for _, table := range []*decodeTable{&tableInt, &tableFPSIMD} {
		for i := range table.rows {
			r := &table.rows[i]
			if last != nil && last.feature == r.feature && last.kind == r.kind {
				continue
			}
			last = r
			have[r.feature] = true
			if r.kind != rowTrans {
				incomplete[r.feature] = true
			}
		}
	}
	complete := func(name string) bool { return have[name] && !incomplete[name] }
	for _, f := range features {
		ok := complete(f.name)
		for _, n := range f.needed {
			ok = ok && complete(n)
		}
		if !ok {
			continue
		}
		if f.hwcap >= 0 {
			cap1 |= 1 << f.hwcap
		}
		if f.hwcap2 >= 0 {
			cap2 |= 1 << f.hwcap2
		}
		regs[f.reg] = regs[f.reg]&^(0xf<<f.lsb) | f.value<<f.lsb
	}
	idRegs = regs
	return cap1, cap2
}

// idRegister returns what MRS of an ID register gives at EL0, where Linux emulates it; ok is false for
// registers it does not. Linux, Documentation/arch/arm64/cpu-feature-registers.rst.
func idRegister(reg uint32) (v uint64, ok bool) {
	if reg&idRegsMask != idRegsValue {
		return 0, false
	}
	switch crm := reg >> 3 & 15; {
	case crm == 0:
		if reg != idMIDR && reg != idMPIDR && reg != idREV {
			return 0, false
		}
	case crm == 1 || crm > 7:
		return 0, false
	}
	if reg == idMPIDR {
		return 1 << 31, true
	}
	return idRegs[reg], true
}
