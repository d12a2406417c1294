package hostcode

import "golang.org/x/sys/unix"

// hwcap2 returns AT_HWCAP2 of the auxiliary vector, 0 if it is not there.
func hwcap2() uint64 {
	const atHWCAP2 = 26
	v, err := unix.Auxv()
	if err != nil {
		return 0
	}
	for _, e := range v {
		if e[0] == atHWCAP2 {
			return uint64(e[1])
		}
	}
	return 0
}
