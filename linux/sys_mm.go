//go:build linux

package linux

import (
	"errors"

	"io"

	"golang.org/x/sys/unix"

	"github.com/gotcg/gotcg/linux/abi"
	"github.com/gotcg/gotcg/softmmu"
)

// sysBrk is brk(2), which returns the current end of the heap whatever happens.
func sysBrk(t *Task, a *Args) (uint64, abi.Errno) { return t.p.setBrk(a[0]), 0 }

// mapRange checks a page-aligned start and a length that is rounded up to pages.
func (t *Task) mapRange(start, length uint64) (uint64, abi.Errno) {
	n := pageUp(length)
	if start%abi.PageSize != 0 || n < length {
		return 0, abi.EINVAL
	}
	if start+n < start || start+n > t.p.mm.top {
		return 0, abi.ENOMEM
	}
	return n, 0
}

// memErrno turns an error of softmmu into what the system call returns: the host's own, where the host refused.
func memErrno(err error) abi.Errno {
	var e unix.Errno
	switch {
	case err == nil:
		return 0
	case errors.As(err, &e):
		return abi.Errno(e)
	case errors.Is(err, softmmu.ErrRange):
		return abi.EINVAL
	case errors.Is(err, softmmu.ErrAccess):
		return abi.EACCES
	}
	return abi.ENOMEM
}

// sysMmap is mmap(2).
func sysMmap(t *Task, a *Args) (uint64, abi.Errno) {
	p := t.p
	hint, length, prot, flags := a[0], a[1], a.Int(2), a.Int(3)
	n := pageUp(length)
	typ := flags & abi.MAP_TYPE
	switch {
	case length == 0:
		return 0, abi.EINVAL
	case n == 0 || n > p.mm.top:
		return 0, abi.ENOMEM
	case typ < abi.MAP_SHARED || typ > abi.MAP_SHARED_VALIDATE:
		return 0, abi.EINVAL
	case flags&abi.MAP_ANONYMOUS == 0 && a[5]%abi.PageSize != 0:
		return 0, abi.EINVAL
	case flags&abi.MAP_ANONYMOUS != 0 && typ == abi.MAP_SHARED_VALIDATE:
		return 0, abi.EINVAL
	case flags&abi.MAP_HUGETLB != 0:
		return 0, abi.ENOMEM
	}
	p.mm.mu.Lock()
	defer p.mm.mu.Unlock()
	at, e := p.mapPlace(hint, n, flags)
	if e != 0 {
		return 0, e
	}
	perm := permOf(prot)
	shared := typ != abi.MAP_PRIVATE
	if flags&abi.MAP_ANONYMOUS != 0 {
		err := p.as.Map(softmmu.Addr(at), n, perm, softmmu.Info{Shared: shared})
		return at, memErrno(err)
	}
	return at, t.mapFD(at, n, perm, a.FD(4), a[5], shared)
}

// mapPlace decides where a mapping of n bytes goes.
func (p *Process) mapPlace(hint, n uint64, flags int) (uint64, abi.Errno) {
	if flags&(abi.MAP_FIXED|abi.MAP_FIXED_NOREPLACE) == 0 {
		if flags&abi.MAP_32BIT != 0 && p.abi == abi.X64 {
			at, ok := p.as.FindFree(n, 0x40000000, 0x7fffffff, false)
			if !ok {
				return 0, abi.ENOMEM
			}
			return uint64(at), 0
		}
		at, ok := p.findFree(hint, n)
		if !ok {
			return 0, abi.ENOMEM
		}
		return at, 0
	}
	switch {
	case hint%abi.PageSize != 0:
		return 0, abi.EINVAL
	case hint+n < hint || hint+n > p.mm.top:
		return 0, abi.ENOMEM
	case hint < mapLow:
		return 0, abi.EPERM
	case flags&abi.MAP_FIXED_NOREPLACE != 0 && !p.isFree(hint, n):
		return 0, abi.EEXIST
	}
	return hint, 0
}

