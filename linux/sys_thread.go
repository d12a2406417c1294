//go:build linux

package linux

import (
	"runtime"

	"golang.org/x/sys/unix"

	"github.com/gotcg/gotcg/linux/abi"
)

// sysExit is exit(2): the end of the thread. See Task.end.
func sysExit(t *Task, a *Args) (uint64, abi.Errno) {
	t.ended, t.code = true, int(a[0]&0xff)
	return 0, 0
}

// sysExitGroup is exit_group(2): the end of the process.
func sysExitGroup(t *Task, a *Args) (uint64, abi.Errno) {
	t.p.setExit(Exit{Code: int(a[0] & 0xff), PC: t.cpu.ReadReg(t.cpu.Arch().Roles.PC)})
	return 0, 0
}

func sysGetpid(t *Task, _ *Args) (uint64, abi.Errno) { return uint64(t.p.pid), 0 }

func sysGettid(t *Task, _ *Args) (uint64, abi.Errno) { return uint64(t.tid), 0 }

func sysSetTidAddress(t *Task, a *Args) (uint64, abi.Errno) {
	t.clearTID = a[0]
	return uint64(t.tid), 0
}

// sysSchedYield is sched_yield(2): to the other tasks of gotcg, whose threads the host shares out.
func sysSchedYield(*Task, *Args) (uint64, abi.Errno) {
	runtime.Gosched()
	return 0, 0
}

// hostAffinity returns the processors of the host process as the kernel's bit mask.
func hostAffinity() ([]byte, abi.Errno) {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return nil, hostErrno(err)
	}
	b := make([]byte, 128)
	for i := range 8 * len(b) {
		if set.IsSet(i) {
			b[i/8] |= 1 << (i % 8)
		}
	}
	return b, 0
}

// sysSchedGetaffinity is sched_getaffinity(2).
func sysSchedGetaffinity(t *Task, a *Args) (uint64, abi.Errno) {
	if a[1]&0xffffffff < 8 || a[1]%8 != 0 {
		return 0, abi.EINVAL
	}
	to := t.task(a.Int(0))
	if to == nil {
		return 0, abi.ESRCH
	}
	b, e := hostAffinity()
	if set := to.affinity.Load(); set != nil {
		b = *set
	}
	if e != 0 {
		return 0, e
	}
	n := len(b)
	for n > 8 && getU64(b[n-8:n]) == 0 { // the host's kernel knows no more processors than it has
		n -= 8
	}
	if uint64(n) > a[1]&0xffffffff {
		return 0, abi.EINVAL
	}
	return uint64(n), t.copyOut(a[2], b[:n])
}

// sysSchedSetaffinity is sched_setaffinity(2): the set is kept, but threads run where the host likes.
func sysSchedSetaffinity(t *Task, a *Args) (uint64, abi.Errno) {
	to := t.task(a.Int(0))
	if to == nil {
		return 0, abi.ESRCH
	}
	set := make([]byte, 128)
	if e := t.copyIn(a[2], set[:min(a[1]&0xffffffff, 128)]); e != 0 {
		return 0, e
	}
	host, e := hostAffinity()
	if e != 0 {
		return 0, e
	}
	some := byte(0)
	for i := range set {
		set[i] &= host[i]
		some |= set[i]
	}
	if some == 0 {
		return 0, abi.EINVAL
	}
	to.affinity.Store(&set)
	return 0, 0
}

// Commands of membarrier(2) that the host does for all its threads, and with them for the guest's.
const membarriers = abi.MEMBARRIER_CMD_GLOBAL | abi.MEMBARRIER_CMD_GLOBAL_EXPEDITED | abi.MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED |
	abi.MEMBARRIER_CMD_PRIVATE_EXPEDITED | abi.MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED

// sysMembarrier is membarrier(2). The commands that also synchronize the instruction stream, or restart
// rseq sections, are missing.
func sysMembarrier(t *Task, a *Args) (uint64, abi.Errno) {
	cmd := a.Int(0)
	host := func(cmd int) (uint64, abi.Errno) {
		v, _, err := unix.Syscall(unix.SYS_MEMBARRIER, uintptr(cmd), 0, 0)
		return uint64(v), hostErrno(errOf(err))
	}
	switch {
	case a.Int(1) != 0:
		return 0, abi.EINVAL
	case cmd == abi.MEMBARRIER_CMD_QUERY:
		v, e := host(cmd)
		return v & membarriers, e
	case cmd < 0 || cmd&^membarriers != 0 || cmd&(cmd-1) != 0:
		return 0, abi.EINVAL
	}
	if cmd == abi.MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED {
		t.p.membarrier.Store(true)
	} else if cmd == abi.MEMBARRIER_CMD_PRIVATE_EXPEDITED && !t.p.membarrier.Load() {
		return 0, abi.EPERM
	}
	return host(cmd)
}
