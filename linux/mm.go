package linux

import (
	"fmt"
	"strings"
	"sync"

	"github.com/gotcg/gotcg/linux/abi"
	"github.com/gotcg/gotcg/softmmu"
)

// memMap is what the personality adds to the address space's own list of regions: where the
// heap is and where new mappings go. Addresses are guest virtual, in bytes.
type memMap struct {
	mu            sync.Mutex // held across a whole change of the map
	brkStart, brk uint64     // heap start, page-aligned, and its current end
	mmapTop       uint64     // new mappings go below this, highest first
	top           uint64     // end of the guest's addresses

	argStart, argEnd uint64 // argv strings, for /proc/self/cmdline
}

// setBrk moves the end of the heap, brk(2), and returns the end as it is afterwards.
func (p *Process) setBrk(want uint64) uint64 {
	m := &p.mm
	m.mu.Lock()
	defer m.mu.Unlock()
	if want < m.brkStart || want >= m.mmapTop {
		return m.brk
	}
	oldEnd, newEnd := pageUp(m.brk), pageUp(want)
	switch {
	case newEnd > oldEnd:
		if newEnd-m.brkStart > p.softLimit(abi.RLIMIT_DATA) || !p.isFree(oldEnd, newEnd-oldEnd) {
			return m.brk
		}
		if err := p.as.Map(softmmu.Addr(oldEnd), newEnd-oldEnd, softmmu.RW, softmmu.Info{Name: "[heap]"}); err != nil {
			return m.brk
		}
	case newEnd < oldEnd:
		if err := p.as.Unmap(softmmu.Addr(newEnd), oldEnd-newEnd); err != nil {
			return m.brk
		}
	}
	m.brk = want
	return m.brk
}

// isFree tells whether nothing is mapped in [a, a+n).
func (p *Process) isFree(a, n uint64) bool {
	got, ok := p.as.FindFree(n, softmmu.Addr(a), softmmu.Addr(a+n-1), false)
	return ok && uint64(got) == a
}

// findFree returns a free place of n bytes for a new mapping, near hint if it is free there.
func (p *Process) findFree(hint, n uint64) (uint64, bool) {
	hint &^= abi.PageSize - 1
	if hint >= mapLow && hint+n > hint && hint+n <= p.mm.top && p.isFree(hint, n) {
		return hint, true
	}
	if p.mm.mmapTop < mapLow {
		return 0, false
	}
	a, ok := p.as.FindFree(n, mapLow, softmmu.Addr(p.mm.mmapTop-1), true)
	return uint64(a), ok
}

// Maps returns the memory map as /proc/self/maps shows it, proc(5).
func (p *Process) Maps() string { return p.mapsText() }

// mapsText renders the memory map as /proc/self/maps shows it, proc(5).
func (p *Process) mapsText() string {
	var b strings.Builder
	for _, r := range p.as.Regions() {
		writeMapping(&b, &r)
	}
	return b.String()
}

// smapsText is the memory map with each mapping's account, proc(5). What can be read counts as resident. gdb's
// generate-core-file goes by it.
func (p *Process) smapsText() string {
	var b strings.Builder
	for _, r := range p.as.Regions() {
		writeMapping(&b, &r)
		size, resident, dirty := r.Size>>10, uint64(0), uint64(0)
		if r.Perm != 0 {
			resident = size
		}
		if r.Perm&softmmu.W != 0 && !r.Shared {
			dirty = resident
		}
		for _, f := range []struct {
			name string
			kb   uint64
		}{
			{"Size:", size}, {"KernelPageSize:", abi.PageSize >> 10}, {"MMUPageSize:", abi.PageSize >> 10}, {"Rss:", resident}, {"Pss:", resident},
			{"Shared_Clean:", 0}, {"Shared_Dirty:", 0}, {"Private_Clean:", resident - dirty}, {"Private_Dirty:", dirty}, {"Referenced:", resident},
			{"Anonymous:", dirty}, {"AnonHugePages:", 0}, {"Swap:", 0}, {"Locked:", 0},
		} {
			fmt.Fprintf(&b, "%-16s%8d kB\n", f.name, f.kb)
		}
		b.WriteString("VmFlags: ")
		for _, f := range []struct {
			on   bool
			name string
		}{
			{r.Perm&softmmu.R != 0, "rd"}, {r.Perm&softmmu.W != 0, "wr"}, {r.Perm&softmmu.X != 0, "ex"}, {r.Shared, "sh"}, {true, "mr mw me"},
		} {
			if f.on {
				b.WriteString(f.name + " ")
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// writeMapping writes the line of a mapping.
func writeMapping(b *strings.Builder, r *softmmu.Region) {
	share := "p"
	if r.Shared {
		share = "s"
	}
	line := fmt.Sprintf("%08x-%08x %v%s %08x %02x:%02x %d ", uint64(r.Start), uint64(r.Start)+r.Size,
		r.Perm, share, r.Offset, devMajor(r.Dev), devMinor(r.Dev), r.Ino)
	if r.Name != "" {
		line = fmt.Sprintf("%-73s%s", line, r.Name)
	}
	b.WriteString(line + "\n")
}

// devMajor and devMinor take a 64-bit device number apart, makedev(3).
func devMajor(dev uint64) uint32 { return uint32(dev>>8)&0xfff | uint32(dev>>32)&^0xfff }
func devMinor(dev uint64) uint32 { return uint32(dev)&0xff | uint32(dev>>12)&^0xff }
