package tcg

import (
	"sync/atomic"
	"unsafe"

	"github.com/gotcg/gotcg/internal/execmem"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/interp"
	"github.com/gotcg/gotcg/tcg/ir"
)

// vcpuMem is the memory of a vCPU. It goes from vCPU to vCPU: threads come and go, and it is large.
type vcpuMem struct {
	// mem is what generated code sees: Header, guest State, counters, jump cache, TLB. It holds no Go pointers, so
	// that generated code may write it without barriers.
	mem   []uint64
	hdr   *backend.Header
	state unsafe.Pointer
	jc    []backend.JumpCacheEntry
	used  bool               // a vCPU has had the memory
	tlbs  []softmmu.TLBEntry // nil in direct mode

	counters []uint64
	// hot are the countdowns of blocks of tier one (tierup.go); begun has a bit for each page of them that is in use.
	hot   []int32
	begun uint32
	// tbs is the jump cache of the run loop, by hash of the PC. Nobody else touches it: TBs in it may be gone.
	tbs [1 << tbsBits]found
	// one builds single instructions for redo; it is made when it is first needed.
	one *ir.Builder
}

// tbsBits is the log2 of the number of entries of a run loop's jump cache, which code asks only for what its own does not have.
const tbsBits = 10

// newVCPUMem returns cleared memory. The engine's lock is held.
func (e *Engine) newVCPUMem() *vcpuMem {
	if n := len(e.free); n > 0 {
		m := e.free[n-1]
		e.free[n-1] = nil
		e.free = e.free[:n-1]
		return m
	}
	lay := e.layout()
	m := &vcpuMem{}
	total := int(backend.HeaderSize) + lay.size
	m.mem = make([]uint64, (total+lineSize)/8)
	base := unsafe.Pointer(&m.mem[0])
	base = unsafe.Add(base, -uintptr(base)&(lineSize-1))
	m.hdr = (*backend.Header)(base)
	m.state = unsafe.Add(base, backend.HeaderSize)
	m.jc = unsafe.Slice((*backend.JumpCacheEntry)(unsafe.Add(m.state, lay.jumpCache)), 2<<backend.JumpCacheBits)
	if e.mem.Mode() == softmmu.TLB {
		m.tlbs = unsafe.Slice((*softmmu.TLBEntry)(unsafe.Add(m.state, lay.tlb)), 1<<backend.TLBBits)
	}
	if e.tier2 > 0 {
		m.hot = unsafe.Slice((*int32)(unsafe.Add(m.state, lay.hot)), 1<<hotBits)
	}
	m.counters = unsafe.Slice((*uint64)(unsafe.Add(m.state, lay.counters)), NumCounters)
	if e.nextIndex == 0 { // more threads may not do much
		execmem.Present(unsafe.Pointer(&m.tbs), unsafe.Sizeof(m.tbs))
	}
	return m
}

// clear makes m as new, but for the interrupt word: a late Interrupt of the vCPU that had m sets it,
// which costs the next one a look.
func (m *vcpuMem) clear() {
	b := unsafe.Slice((*byte)(unsafe.Pointer(m.hdr)), uintptr(backend.HeaderSize)+uintptr(unsafe.Pointer(&m.jc[0]))-uintptr(m.state))
	word := int(backend.HeaderSize + backend.OffInterrupt)
	clear(b[:word])
	clear(b[word+4:])
	clear(m.tbs[:])
	m.begun = 0
}

// retired is what is left of a vCPU: its counters up to the last that is not zero.
type retired struct {
	index    int
	counters []uint64
}

// NewVCPU makes a vCPU with an initial State.
func (e *Engine) NewVCPU() *VCPU {
	e.mu.Lock()
	defer e.mu.Unlock()
	v := &VCPU{e: e, Index: e.nextIndex, vcpuMem: e.newVCPUMem()}
	e.nextIndex++
	v.hdr.GuestLimit = e.guestLimit()
	v.hdr.GuestBase = uint64(e.mem.Base())
	if v.tlbs != nil {
		v.tlb = e.mem.NewTLB(v.tlbs, v.awaitOutside)
	}
	if e.arch.InitState != nil {
		e.arch.InitState(v.state)
	}
	v.memory = &memory{as: e.mem, v: v, tag: e.arch.TagBits}
	v.env = ir.Env{
		State: v.state, FPEnv: (*uint64)(unsafe.Add(v.state, e.arch.FPEnvOffset)), Mem: v.memory, VCPU: v.Index, User: v,
	}
	v.thread = interp.Thread{Env: &v.env, Counters: v.counters}
	v.inject = newInjector(&e.cfg, v.Index)
	v.initJIT()
	e.vcpus = append(e.vcpus, v)
	return v
}

// Retire ends the vCPU, which is not in Run and must not be used again, but that Interrupt does no harm. Its
// counters stay part of the engine's, its memory serves the next vCPU.
func (v *VCPU) Retire() {
	e := v.e
	e.mu.Lock()
	defer e.mu.Unlock()
	for i, x := range e.vcpus {
		if x != v {
			continue
		}
		if v.tlb != nil {
			v.tlb.Close()
		}
		last := len(e.vcpus) - 1
		e.vcpus[i], e.vcpus[last] = e.vcpus[last], nil
		e.vcpus = e.vcpus[:last]
		e.retired = append(e.retired, retired{v.Index, used(v.counters)})
		e.stats.retired.addVCPU(v)
		v.vcpuMem.clear()
		e.free = append(e.free, v.vcpuMem)
		return
	}
}

// used returns a copy of the counters up to the last that is not zero.
func used(counters []uint64) []uint64 {
	n := len(counters)
	for n > 0 && atomic.LoadUint64(&counters[n-1]) == 0 {
		n--
	}
	if n == 0 {
		return nil
	}
	c := make([]uint64, n)
	for i := range c {
		c[i] = atomic.LoadUint64(&counters[i])
	}
	return c
}

// CopyState makes the guest State of v that of from, another vCPU of the engine. Neither is in Run.
func (v *VCPU) CopyState(from *VCPU) { copy(v.stateBytes(), from.stateBytes()) }

// Counters returns the vCPU's inline counters (see ir.Counter), until it retires.
func (v *VCPU) Counters() []uint64 { return v.counters }

// Counters returns the inline counters of every vCPU there has been, by index, each up to the last that
// is not zero. Those of a vCPU in Run may lag behind.
func (e *Engine) Counters() [][]uint64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	all := make([][]uint64, e.nextIndex)
	for _, r := range e.retired {
		all[r.index] = r.counters
	}
	for _, v := range e.vcpus {
		all[v.Index] = used(v.counters)
	}
	return all
}

// Total returns the sum of an inline counter over every vCPU there has been, which lags behind for those
// in Run.
func (e *Engine) Total(slot int) uint64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	var sum uint64
	for _, r := range e.retired {
		if slot < len(r.counters) {
			sum += r.counters[slot]
		}
	}
	for _, v := range e.vcpus {
		sum += atomic.LoadUint64(&v.counters[slot])
	}
	return sum
}

// EachVCPU calls f for the vCPUs that have not retired, with the engine's lock held.
func (e *Engine) EachVCPU(f func(*VCPU)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, v := range e.vcpus {
		f(v)
	}
}

// Interrupt makes Run return StopInterrupt soon, the next Run when there is none. Any goroutine may
// call it at any time.
func (v *VCPU) Interrupt() {
	v.stop.Store(true)
	atomic.StoreUint32(&v.hdr.Interrupt, 1)
}
