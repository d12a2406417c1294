//go:build linux && amd64

package softmmu

import (
	"errors"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"syscall"
	"unsafe"

	"github.com/gotcg/gotcg/internal/safemem"
)

const directSupported = true

// Linux system call constants that package syscall does not have.
const (
	mapNoReserve    = 0x4000
	mremapMayMove   = 1
	mremapFixed     = 2
	mremapDontUnmap = 4
)

// reservation is a closed range of host addresses.
type reservation struct{ start, size uintptr }

func (r *reservation) take(n uint64) error {
	p, err := mmap(0, uintptr(n), syscall.PROT_NONE, syscall.MAP_PRIVATE|syscall.MAP_ANON|mapNoReserve, -1, 0)
	if err == nil {
		r.start, r.size = p, uintptr(n)
	}
	return err
}

func (r *reservation) release() error {
	if r.size == 0 {
		return nil
	}
	_, _, e := syscall.Syscall(syscall.SYS_MUNMAP, r.start, r.size, 0)
	*r = reservation{}
	return hostErr("munmap", e)
}

// addressRoom returns how many bytes of addresses RLIMIT_AS leaves to the process.
func addressRoom() uint64 {
	var r syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_AS, &r); err != nil || r.Cur >= 1<<62 {
		return math.MaxUint64
	}
	var pages uint64
	if b, err := os.ReadFile("/proc/self/statm"); err == nil { // proc(5): the first number is the size
		first, _, _ := strings.Cut(string(b), " ")
		pages, _ = strconv.ParseUint(first, 10, 50)
	}
	return r.Cur - min(r.Cur, pages*PageSize)
}

func hostErr(what string, e syscall.Errno) error {
	switch e {
	case 0:
		return nil
	case syscall.ENOMEM, syscall.EAGAIN:
		return fmt.Errorf("%w: %s: %w", ErrNoMemory, what, e)
	case syscall.EACCES, syscall.EPERM:
		return fmt.Errorf("%w: %s: %w", ErrAccess, what, e)
	}
	return fmt.Errorf("softmmu: %s: %w", what, e)
}

func mmap(at, n uintptr, prot, flags, fd int, off int64) (uintptr, error) {
	p, _, e := syscall.Syscall6(syscall.SYS_MMAP, at, n, uintptr(prot), uintptr(flags), uintptr(fd), uintptr(off))
	return p, hostErr("mmap", e)
}

// hostProt never has PROT_EXEC: guest code does not run on the host.
func hostProt(p Perm) int {
	prot := syscall.PROT_NONE
	if p.effective()&R != 0 {
		prot |= syscall.PROT_READ
	}
	if p&W != 0 {
		prot |= syscall.PROT_WRITE
	}
	return prot
}

// hostOpen makes a part of the reservation in which nothing is mapped zeroed memory: half of what a new mapping costs.
func hostOpen(at, n uintptr, p Perm) error {
	err := hostProtect(at, n, p)
	if err != nil { // perhaps done in part
		_ = hostUnmap(at, n)
	}
	return err
}

func hostMap(at, n uintptr, p Perm, shared bool) error {
	flags := syscall.MAP_ANON | mapNoReserve | privacy(shared)
	if shared { // a file of the host's
		return hostBring(at, n, hostProt(p), flags, -1, 0)
	}
	_, err := mmap(at, n, hostProt(p), flags|syscall.MAP_FIXED, -1, 0)
	if err != nil { // memory is short; what was there may be gone
		_ = hostUnmap(at, n)
	}
	return err
}

func hostMapFile(at, n uintptr, p Perm, f File) error {
	return hostBring(at, n, hostProt(p), mapNoReserve|privacy(f.Shared), f.FD, f.Offset)
}

// ofHugePages tells whether a file is of hugetlbfs. Of those the host maps whole huge pages, more than it is asked for.
func ofHugePages(fd int) bool {
	const hugetlbfsMagic = 0x958458f6 // statfs(2)
	var st syscall.Statfs_t
	return syscall.Fstatfs(fd, &st) == nil && st.Type == hugetlbfsMagic
}

