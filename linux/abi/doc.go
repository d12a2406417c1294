// Package abi holds the Linux user ABI as a guest sees it: system call numbers, error
// numbers, flag values and the byte layouts of structures, for each guest architecture.
//
// It holds no logic and nothing of the host: it builds on every GOOS. Structures are
// encoded and decoded field by field in little-endian order (both guests are little-endian),
// never by overlaying Go struct memory.
//
// Sources: the UAPI headers of Linux (include/uapi, arch/*/include/uapi), the man pages of
// sections 2 and 7, System V psABI (x86-64) and AAPCS64.
package abi
