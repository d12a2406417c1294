package tcg

import (
	"bytes"
	"fmt"
	"strings"
	"sync/atomic"
	"unsafe"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg/ir"
)

// lockstep runs blocks twice, first on the interpreter with its stores undone afterwards, then as
// host code, and compares State, stores and the way out.
type lockstep struct {
	memory
	undo   []write // old contents, in order of the stores
	before []byte  // State before the block
	after  []byte  // State after the interpreter
	// old and counters are the inline counters before the block and after the interpreter.
	old, counters []uint64
	// hot are blocks to become regions.
	hot []cpu.TBKey
	// left is where the host code left a region in the middle, having seen the interrupt word set, plus one.
	left uint64
	// ranged: it left because an address was out of range.
	ranged bool
	// long are the PCs of regions that went round too often to be compared at once: so many times more a few rounds will do.
	long map[uint64]int
}

// write is what some bytes of guest memory held.
type write struct {
	addr uint64
	n    int
	old  [16]byte
	new  [16]byte
}

// note remembers what a store is about to overwrite.
func (l *lockstep) note(addr uint64, n int) {
	addr = uint64(l.at(addr))
	for n > 0 {
		w := write{addr: addr, n: min(n, 16)}
		l.as.Peek(softmmu.Addr(addr), w.old[:w.n])
		l.undo = append(l.undo, w)
		addr += uint64(w.n)
		n -= w.n
	}
}

func (l *lockstep) Store(addr uint64, w ir.Width, v ir.Val) ir.Fault {
	l.note(addr, int(w.Bytes()))
	return l.memory.Store(addr, w, v)
}

func (l *lockstep) Atomic(op ir.Opcode, addr uint64, w ir.Width, arg, cmp ir.Val) (ir.Val, ir.Fault) {
	l.note(addr, int(w.Bytes()))
	return l.memory.Atomic(op, addr, w, arg, cmp)
}

func (l *lockstep) Write(addr uint64, p []byte) ir.Fault {
	l.note(addr, len(p))
	return l.memory.Write(addr, p)
}

// rollback notes what the block stored and puts the old contents back.
func (l *lockstep) rollback() {
	for i := range l.undo {
		w := &l.undo[i]
		l.as.Peek(softmmu.Addr(w.addr), w.new[:w.n])
	}
	for i := len(l.undo) - 1; i >= 0; i-- {
		// Compared with what is there now, not with the block's last word: of several stores to one place
		// the first may have found what the last put back.
		w := &l.undo[i]
		var now [16]byte
		if l.as.Peek(softmmu.Addr(w.addr), now[:w.n]); now != w.old {
			l.as.Poke(softmmu.Addr(w.addr), w.old[:w.n])
		}
	}
}

// stateBytes is the guest State as bytes.
func (v *VCPU) stateBytes() []byte { return unsafe.Slice((*byte)(v.state), v.e.arch.StateSize) }

// lockstepRounds bounds how often the interpreter goes back in a region between two comparisons.
const lockstepRounds = 1000

// executeLockstep runs tb on the interpreter and as host code.
func (v *VCPU) executeLockstep(tb *TB) (done bool) {
	if v.check == nil {
		v.check = &lockstep{memory: *v.memory, long: map[uint64]int{}}
	}
	l := v.check
	l.before = append(l.before[:0], v.stateBytes()...)
	l.old = append(l.old[:0], v.counters...)
	done, same := v.runBoth(tb, 0)
	if !same {
		// Where the code leaves when it is interrupted all the time the interpreter leaves, too.
		v.runInterrupted(tb)
		l.undone(v)
		done, _ = v.runBoth(tb, max(l.left, 1))
	}
	for _, key := range l.hot {
		v.tierUp(key)
	}
	l.hot = l.hot[:0]
	return done
}

// runInterrupted runs tb as host code with the interrupt word set.
func (v *VCPU) runInterrupted(tb *TB) (done bool) {
	v.ended, v.check.left = Stop{}, 0
	atomic.StoreUint32(&v.hdr.Interrupt, 1)
	return v.executeJIT(tb)
}

