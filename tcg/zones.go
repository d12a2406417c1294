package tcg

import (
	"sync/atomic"

	"github.com/gotcg/gotcg/internal/debuglog"
)

// The code buffer is a ring of zones. TBs go into the current one. When it is full the next one becomes
// current, and the one after that is retired, ahead of time: its TBs are dropped and the vCPUs asked to
// come out of generated code. A zone is written again when every vCPU has been out of it.
//
// Who may still be in a zone is told by epochs. Retiring one begins a new epoch. A vCPU notes the epoch at
// its quiescent points, where it holds nothing that it got from the tables or the cache, and notes that it
// is idle when it leaves Run. What it then finds is not of a zone retired before. So a zone is free
// when every vCPU is idle or in the epoch that its retirement began, or a later one.
//
// Nobody waits for that: a vCPU may be in a callback that waits for another vCPU. One that finds no room lets
// others run, executes an instruction on the interpreter and tries again.

// zone is a part of the code buffer.
type zone struct {
	index      uint32
	start, end uint32 // offsets in the code buffer
	off        uint32 // where the next TB goes
	// freeAt is the epoch that the zone's retirement began, 0 when it is not retired.
	freeAt uint64

	slots table[slot]
	// owner gives for each site the TB it is in, as an index of tbs.
	owner table[uint32]
	// tbs are the TBs in order of their code.
	tbs table[placed]
}

// A slot's or site's number is its zone's and that in the zone's table.
const (
	zoneShift  = 24
	numberMask = 1<<zoneShift - 1
	maxZones   = 16
	// minZone is what holds most blocks; others are cut.
	minZone = 32 << 10
)

// idle is the epoch of a vCPU that is not in Run.
const idle = 0

// makeZones cuts the code buffer into zones.
func (j *jit) makeZones(size uint32) {
	n := min(maxZones, size/minZone)
	j.zoneSize = size / n &^ (codeAlign - 1)
	j.zones = make([]zone, n)
	for i := range j.zones {
		r := &j.zones[i]
		r.index = uint32(i)
		r.start = r.index * j.zoneSize
		r.end = r.start + j.zoneSize
		if i == 0 {
			r.start = align(j.stubs.End)
		}
		r.off = r.start
	}
	j.cur = &j.zones[0]
	j.epoch.Store(idle + 1)
}

// next returns the zone after r in the ring.
func (j *jit) next(r *zone) *zone { return &j.zones[(int(r.index)+1)%len(j.zones)] }

// advance makes the next zone the current one and reports whether it could: v, which translates
// and is at a quiescent point, may be the last one in it. The translation lock is held.
func (j *jit) advance(v *VCPU) bool {
	j.e.mu.Lock()
	defer j.e.mu.Unlock()
	r := j.next(j.cur)
	if r.off != r.start {
		if r.freeAt == 0 {
			j.retire(r)
		}
		v.quiesce()
		for _, o := range j.e.vcpus {
			if at := o.epoch.Load(); at != idle && at < r.freeAt {
				return false
			}
		}
		if m := j.e.cfg.CodeMap; m != nil {
			m.Gone(j.base+uintptr(r.start), j.base+uintptr(r.end))
		}
		r.slots.reset()
		r.owner.reset()
		r.tbs.reset()
		r.off, r.freeAt = r.start, 0
	}
	j.cur, j.full = r, false
	if after := j.next(r); after.off != after.start && after.freeAt == 0 {
		j.retire(after)
	}
	return true
}

// retire drops the TBs of r and begins a new epoch. The engine's lock and the translation lock are held.
func (j *jit) retire(r *zone) {
	e := j.e
	if e.log.On(debuglog.Cache) {
		e.log.Printf("cache: zone %d of the code buffer retired (%d bytes, %d blocks)\n", r.index, r.off-r.start, r.tbs.len)
	}
	e.stats.evictions.Add(1)
	for i := r.tbs.len; i > 0; i-- { // pages list the youngest first
		e.unlist(r.tbs.at(i - 1).tb)
	}
	lo, hi := uint64(j.base)+uint64(r.start), uint64(j.base)+uint64(r.end)
	for _, v := range e.vcpus {
		v.forgetCode(lo, hi)
	}
	e.newEpoch()
	r.freeAt = j.epoch.Load()
}

// newEpoch begins a new epoch and asks the vCPUs to come to a quiescent point. The lock is held.
func (e *Engine) newEpoch() {
	if e.jit != nil {
		e.jit.epoch.Add(1)
	}
	for _, v := range e.vcpus {
		atomic.StoreUint32(&v.hdr.Interrupt, 1)
	}
}

// quiesce says that v holds no TB, slot or site that it may use again without looking it up.
func (v *VCPU) quiesce() {
	j := v.e.jit
	if j == nil {
		return
	}
	if now := j.epoch.Load(); v.epoch.Load() != now {
		v.epoch.Store(now)
		if v.cleaned != now {
			v.cleaned = now
			v.forgetGone()
			v.seen.forget()
		}
	}
}

// leave says that v is not in Run any more.
func (v *VCPU) leave() { v.epoch.Store(idle) }