// mapFD maps a file descriptor's file.
func (t *Task) mapFD(at, n uint64, perm softmmu.Perm, fd int, off uint64, shared bool) abi.Errno {
	p := t.p
	f, e := t.file(fd)
	if e != 0 {
		return e
	}
	if f.emul != nil {
		return abi.ENODEV
	}
	fl, err := unix.FcntlInt(uintptr(f.host), unix.F_GETFL, 0)
	if err != nil {
		return hostErrno(err)
	}
	mode := fl & unix.O_ACCMODE
	if fl&unix.O_PATH != 0 {
		return abi.EBADF
	}
	if mode == unix.O_WRONLY || shared && perm&softmmu.W != 0 && mode != unix.O_RDWR {
		return abi.EACCES
	}
	if int64(off) < 0 || off+n < off {
		return abi.EOVERFLOW
	}
	var st unix.Stat_t
	if err := unix.Fstat(f.host, &st); err != nil {
		return hostErrno(err)
	}
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFREG, unix.S_IFBLK:
	case unix.S_IFCHR:
		if isDevZero(st.Rdev) {
			return memErrno(p.as.Map(softmmu.Addr(at), n, perm, softmmu.Info{Name: "/dev/zero", Shared: shared}))
		}
		return abi.ENODEV // device memory is not for guests
	default:
		return abi.ENODEV
	}
	info := softmmu.Info{Name: p.fs.guestPathOf(f), Dev: st.Dev, Ino: st.Ino}
	return memErrno(p.as.MapFile(softmmu.Addr(at), n, perm, softmmu.File{FD: f.host, Reader: hostFile(f.host), Offset: int64(off), Shared: shared}, info))
}

// isDevZero tells whether a device number is /dev/zero's.
func isDevZero(rdev uint64) bool { return devMajor(rdev) == 1 && devMinor(rdev) == 5 }

// sysMunmap is munmap(2).
func sysMunmap(t *Task, a *Args) (uint64, abi.Errno) {
	a[0] = t.mapping(a[0])
	n, e := t.mapRange(a[0], a[1])
	if e != 0 || n == 0 {
		return 0, abi.EINVAL
	}
	t.p.mm.mu.Lock()
	defer t.p.mm.mu.Unlock()
	return 0, memErrno(t.p.as.Unmap(softmmu.Addr(a[0]), n))
}

// sysMprotect is mprotect(2).
func sysMprotect(t *Task, a *Args) (uint64, abi.Errno) {
	a[0] = t.mapping(a[0])
	n := pageUp(a[1])
	switch prot := a.Int(2); {
	case a[0]%abi.PageSize != 0:
		return 0, abi.EINVAL
	case a[1] == 0:
		return 0, 0
	case a[0]+n <= a[0] || a[0]+n > t.p.mm.top:
		return 0, abi.ENOMEM
	case prot&(abi.PROT_GROWSDOWN|abi.PROT_GROWSUP) != 0:
		if prot&abi.PROT_GROWSDOWN != 0 && prot&abi.PROT_GROWSUP == 0 {
			if r, ok := t.p.as.Find(softmmu.Addr(a[0])); ok && r.Name == "[stack]" {
				n += a[0] - uint64(r.Start)
				a[0] = uint64(r.Start)
				break
			}
		}
		return 0, abi.EINVAL
	case prot&^t.p.protBits() != 0:
		return 0, abi.EINVAL
	}
	t.p.mm.mu.Lock()
	defer t.p.mm.mu.Unlock()
	return 0, memErrno(t.p.as.Protect(softmmu.Addr(a[0]), n, permOf(a.Int(2))))
}

// protBits are the protection bits that mprotect takes; 8 is PROT_SEM, which does nothing.
func (p *Process) protBits() int {
	const all = abi.PROT_READ | abi.PROT_WRITE | abi.PROT_EXEC | 8
	if p.abi == abi.A64 {
		return all | abi.PROT_BTI
	}
	return all
}