func privacy(shared bool) (flags int) {
	if shared {
		return syscall.MAP_SHARED
	}
	return syscall.MAP_PRIVATE
}

// hostBring maps a file elsewhere and moves the mapping into the reservation. To make it there at once (MAP_FIXED) may leave a hole, which
// any other thread's mmap could take: the host unmaps what is there, and then asks the file, which may refuse, as those of /proc do.
func hostBring(at, n uintptr, prot, flags, fd int, off int64) error {
	from, err := mmap(0, n, prot, flags, fd, off)
	if err != nil {
		return err
	}
	return hostPlace(at, from, n)
}

// hostPlace moves the mapping at from, which is outside the reservation, into it.
func hostPlace(at, from, n uintptr) error {
	_, _, e := syscall.Syscall6(syscall.SYS_MREMAP, from, n, n, mremapMayMove|mremapFixed, at, 0)
	if e != 0 {
		_, _, _ = syscall.Syscall(syscall.SYS_MUNMAP, from, n, 0)
	}
	return hostErr("mremap", e)
}

// hostUnmap closes a part of the reservation; it must stay reserved.
func hostUnmap(at, n uintptr) error {
	_, err := mmap(at, n, syscall.PROT_NONE,
		syscall.MAP_PRIVATE|syscall.MAP_ANON|syscall.MAP_FIXED|mapNoReserve, -1, 0)
	return err
}

func hostProtect(at, n uintptr, p Perm) error {
	_, _, e := syscall.Syscall(syscall.SYS_MPROTECT, at, n, uintptr(hostProt(p)))
	return hostErr("mprotect", e)
}

func hostDiscard(at, n uintptr) error {
	_, _, e := syscall.Syscall(syscall.SYS_MADVISE, at, n, syscall.MADV_DONTNEED)
	return hostErr("madvise", e)
}

// hostMove makes the newLen bytes at to have the contents of the oldLen bytes at old, which stay mapped.
func hostMove(to, old, oldLen, newLen uintptr, p Perm, private bool) error {
	if !private { // old size 0: a second mapping of the same shared pages
		from, _, e := syscall.Syscall6(syscall.SYS_MREMAP, old, 0, newLen, mremapMayMove, 0, 0)
		if e != 0 {
			return hostErr("mremap", e)
		}
		return hostPlace(to, from, newLen)
	}
	if newLen > oldLen {
		if err := hostMap(to+oldLen, newLen-oldLen, p, false); err != nil {
			return err
		}
	}
	from, _, e := syscall.Syscall6(syscall.SYS_MREMAP, old, oldLen, oldLen, mremapMayMove|mremapDontUnmap, 0, 0)
	if e == 0 {
		if err := hostPlace(to, from, oldLen); err != nil {
			return err
		}
		return hostProtect(to, oldLen, p)
	}
	// Not movable like that (several host mappings, an older kernel): copy.
	if err := hostMap(to, oldLen, RW, false); err != nil {
		return err
	}
	if err := hostProtect(old, oldLen, R); err != nil {
		return err
	}
	for off := uintptr(0); off < oldLen; off += PageSize {
		_, _ = safemem.Move(to+off, old+off, PageSize) // a page whose file is gone stays zero
	}
	return hostProtect(to, oldLen, p)
}

// forced reads or writes host memory through /proc/self/mem, which ignores page permissions.
func forced(at uintptr, b []byte, write bool) (int, error) {
	fd, err := syscall.Open("/proc/self/mem", syscall.O_RDWR|syscall.O_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	defer func() { _ = syscall.Close(fd) }()
	for done := 0; done < len(b); {
		var n int
		if write {
			n, err = syscall.Pwrite(fd, b[done:], int64(at)+int64(done))
		} else {
			n, err = syscall.Pread(fd, b[done:], int64(at)+int64(done))
		}
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil || n == 0 {
			return done, err
		}
		done += n
	}
	return len(b), nil
}

// hostBytes is host memory as a slice.
func hostBytes(at uintptr, n int) []byte {
	return unsafe.Slice((*byte)(*(*unsafe.Pointer)(unsafe.Pointer(&at))), n)
}
