//go:build linux

package linux

import (
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/gotcg/gotcg/linux/abi"
	"github.com/gotcg/gotcg/softmmu"
)

// sysIgnored succeeds and does nothing.
func sysIgnored(*Task, *Args) (uint64, abi.Errno) { return 0, 0 }

// sysNotPermitted refuses what would change the host.
func sysNotPermitted(*Task, *Args) (uint64, abi.Errno) { return 0, abi.EPERM }

// sysWait says that there are no children, as there is no fork yet.
func sysWait(*Task, *Args) (uint64, abi.Errno) { return 0, abi.ECHILD }

func sysGetppid(*Task, *Args) (uint64, abi.Errno) { return uint64(os.Getppid()), 0 }
func sysGetpgrp(*Task, *Args) (uint64, abi.Errno) { return uint64(unix.Getpgrp()), 0 }
func sysGetuid(*Task, *Args) (uint64, abi.Errno)  { return uint64(os.Getuid()), 0 }
func sysGeteuid(*Task, *Args) (uint64, abi.Errno) { return uint64(os.Geteuid()), 0 }
func sysGetgid(*Task, *Args) (uint64, abi.Errno)  { return uint64(os.Getgid()), 0 }
func sysGetegid(*Task, *Args) (uint64, abi.Errno) { return uint64(os.Getegid()), 0 }

func sysSetuid(_ *Task, a *Args) (uint64, abi.Errno)   { return setID(a, os.Getuid()) }
func sysSetgid(_ *Task, a *Args) (uint64, abi.Errno)   { return setID(a, os.Getgid()) }
func sysSetreuid(_ *Task, a *Args) (uint64, abi.Errno) { return setID(a, os.Getuid(), os.Geteuid()) }
func sysSetregid(_ *Task, a *Args) (uint64, abi.Errno) { return setID(a, os.Getgid(), os.Getegid()) }

func sysSetresuid(_ *Task, a *Args) (uint64, abi.Errno) {
	return setID(a, os.Getuid(), os.Geteuid(), os.Geteuid())
}

func sysSetresgid(_ *Task, a *Args) (uint64, abi.Errno) {
	return setID(a, os.Getgid(), os.Getegid(), os.Getegid())
}

// setID answers setuid(2) and its kin: only to what already is.
func setID(a *Args, ids ...int) (uint64, abi.Errno) {
	for i, id := range ids {
		if a.Int(i) != -1 && a.Int(i) != id {
			return 0, abi.EPERM
		}
	}
	return 0, 0
}

func sysGetresuid(t *Task, a *Args) (uint64, abi.Errno) {
	r, e, s := unix.Getresuid()
	return t.putIDs(a, r, e, s)
}

func sysGetresgid(t *Task, a *Args) (uint64, abi.Errno) {
	r, e, s := unix.Getresgid()
	return t.putIDs(a, r, e, s)
}

// putIDs writes what getresuid(2) and getresgid(2) tell.
func (t *Task) putIDs(a *Args, ids ...int) (uint64, abi.Errno) {
	for i, id := range ids {
		if e := t.writeU32(a[i], uint32(id)); e != 0 {
			return 0, e
		}
	}
	return 0, 0
}

func sysGetgroups(t *Task, a *Args) (uint64, abi.Errno) {
	g, err := unix.Getgroups()
	if err != nil {
		return 0, hostErrno(err)
	}
	if n := a.Int(0); n == 0 {
		return uint64(len(g)), 0
	} else if n < len(g) {
		return 0, abi.EINVAL
	}
	for i, v := range g {
		if e := t.writeU32(a[1]+uint64(4*i), uint32(v)); e != 0 {
			return 0, e
		}
	}
	return uint64(len(g)), 0
}

func sysGetpgid(t *Task, a *Args) (uint64, abi.Errno) {
	v, err := unix.Getpgid(a.Int(0))
	return uint64(v), hostErrno(err)
}

func sysGetsid(t *Task, a *Args) (uint64, abi.Errno) {
	v, err := unix.Getsid(a.Int(0))
	return uint64(v), hostErrno(err)
}

func sysUname(t *Task, a *Args) (uint64, abi.Errno) {
	var h unix.Utsname
	_ = unix.Uname(&h)
	u := abi.Utsname{
		Sysname: "Linux", Nodename: hostName(), Release: unix.ByteSliceToString(h.Release[:]),
		Version: unix.ByteSliceToString(h.Version[:]), Machine: t.p.abi.String(),
		Domainname: unix.ByteSliceToString(h.Domainname[:]),
	}
	var b [abi.UtsnameSize]byte
	u.Encode(b[:])
	return 0, t.copyOut(a[0], b[:])
}

