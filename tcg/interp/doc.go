// Package interp executes IR blocks: the reference the backends are compared with, the engine's
// way to run where there is no backend for the host, and the executor of single ops that generated
// code cannot do itself.
//
// A block is first made a Prog, see Preparer, which a Thread then runs; the meaning of ops is that of ir.Eval and ExecOp.
//
// A Thread belongs to one vCPU and is used by one goroutine at a time. Globals live in the guest
// State all the time; locals in the Thread's scratch storage; nothing is allocated per block once
// that storage has grown to the largest block seen.
package interp
