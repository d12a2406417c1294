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

// sysSetRobustList records nothing yet.
func sysSetRobustList(_ *Task, a *Args) (uint64, abi.Errno) {
	if a[1] != 24 {
		return 0, abi.EINVAL
	}
	return 0, 0
}

// release gives back what the thread holds when it ends.
func (t *Task) release() {}

// task returns the live task with a thread id; 0 is t itself.
func (t *Task) task(tid int) *Task {
	if tid == 0 || tid == t.tid {
		return t
	}
	t.p.mu.Lock()
	defer t.p.mu.Unlock()
	return t.p.tasks[tid]
}

// sysSchedYield is sched_yield(2): to the other tasks of gotcg, whose threads the host shares out.
func sysSchedYield(*Task, *Args) (uint64, abi.Errno) {
	runtime.Gosched()
	return 0, 0
}

func sysSchedGetaffinity(t *Task, a *Args) (uint64, abi.Errno) {
	if t.task(a.Int(0)) == nil {
		return 0, abi.ESRCH
	}
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return 0, hostErrno(err)
	}
	if a[1] < 8 || a[1]%8 != 0 {
		return 0, abi.EINVAL
	}
	b := make([]byte, 8)
	for i := range 8 * 8 {
		if set.IsSet(i) {
			b[i/8] |= 1 << (i % 8)
		}
	}
	return uint64(len(b)), t.copyOut(a[2], b)
}

// sysSchedSetaffinity accepts any set that is not empty; threads run where the host likes.
func sysSchedSetaffinity(t *Task, a *Args) (uint64, abi.Errno) {
	if t.task(a.Int(0)) == nil {
		return 0, abi.ESRCH
	}
	b := make([]byte, min(a[1], 128))
	if e := t.copyIn(a[2], b); e != 0 {
		return 0, e
	}
	for _, v := range b {
		if v != 0 {
			return 0, 0
		}
	}
	return 0, abi.EINVAL
}

// sysKill is kill(2). Signals to the guest itself have their effect; others go to the host.
func sysKill(t *Task, a *Args) (uint64, abi.Errno) {
	pid, sig := a.Int(0), abi.Signal(a.Int(1))
	if sig < 0 || sig > abi.NSIG {
		return 0, abi.EINVAL
	}
	if pid == t.p.pid || pid == 0 {
		if sig != 0 {
			t.send(sig)
		}
		return 0, 0
	}
	if pid == -1 {
		return 0, abi.EPERM
	}
	return 0, hostErrno(unix.Kill(pid, unix.Signal(sig)))
}

// sysTgkill is tgkill(2), sysTkill tkill(2).
func sysTgkill(t *Task, a *Args) (uint64, abi.Errno) {
	if a.Int(0) <= 0 {
		return 0, abi.EINVAL
	}
	if a.Int(0) != t.p.pid {
		return 0, abi.ESRCH
	}
	return t.tgkill(a.Int(1), a.Int(2))
}

func sysTkill(t *Task, a *Args) (uint64, abi.Errno) { return t.tgkill(a.Int(0), a.Int(1)) }

func (t *Task) tgkill(tid, sig int) (uint64, abi.Errno) {
	if tid <= 0 || sig < 0 || sig > abi.NSIG {
		return 0, abi.EINVAL
	}
	to := t.task(tid)
	switch {
	case to == nil:
		return 0, abi.ESRCH
	case sig != 0:
		to.send(abi.Signal(sig))
	}
	return 0, 0
}
