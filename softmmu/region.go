package softmmu

import "sort"

// Region describes a run of mapped pages.
type Region struct {
	Start Addr
	// Size is in bytes, a multiple of PageSize.
	Size uint64
	Perm Perm
	Info
	// MMIO tells that accesses call back.
	MMIO bool
}

// Info says where a region came from, for /proc/self/maps and friends. It has no effect on what accesses do.
type Info struct {
	// Name is a file's path, or "[heap]", "[stack]"; empty for anonymous memory.
	Name string
	// Offset is the file offset of the region's start, in bytes.
	Offset uint64
	// Dev and Ino identify the file: code that is written through another mapping of it is noticed by them.
	Dev, Ino uint64
	// Shared is set for MAP_SHARED regions.
	Shared bool
}

// MMIO is a device: accesses to its region call it. Offsets are from the start of the region as mapped
// by MapMMIO; size is 1, 2, 4 or 8; a 16-byte access makes two calls. Calls come from any vCPU's
// goroutine, concurrently.
type MMIO interface {
	ReadMMIO(off uint64, size int) uint64
	WriteMMIO(off uint64, size int, val uint64)
}

// region is a Region with its backing.
type region struct {
	start, last Addr // last is inclusive: the top page has no end
	perm        Perm // as asked for
	info        Info
	// back is nil for anonymous private memory in direct mode.
	back *backing
	// off is the offset of start in back.
	off uint64
}

// backing is what a region's bytes are. In direct mode only the kind matters: the host has the bytes.
type backing struct {
	// mmio is the device, or nil for RAM and files.
	mmio MMIO
	// chunk is the host memory in TLB mode.
	chunk *chunk
	file  bool
	// maxPerm bounds what Protect may give: a file open for reading cannot be written to.
	maxPerm Perm
	// obj is what a file's or shared memory is a mapping of; nil for private anonymous memory and devices.
	obj *object
}

func (r *region) size() uint64 { return uint64(r.last-r.start) + 1 }

func (r *region) isMMIO() bool { return r.back != nil && r.back.mmio != nil }

// cut returns the part of r in [start, last].
func (r region) cut(start, last Addr) region {
	if start > r.start {
		d := uint64(start - r.start)
		r.off += d
		if r.back != nil && r.back.file {
			r.info.Offset += d
		}
		r.start = start
	}
	if last < r.last {
		r.last = last
	}
	return r
}

func (r *region) public() Region {
	return Region{Start: r.start, Size: r.size(), Perm: r.perm, Info: r.info, MMIO: r.isMMIO()}
}

// joins tells whether next continues r so that the two can be one.
func (r *region) joins(next *region) bool {
	return r.last+1 == next.start && next.start != 0 && r.perm == next.perm && r.info == next.info &&
		r.back == next.back && (r.back == nil || r.off+r.size() == next.off && !r.back.file)
}

// table is an immutable snapshot of the region list, sorted, without overlaps.
type table struct{ regs []region }

// index returns the first region whose last address is a or above.
func (t *table) index(a Addr) int {
	return sort.Search(len(t.regs), func(i int) bool { return t.regs[i].last >= a })
}

// find returns the region that holds a, or nil.
func (t *table) find(a Addr) *region {
	lo, hi := 0, len(t.regs)
	for lo < hi {
		m := int(uint(lo+hi) >> 1)
		if t.regs[m].last < a {
			lo = m + 1
		} else {
			hi = m
		}
	}
	if lo < len(t.regs) && t.regs[lo].start <= a {
		return &t.regs[lo]
	}
	return nil
}

// overlapping calls f with the parts of the regions that lie in [start, last].
func (t *table) overlapping(start, last Addr, f func(region)) {
	for i := t.index(start); i < len(t.regs) && t.regs[i].start <= last; i++ {
		f(t.regs[i].cut(start, last))
	}
}

// covered tells whether every page of [start, last] is mapped.
func (t *table) covered(start, last Addr) bool {
	at := start
	for i := t.index(start); i < len(t.regs); i++ {
		r := &t.regs[i]
		if r.start > at {
			return false
		}
		if r.last >= last {
			return true
		}
		at = r.last + 1
	}
	return false
}

// empty tells whether no page of [start, last] is mapped.
func (t *table) empty(start, last Addr) bool {
	i := t.index(start)
	return i == len(t.regs) || t.regs[i].start > last
}

// replace returns a table in which [start, last] holds exactly the given regions.
func (t *table) replace(start, last Addr, with ...region) *table {
	out := make([]region, 0, len(t.regs)+len(with)+1)
	add := func(r region) {
		if n := len(out); n > 0 && out[n-1].joins(&r) {
			out[n-1].last = r.last
			return
		}
		out = append(out, r)
	}
	i := t.index(start)
	out = append(out, t.regs[:i]...)
	if i < len(t.regs) && t.regs[i].start < start {
		add(t.regs[i].cut(t.regs[i].start, start-1))
	}
	for _, r := range with {
		add(r)
	}
	for ; i < len(t.regs) && t.regs[i].last <= last; i++ {
	}
	if i < len(t.regs) { // only the first one behind has another neighbour
		r := t.regs[i]
		if r.start <= last {
			r = r.cut(last+1, r.last)
		}
		add(r)
		out = append(out, t.regs[i+1:]...)
	}
	return &table{out}
}
