package tcg

import (
	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/ir"
)

// jit is the engine's code buffer.
type jit struct{}

func newJIT(*Engine) (*jit, error)               { return nil, ErrNoJIT }
func (*jit) close() error                        { return nil }
func (*jit) compile(*TB, *ir.Block)              {}
func (*jit) unlink(*TB)                          {}
func (v *VCPU) initJIT()                         {}
func (v *VCPU) enterThread() func()              { return func() {} }
func (v *VCPU) executeJIT(*TB) (Stop, bool)      { return Stop{}, false }
func (v *VCPU) executeLockstep(*TB) (Stop, bool) { return Stop{}, false }

type lockstep struct{}

func (v *VCPU) resetJC(e *backend.JumpCacheEntry) { e.PC = 0 }

func (v *VCPU) jcEntry(pc uint64) *backend.JumpCacheEntry {
	return &v.jc[pc&(1<<backend.JumpCacheBits-1)]
}
