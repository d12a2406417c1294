// Package litmus tests the memory models of the guests: short programs on several vCPUs of one engine whose
// outcomes tell whether accesses were atomic and in order.
//
// A litmus test (Alglave, Maranget: herd7; Arm ARM K11, SDM vol. 3 8.2.3) is run many times, with its variables in new
// memory each time and the vCPUs kept side by side, and its outcomes are counted:
//
//	go test ./internal/litmus -v -run TestLitmus -litmus.tries=10000000
//
// The programs are machine code of both guests, made by this package's own few encoders.
package litmus