func sysSysinfo(t *Task, a *Args) (uint64, abi.Errno) {
	var h unix.Sysinfo_t
	if err := unix.Sysinfo(&h); err != nil {
		return 0, hostErrno(err)
	}
	g := abi.Sysinfo{
		Uptime: int64(h.Uptime), Loads: [3]uint64{uint64(h.Loads[0]), uint64(h.Loads[1]), uint64(h.Loads[2])},
		TotalRAM: uint64(h.Totalram), FreeRAM: uint64(h.Freeram), SharedRAM: uint64(h.Sharedram),
		BufferRAM: uint64(h.Bufferram), TotalSw: uint64(h.Totalswap), FreeSw: uint64(h.Freeswap), Procs: h.Procs,
		TotalHigh: uint64(h.Totalhigh), FreeHigh: uint64(h.Freehigh), Unit: h.Unit,
	}
	var b [abi.SysinfoSize]byte
	g.Encode(b[:])
	return 0, t.copyOut(a[0], b[:])
}

func sysGetrandom(t *Task, a *Args) (uint64, abi.Errno) {
	if a.Int(2)&^(abi.GRND_NONBLOCK|abi.GRND_RANDOM|abi.GRND_INSECURE) != 0 {
		return 0, abi.EINVAL
	}
	n := min(a[1], 1<<25)
	var chunk [4096]byte
	for done := uint64(0); done < n; {
		k := min(n-done, uint64(len(chunk)))
		if _, err := io.ReadFull(t.p.random(), chunk[:k]); err != nil {
			return done, abi.EIO
		}
		put, f := t.p.as.Write(t.user().at(a[0]+done), chunk[:k])
		done += uint64(put)
		if !f.OK() {
			if done > 0 {
				return done, 0
			}
			return 0, abi.EFAULT
		}
	}
	return n, 0
}

func sysGetrlimit(t *Task, a *Args) (uint64, abi.Errno) {
	return sysPrlimit64(t, &Args{0, a[0], 0, a[1]})
}

func sysSetrlimit(t *Task, a *Args) (uint64, abi.Errno) {
	return sysPrlimit64(t, &Args{0, a[0], a[1], 0})
}

// sysPrlimit64 is prlimit64(2) on the guest itself. The limits are the guest's own.
func sysPrlimit64(t *Task, a *Args) (uint64, abi.Errno) {
	res := uint32(a[1])
	if pid := a.Int(0); pid != 0 && pid != t.p.pid {
		return 0, abi.EPERM
	}
	if res >= abi.RLIM_NLIMITS {
		return 0, abi.EINVAL
	}
	t.p.limMu.Lock()
	defer t.p.limMu.Unlock()
	old := t.p.limits[res]
	var b [abi.RlimitSize]byte
	if a[2] != 0 {
		if e := t.copyIn(a[2], b[:]); e != 0 {
			return 0, e
		}
		l := abi.DecodeRlimit(b[:])
		if l.Cur > l.Max {
			return 0, abi.EINVAL
		}
		if l.Max > old.Max {
			return 0, abi.EPERM
		}
		t.p.limits[res] = l
	}
	if a[3] == 0 {
		return 0, 0
	}
	old.Encode(b[:])
	return 0, t.copyOut(a[3], b[:])
}

