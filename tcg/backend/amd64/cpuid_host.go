//go:build amd64

package amd64

import "sync"

// cpuid executes CPUID; SDM vol. 2A.
func cpuid(leaf, sub uint32) (a, b, c, d uint32)

// xgetbv0 returns the low half of XCR0; only with OSXSAVE.
func xgetbv0() uint32

// host finds out once. (golang.org/x/sys/cpu asks four times as many leaves at every start; under a hypervisor each
// costs some 10 µs.)
var host = sync.OnceValue(func() features {
	_, _, c, _ := cpuid(1, 0)
	bit := func(r uint32, n int) bool { return r>>n&1 != 0 }
	var b uint32
	if bit(c, 26) { // XSAVE, which leaf 0DH describes: there is a leaf 7
		_, b, _, _ = cpuid(7, 0)
	}
	avx := bit(c, 28) && bit(c, 27) && xgetbv0()&6 == 6
	return features{
		base: bit(c, 19) && bit(c, 9), avx: avx, fma: avx && bit(c, 12), bmi1: bit(b, 3), bmi2: bit(b, 8),
		// LZCNT came with BMI1 (Intel) or long before it (AMD).
		lzcnt: bit(b, 3), popcnt: bit(c, 23), sse42: bit(c, 20), aes: bit(c, 25), pclmul: bit(c, 1),
	}
})
