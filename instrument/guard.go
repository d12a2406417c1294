package instrument

import (
	"sync"
	"sync/atomic"
)

// guard keeps the events of a plugin apart. Events of different vCPUs come at once; those of a plugin
// that is not Concurrent come under a lock.
//
// Whoever removes the plugin cannot wait for that lock: it may be inside an event of this or another plugin.
// So the plugin's Exit is owed, and called by who leaves the lock last.
type guard struct {
	// free: the plugin is Concurrent, no lock is taken.
	free bool
	mu   sync.Mutex
	// gone: removed; no event is delivered any more.
	gone atomic.Bool
	// owed: Exit is to be called, by who can take the lock.
	owed atomic.Bool
}

// lock begins an event, or a question asked at translation.
func (i *Instance) lock() {
	if g := &i.guard; !g.free {
		g.mu.Lock()
	}
}

// unlock ends what lock began.
func (i *Instance) unlock() {
	if g := &i.guard; !g.free {
		g.mu.Unlock()
		if g.owed.Load() {
			i.payExit()
		}
	}
}

// remove ends the instance's events and has Exit called: now, or when the event under way is over.
func (i *Instance) remove() {
	i.guard.gone.Store(true)
	i.guard.owed.Store(true)
	i.payExit()
}

// payExit calls Exit once, unless somebody is inside an event, who will then do so.
func (i *Instance) payExit() {
	g := &i.guard
	if !g.mu.TryLock() {
		return
	}
	defer g.mu.Unlock()
	if g.owed.CompareAndSwap(true, false) {
		if x, ok := i.p.(Exiter); ok {
			x.Exit()
		}
		i.giveBack()
	}
}
