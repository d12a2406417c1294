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
	// claimed: every row of it, and of what it needs, in the pattern files is translated (TestClaims).
	claimed bool
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

// features lists what can be claimed. Later rows of one field override earlier ones.
var features = []feature{
	{"CRC32", 7, -1, idISAR0, 16, 1, nil, true},
	{"LSE", 8, -1, idISAR0, 20, 2, nil, true},
	{"AES", 3, -1, idISAR0, 4, 1, nil, true},
	{"PMULL", 4, -1, idISAR0, 4, 2, []string{"AES"}, true},
	{"SHA1", 5, -1, idISAR0, 8, 1, nil, false},
	{"SHA256", 6, -1, idISAR0, 12, 1, nil, false},
	{"SHA512", 21, -1, idISAR0, 12, 2, []string{"SHA256"}, false},
	{"RDM", 12, -1, idISAR0, 28, 1, nil, false},
	{"SHA3", 17, -1, idISAR0, 32, 1, nil, false},
	{"SM3", 18, -1, idISAR0, 36, 1, nil, false},
	{"SM4", 19, -1, idISAR0, 40, 1, nil, false},
	{"DotProd", 20, -1, idISAR0, 44, 1, nil, false},
	{"FHM", 23, -1, idISAR0, 48, 1, nil, false},
	{"FlagM", 27, -1, idISAR0, 52, 1, nil, true},
	{"FlagM2", -1, 7, idISAR0, 52, 2, []string{"FlagM"}, true},
	{"FP16", 9, -1, idPFR0, 16, 1, nil, false},
	{"FP16", 10, -1, idPFR0, 20, 1, nil, false},
	{"JSCVT", 13, -1, idISAR1, 12, 1, nil, false},
	{"FCMA", 14, -1, idISAR1, 16, 1, nil, false},
	{"LRCPC", 15, -1, idISAR1, 20, 1, nil, true},
	{"LRCPC2", 26, -1, idISAR1, 20, 2, []string{"LRCPC"}, true},
	{"FRINTTS", -1, 8, idISAR1, 32, 1, nil, false},
	{"SB", 29, -1, idISAR1, 36, 1, nil, true},
	{"BF16", -1, 14, idISAR1, 44, 1, nil, false},
	{"I8MM", -1, 13, idISAR1, 52, 1, nil, false},
}

const (
	hwcapFP    = 1 << 0
	hwcapASIMD = 1 << 1
	hwcapCPUID = 1 << 11
)

// hwcap returns AT_HWCAP and AT_HWCAP2.
func hwcap() (cap1, cap2 uint64) {
	cap1 = hwcapFP | hwcapASIMD | hwcapCPUID
	for i := range features {
		f := &features[i]
		if f.claimed && f.hwcap >= 0 {
			cap1 |= 1 << f.hwcap
		}
		if f.claimed && f.hwcap2 >= 0 {
			cap2 |= 1 << f.hwcap2
		}
	}
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
	switch reg {
	case idMPIDR:
		v = 1 << 31
	case idMIDR:
		v = 0x000f6740 // implementer 0 (software), architecture by ID registers
	case idPFR0:
		v = 0x11 // EL0 and EL1 are AArch64 only
	case idDFR0:
		v = 6
	}
	for i := range features {
		if f := &features[i]; f.claimed && f.reg == reg {
			v = v&^(0xf<<f.lsb) | f.value<<f.lsb
		}
	}
	return v, true
}
