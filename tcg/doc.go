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
// # Locks
//
// Engine.mu guards the TB cache and the code buffer. A vCPU's memory belongs to the goroutine in
// Run; only its interrupt word may be written by others.
package tcg