// runBoth runs tb on the interpreter and as host code, and compares; with stop, which is the PC of a Head plus one, up to there,
// interrupted. Without, it reports same as false, with nothing done, when one left the region in the middle.
func (v *VCPU) runBoth(tb *TB, stop uint64) (done, same bool) {
	l := v.check
	l.undo = l.undo[:0]
	rounds := lockstepRounds
	if n := l.long[tb.Key.PC]; n > 0 {
		l.long[tb.Key.PC], rounds = n-1, 2
	}
	v.env.Mem, v.thread.Quiet, v.thread.Rounds, v.thread.StopAt = l, true, rounds, stop
	v.thread.StopAbove = stop != 0 && l.ranged
	v.ended = Stop{}
	wantDone := v.executeInterp(tb.block)
	want := v.ended
	cut := v.thread.Rounds == 0
	v.env.Mem, v.thread.Quiet, v.thread.Rounds, v.thread.StopAt = v.memory, false, 0, 0
	v.thread.StopAbove = false
	l.after = append(l.after[:0], v.stateBytes()...)
	l.undone(v)
	switch {
	case tb.gone.Load():
		// It has stored to its own code, which shows from the next instruction on: that is not its IR's matter. So the
		// instructions up to the store are done one by one.
		v.ended = Stop{}
		return v.interpret(tb.Key.Flags|flagOne, 0), true
	case stop != 0: // 1: the code did not leave at a Head, which shows
		done = v.runInterrupted(tb)
	case cut:
		if rounds == lockstepRounds {
			l.long[tb.Key.PC] = lockstepRounds
		}
		return false, false
	default:
		v.ended, l.left = Stop{}, 0
		if done = v.executeJIT(tb); l.left != 0 {
			l.undone(v)
			return false, false
		}
	}
	if d := v.diverged(want, v.ended); d != "" || wantDone != done {
		v.ended = Stop{Kind: StopError, Err: fmt.Errorf("lockstep: interpreter and host code differ after the block at %#x:\n%s%s\n%s",
			tb.Key.PC, d, v.e.disasTB(tb.block), ir.Format(tb.block))}
		return true, true
	}
	return done, true
}

// undone puts back what State, counters and memory were before the block, and notes what they were after it.
func (l *lockstep) undone(v *VCPU) {
	copy(v.stateBytes(), l.before)
	l.rollback()
	l.counters = append(l.counters[:0], v.counters...)
	copy(v.counters, l.old)
}

// becameHot notes that tb is to become a region when the block that runs now has been compared.
func (v *VCPU) becameHot(tb *TB) {
	*v.countdown(tb.Key.PC) = v.e.countdownDone()
	v.check.hot = append(v.check.hot, tb.Key)
}

// diverged describes the difference between the two runs, or is empty.
func (v *VCPU) diverged(want, got Stop) string {
	var s strings.Builder
	l := v.check
	if want != got {
		fmt.Fprintf(&s, "* left: interp %+v, jit %+v\n", want, got)
	}
	state := v.stateBytes()
	for _, g := range v.e.arch.Globals {
		n := uint32(8)
		if g.Type == ir.V128 {
			n = 16
		}
		a, b := l.after[g.Offset:g.Offset+n], state[g.Offset:g.Offset+n]
		if !bytes.Equal(a, b) {
			fmt.Fprintf(&s, "* %s: before %x, interp %x, jit %x (bytes in memory order)\n", g.Name, l.before[g.Offset:g.Offset+n], a, b)
		}
	}
	if s.Len() == 0 && !bytes.Equal(l.after, state) {
		for i := range state {
			if state[i] != l.after[i] {
				fmt.Fprintf(&s, "* State byte %d: interp %#x, jit %#x\n", i, l.after[i], state[i])
			}
		}
	}
	for i, n := range l.counters {
		if n != v.counters[i] {
			fmt.Fprintf(&s, "* counter %d: before %d, interp %d, jit %d\n", i, l.old[i], n, v.counters[i])
		}
	}
	for _, w := range l.undo {
		var now [16]byte
		l.as.Peek(softmmu.Addr(w.addr), now[:w.n])
		if !bytes.Equal(now[:w.n], w.new[:w.n]) {
			fmt.Fprintf(&s, "* memory at %#x: interp %x, jit %x\n", w.addr, w.new[:w.n], now[:w.n])
		}
	}
	return s.String()
}