// sysPrctl is prctl(2).
func sysPrctl(t *Task, a *Args) (uint64, abi.Errno) {
	switch op := a.Int(0); op {
	case abi.PR_SET_NAME:
		s, e := t.readString(a[1], 16, abi.ENAMETOOLONG)
		if e == abi.ENAMETOOLONG { // longer names are cut
			var b [15]byte
			e = t.copyIn(a[1], b[:])
			s = string(b[:])
		}
		if e == 0 {
			s, _, _ = strings.Cut(s, "\x00")
			t.name.Store(&s)
		}
		return 0, e
	case abi.PR_GET_NAME:
		var b [16]byte
		copy(b[:15], t.Name())
		return 0, t.copyOut(a[1], b[:])
	case abi.PR_GET_DUMPABLE:
		return 1, 0
	case abi.PR_SET_DUMPABLE, abi.PR_SET_TIMERSLACK, abi.PR_SET_NO_NEW_PRIVS, abi.PR_SET_PDEATHSIG:
		return 0, 0
	case abi.PR_SET_KEEPCAPS:
		if a[1] > 1 {
			return 0, abi.EINVAL
		}
		t.keepCaps = a[1] != 0
		return 0, 0
	case abi.PR_GET_KEEPCAPS:
		if t.keepCaps {
			return 1, 0
		}
		return 0, 0
	case abi.PR_GET_NO_NEW_PRIVS:
		return 0, 0
	case abi.PR_GET_TIMERSLACK:
		return 50000, 0
	case abi.PR_GET_PDEATHSIG:
		return 0, t.writeU32(a[1], 0)
	case abi.PR_GET_TID_ADDRESS:
		return 0, t.writeU64(a[1], t.clearTID)
	case abi.PR_CAPBSET_READ:
		v, err := unix.PrctlRetInt(unix.PR_CAPBSET_READ, uintptr(a[1]), 0, 0, 0)
		return uint64(v), hostErrno(err)
	case abi.PR_SET_TAGGED_ADDR_CTRL, abi.PR_GET_TAGGED_ADDR_CTRL:
		return t.tagControl(op == abi.PR_SET_TAGGED_ADDR_CTRL, a)
	case abi.PR_SET_VMA:
		return 0, abi.EINVAL // as a kernel built without anonymous VMA names
	default:
		t.p.unimp("prctl option %d", op)
		return 0, abi.EINVAL
	}
}

// sysArchPrctl is arch_prctl(2), x86-64 only.
func sysArchPrctl(t *Task, a *Args) (uint64, abi.Errno) {
	arch := t.cpu.Arch()
	fs, gs := arch.Roles.TLS, -1
	if r := arch.RegByName("gs_base"); r != nil {
		gs = r.Num
	}
	switch code := a.Int(0); code {
	case abi.ARCH_SET_FS, abi.ARCH_SET_GS:
		n := fs
		if code == abi.ARCH_SET_GS {
			n = gs
		}
		if n < 0 || a[1] >= 1<<47 { // TASK_SIZE_MAX
			return 0, abi.EPERM
		}
		t.cpu.WriteReg(n, a[1])
		return 0, 0
	case abi.ARCH_GET_FS:
		return 0, t.writeU64(a[1], t.cpu.ReadReg(fs))
	case abi.ARCH_GET_GS:
		if gs < 0 {
			return 0, abi.EINVAL
		}
		return 0, t.writeU64(a[1], t.cpu.ReadReg(gs))
	case abi.ARCH_GET_CPUID:
		return 1, 0
	case abi.ARCH_SET_CPUID:
		return 0, abi.ENODEV
	default: // shadow stacks, LAM and others: as a kernel that has none of them
		return 0, abi.EINVAL
	}
}

func sysGetcpu(t *Task, a *Args) (uint64, abi.Errno) {
	for i := range 2 {
		if e := t.copyOutOpt(a[i], make([]byte, 4)); e != 0 {
			return 0, e
		}
	}
	return 0, 0
}

func sysSchedGetparam(t *Task, a *Args) (uint64, abi.Errno) { return 0, t.writeU32(a[1], 0) }

func sysGetpriority(t *Task, a *Args) (uint64, abi.Errno) {
	v, err := unix.Getpriority(a.Int(0), a.Int(1)) // the raw call: 20-nice
	return uint64(v), hostErrno(err)
}

// sysMemfdCreate is memfd_create(2). There are no huge pages, as for mmap.
func sysMemfdCreate(t *Task, a *Args) (uint64, abi.Errno) {
	if a.Int(1)&unix.MFD_HUGETLB != 0 {
		return 0, abi.ENOMEM
	}
	name, e := t.readString(a[0], 250, abi.EINVAL)
	if e != 0 {
		return 0, e
	}
	h, err := unix.MemfdCreate(name, a.Int(1)|unix.MFD_CLOEXEC)
	if err != nil {
		return 0, hostErrno(err)
	}
	return t.installHost(h, a.Int(1)&unix.MFD_CLOEXEC != 0)
}

// sysSyslog is syslog(2), looking only: SYSLOG_ACTION_READ, 2, takes the messages out, and waits for them in the host.
func sysSyslog(t *Task, a *Args) (uint64, abi.Errno) {
	switch typ := a.Int(0); typ {
	case 3:
		h := t.buffers(a[1], uint64(uint32(a[2])), softmmu.W)
		if len(h.bufs) == 0 {
			return 0, 0
		}
		defer h.done()
		n, err := unix.Klogctl(typ, h.bufs[0])
		return uint64(n), hostErrno(err)
	case 9, 10:
		n, err := unix.Klogctl(typ, nil)
		return uint64(n), hostErrno(err)
	}
	return 0, abi.EPERM
}
