package tcg

import (
	"sync/atomic"

	"github.com/gotcg/gotcg/internal/debuglog"
)

// The code buffer is a ring of regions. TBs go into the current one. When it is full the next one becomes
// current, and the one after that is retired, ahead of time: its TBs are dropped and the vCPUs asked to
// come out of generated code. A region is written again when every vCPU has been out of it.
//
// Who may still be in a region is told by epochs. Retiring one begins a new epoch. A vCPU notes the epoch at
// its quiescent points, where it holds nothing that it got from the tables or the cache, and notes that it
// is idle when it leaves Run. What it then finds is not of a region retired before. So a region is free
// when every vCPU is idle or in the epoch that its retirement began, or a later one.
//
// Nobody waits for that: a vCPU may be in a callback that waits for another vCPU. One that finds no room lets
// others run, executes an instruction on the interpreter and tries again.

// region is a part of the code buffer.
type region struct {
	index      uint32
	start, end uint32 // offsets in the code buffer
	off        uint32 // where the next TB goes
	// freeAt is the epoch that the region's retirement began, 0 when it is not retired.
	freeAt uint64

	slots table[slot]
	// owner gives for each site the TB it is in, as an index of tbs.
	owner table[uint32]
	// tbs are the TBs in order of their code.
	tbs table[placed]
}

// A slot's or site's number is its region's and that in the region's table.
const (
	regionShift = 24
	numberMask  = 1<<regionShift - 1
	maxRegions  = 16
	// minRegion is what holds most blocks; others are cut.
	minRegion = 32 << 10
)

// idle is the epoch of a vCPU that is not in Run.
const idle = 0

// makeRegions cuts the code buffer into regions.
func (j *jit) makeRegions(size uint32) {
	n := min(maxRegions, size/minRegion)
	j.regionSize = size / n &^ (codeAlign - 1)
	j.regions = make([]region, n)
	for i := range j.regions {
		r := &j.regions[i]
		r.index = uint32(i)
		r.start = r.index * j.regionSize
		r.end = r.start + j.regionSize
		if i == 0 {
			r.start = align(j.stubs.End)
		}
		r.off = r.start
	}
	j.cur = &j.regions[0]
	j.epoch.Store(idle + 1)
}

// next returns the region after r in the ring.
func (j *jit) next(r *region) *region { return &j.regions[(int(r.index)+1)%len(j.regions)] }

// advance makes the next region the current one and reports whether it could: v, which translates
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
func (j *jit) retire(r *region) {
	e := j.e
	if e.log.On(debuglog.Cache) {
		e.log.Printf("cache: region %d of the code buffer retired (%d bytes, %d blocks)\n", r.index, r.off-r.start, r.tbs.len)
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
		}
	}
}

// leave says that v is not in Run any more.
func (v *VCPU) leave() { v.epoch.Store(idle) }
