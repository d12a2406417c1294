// Package tcg is the engine: it finds or makes the translation block (TB) for a guest PC, runs it,
// and handles how it left.
//
// # Data flow
//
//	VCPU.Run -> lookup(TBKey) -> translate: cpu.Arch.Translate appends IR, instrumentation beside it
//	         -> opt.Run -> backend.Compile -> code buffer -> TB cache, chained to its neighbours
//	         -> runs; leaves at a TB exit (state complete) or at a site (state in saved registers)
//
// The engine knows no guest, no plugin and no operating system: guests are a cpu.Arch, plugins an
// Instrumenter, and what an exception means is the caller's of Run.
//
// # Terms
//
// TB: guest range, key and host code. Chain: a direct exit's jump patched to the next TB. Site: a
// place inside a TB where Go takes over with all host registers saved. Redo: executing one guest
// instruction by the interpreter from its precise start state.
//
// # Many vCPUs
//
// Any number of vCPUs of one engine run at once, each on its goroutine. Chained code, the jump caches, and
// sites take no lock and write nothing that is shared.
//
// Locks, in this order: Engine.translating is held by the one goroutine that translates, also while it asks the
// Instrumenter; Engine.mu guards the cache, the chains and the list of vCPUs, for short times. Flush takes Engine.mu
// only. What is forgotten while it is being translated is translated again.
//
// Who drops a TB marks it gone first, then undoes the chains to it and takes it out of all jump caches. A
// vCPU puts a TB into a cache of its own first and then looks whether it is gone. So no vCPU enters a TB
// after it was dropped, but one may still be in it and finishes it; in a loop it is interrupted. The code stays where
// it is until nobody can be in it: see zone.go.
//
// A vCPU's memory belongs to the goroutine in Run. Others write its interrupt word, and the host
// addresses in its jump cache, atomically.
package tcg