// sysMremap is mremap(2).
func sysMremap(t *Task, a *Args) (uint64, abi.Errno) {
	p := t.p
	old, flags := t.mapping(a[0]), a.Int(3)
	oldN, newN := pageUp(a[1]), pageUp(a[2])
	const known = abi.MREMAP_MAYMOVE | abi.MREMAP_FIXED
	switch {
	case flags&abi.MREMAP_DONTUNMAP != 0:
		p.unimp("mremap MREMAP_DONTUNMAP")
		return 0, abi.EINVAL
	case old%abi.PageSize != 0 || newN == 0 || flags&^known != 0,
		flags&abi.MREMAP_FIXED != 0 && flags&abi.MREMAP_MAYMOVE == 0:
		return 0, abi.EINVAL
	case newN > userEnd:
		return 0, abi.EINVAL
	}
	p.mm.mu.Lock()
	defer p.mm.mu.Unlock()
	r, found := p.as.Find(softmmu.Addr(old))
	switch {
	case !found || old+oldN < old:
		return 0, abi.EFAULT
	case oldN == 0:
		return p.mapAgain(&r, old, newN, flags, a[4])
	case newN <= oldN && flags&abi.MREMAP_FIXED == 0: // may cut off several mappings
		if newN == oldN {
			return old, 0
		}
		return old, memErrno(p.as.Unmap(softmmu.Addr(old+newN), oldN-newN))
	case !p.as.Mapped(softmmu.Addr(old), oldN):
		return 0, abi.EFAULT
	}
	to := old
	switch {
	case flags&abi.MREMAP_FIXED != 0:
		to = a[4]
		if to%abi.PageSize != 0 || to+newN < to || to+newN > p.mm.top || to < old+oldN && old < to+newN {
			return 0, abi.EINVAL
		}
	case old+newN <= p.mm.top && p.isFree(old+oldN, newN-oldN):
		if err := p.as.Remap(softmmu.Addr(old), oldN, softmmu.Addr(old), newN); err == nil {
			return old, 0
		}
		fallthrough
	default:
		if flags&abi.MREMAP_MAYMOVE == 0 {
			return 0, abi.ENOMEM
		}
		var ok bool
		if to, ok = p.findFree(0, newN); !ok {
			return 0, abi.ENOMEM
		}
	}
	if to == old && newN == oldN {
		return old, 0
	}
	return to, memErrno(p.as.Remap(softmmu.Addr(old), oldN, softmmu.Addr(to), newN))
}

// mapAgain is mremap(2) with an old size of 0: shared memory is mapped once more.
func (p *Process) mapAgain(r *softmmu.Region, old, n uint64, flags int, to uint64) (uint64, abi.Errno) {
	switch {
	case !r.Shared || r.MMIO:
		return 0, abi.EINVAL
	case flags&abi.MREMAP_MAYMOVE == 0:
		return 0, abi.ENOMEM
	case uint64(r.Start)+r.Size-old < n:
		p.unimp("mremap with old size 0 of more than one mapping")
		return 0, abi.EINVAL
	case flags&abi.MREMAP_FIXED == 0:
		var ok bool
		if to, ok = p.findFree(0, n); !ok {
			return 0, abi.ENOMEM
		}
	case to%abi.PageSize != 0 || to+n < to || to+n > p.mm.top || to < old+n && old < to+n:
		return 0, abi.EINVAL
	}
	return to, memErrno(p.as.Duplicate(softmmu.Addr(old), softmmu.Addr(to), n))
}

