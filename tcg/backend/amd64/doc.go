// Package amd64 turns ir blocks into amd64 machine code.
//
// Three layers: the encoder (asm*.go) knows bytes only; the lowering (lower_*.go) knows ops and
// instruction selection; the allocator (alloc.go, live.go) knows registers and where temps live. A
// block is compiled in one backward pass (liveness) and one forward pass (allocate and emit).
//
// Nothing here depends on the host the compiler runs on, so blocks can be compiled, though not run,
// on every GOOS and GOARCH.
package amd64
