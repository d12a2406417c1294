package hostcode

import (
	"encoding/binary"
	"os"
)

// hwcap2 returns AT_HWCAP2 of the auxiliary vector, 0 if it cannot be read.
func hwcap2() uint64 {
	const atHWCAP2 = 26
	b, err := os.ReadFile("/proc/self/auxv")
	if err != nil {
		return 0
	}
	for ; len(b) >= 16; b = b[16:] {
		if binary.LittleEndian.Uint64(b) == atHWCAP2 {
			return binary.LittleEndian.Uint64(b[8:])
		}
	}
	return 0
}