// sysMadvise is madvise(2). Only the advice that changes contents has an effect.
func sysMadvise(t *Task, a *Args) (uint64, abi.Errno) {
	a[0] = t.mapping(a[0])
	n := pageUp(a[1])
	if a[0]%abi.PageSize != 0 || n < a[1] || a[0]+n < a[0] || !validAdvice(a.Int(2)) {
		return 0, abi.EINVAL
	}
	if n == 0 {
		return 0, 0
	}
	t.p.mm.mu.Lock()
	defer t.p.mm.mu.Unlock()
	switch adv := a.Int(2); adv {
	case abi.MADV_DONTNEED:
		if !t.p.as.Mapped(softmmu.Addr(a[0]), n) {
			return 0, abi.ENOMEM
		}
		return 0, memErrno(t.p.as.Discard(softmmu.Addr(a[0]), n))
	case abi.MADV_REMOVE, abi.MADV_HWPOISON, abi.MADV_WIPEONFORK:
		t.p.unimp("madvise advice %d", adv)
		return 0, abi.EINVAL
	}
	if !t.p.as.Mapped(softmmu.Addr(a[0]), n) {
		return 0, abi.ENOMEM
	}
	return 0, 0
}

// validAdvice tells whether the kernel knows an advice.
func validAdvice(v int) bool {
	return v >= 0 && v <= abi.MADV_WILLNEED || v >= abi.MADV_FREE && v <= abi.MADV_COLLAPSE || v == abi.MADV_DONTNEED || v == abi.MADV_HWPOISON
}

// sysMsync is msync(2). Shared mappings are the host's, whose page cache is coherent, so a
// flush to the disk is all that is left; the host does that when it likes.
func sysMsync(t *Task, a *Args) (uint64, abi.Errno) {
	fl := a.Int(2)
	a[0] = t.mapping(a[0])
	if a[0]%abi.PageSize != 0 || fl&^(abi.MS_ASYNC|abi.MS_SYNC|abi.MS_INVALIDATE) != 0 ||
		fl&(abi.MS_ASYNC|abi.MS_SYNC) == abi.MS_ASYNC|abi.MS_SYNC {
		return 0, abi.EINVAL
	}
	n := pageUp(a[1])
	switch {
	case n == 0: // nothing, or a length that wraps around to nothing
		return 0, 0
	case a[0]+n < a[0] || !t.p.as.Mapped(softmmu.Addr(a[0]), n):
		return 0, abi.ENOMEM
	}
	return 0, 0
}

// sysMlock is mlock(2), munlock(2) and mlock2(2): a check that the range is mapped.
func sysMlock(t *Task, a *Args) (uint64, abi.Errno) {
	first := t.mapping(a[0])
	start := first &^ (abi.PageSize - 1)
	n := pageUp(first + a[1] - start)
	if start+n < start || a[1] > t.p.mm.top || !t.p.as.Mapped(softmmu.Addr(start), n) {
		return 0, abi.ENOMEM
	}
	return 0, 0
}

// sysMincore is mincore(2): every mapped page is said to be resident.
func sysMincore(t *Task, a *Args) (uint64, abi.Errno) {
	a[0], a[2] = t.mapping(a[0]), t.userAt(a[2])
	n := pageUp(a[1])
	switch {
	case a[0]%abi.PageSize != 0:
		return 0, abi.EINVAL
	case n < a[1] || a[0]+n < a[0] || a[0]+n > userEnd:
		return 0, abi.ENOMEM
	case a[2] > userEnd-n/abi.PageSize:
		return 0, abi.EFAULT
	case n > 0 && !t.p.as.Mapped(softmmu.Addr(a[0]), n):
		return 0, abi.ENOMEM
	}
	var ones [4096]byte
	for i := range ones {
		ones[i] = 1
	}
	for done, pages := uint64(0), n/abi.PageSize; done < pages; {
		k := min(pages-done, uint64(len(ones)))
		if e := t.copyOut(a[2]+done, ones[:k]); e != 0 {
			return 0, e
		}
		done += k
	}
	return 0, 0
}

// hostFile reads a host descriptor, for hosts on which softmmu does not map files.
type hostFile int

// ReadAt implements io.ReaderAt.
func (f hostFile) ReadAt(p []byte, off int64) (n int, err error) {
	for n < len(p) {
		k, err := unix.Pread(int(f), p[n:], off+int64(n))
		switch {
		case err == unix.EINTR:
		case err != nil:
			return n, err
		case k == 0:
			return n, io.EOF
		}
		n += max(k, 0)
	}
	return n, nil
}
