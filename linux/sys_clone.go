//go:build linux

package linux

import (
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"github.com/gotcg/gotcg/linux/abi"
)

// cloneArgs is struct clone_args of clone3(2), as far as threads need it.
type cloneArgs struct {
	flags, childTID, parentTID, stack, tls uint64
}

// sysClone is clone(2). The last two arguments change places between the ABIs.
func sysClone(t *Task, a *Args) (uint64, abi.Errno) {
	c := cloneArgs{flags: a[0] & 0xffffffff, stack: a[1], parentTID: a[2], childTID: a[3], tls: a[4]}
	if t.p.abi == abi.A64 {
		c.tls, c.childTID = a[3], a[4]
	}
	if c.flags&abi.CLONE_PIDFD != 0 && c.flags&abi.CLONE_PARENT_SETTID != 0 {
		return 0, abi.EINVAL
	}
	c.flags &^= abi.CSIGNAL
	return t.clone(&c)
}

// sysClone3 is clone3(2).
func sysClone3(t *Task, a *Args) (uint64, abi.Errno) {
	size := a[1]
	switch {
	case size > abi.PageSize:
		return 0, abi.E2BIG
	case size < abi.CLONE_ARGS_SIZE_VER0:
		return 0, abi.EINVAL
	}
	raw := make([]byte, max(size, abi.CLONE_ARGS_SIZE_VER2))
	if e := t.copyIn(a[0], raw[:size]); e != 0 {
		return 0, e
	}
	for _, v := range raw[abi.CLONE_ARGS_SIZE_VER2:] {
		if v != 0 {
			return 0, abi.E2BIG
		}
	}
	word := func(i int) uint64 { return getU64(raw[8*i:]) }
	c := cloneArgs{flags: word(0), childTID: word(2), parentTID: word(3), stack: word(5), tls: word(7)}
	exitSignal, stackSize, setTID, setTIDSize := word(4), word(6), word(8), word(9)
	const known = 1<<32 - 1 | abi.CLONE_CLEAR_SIGHAND | abi.CLONE_INTO_CGROUP
	switch {
	case setTIDSize > 32 || (setTID == 0) != (setTIDSize == 0),
		exitSignal > abi.NSIG,
		c.flags&^known != 0 || c.flags&(abi.CLONE_DETACHED|abi.CSIGNAL&^abi.CLONE_NEWTIME) != 0,
		c.flags&(abi.CLONE_SIGHAND|abi.CLONE_CLEAR_SIGHAND) == abi.CLONE_SIGHAND|abi.CLONE_CLEAR_SIGHAND,
		c.flags&(abi.CLONE_THREAD|abi.CLONE_PARENT) != 0 && exitSignal != 0,
		(c.stack == 0) != (stackSize == 0):
		return 0, abi.EINVAL
	case setTIDSize != 0:
		return 0, abi.EPERM // takes a capability
	}
	c.stack += stackSize
	return t.clone(&c)
}

// clone starts a thread. What would make a process is refused with ENOSYS, once the flags have been found to
// be in order. Linux kernel/fork.c copy_process.
func (t *Task) clone(c *cloneArgs) (uint64, abi.Errno) {
	p, f := t.p, c.flags
	both := func(m uint64) bool { return f&m == m }
	switch {
	case both(abi.CLONE_NEWNS | abi.CLONE_FS), both(abi.CLONE_NEWUSER | abi.CLONE_FS),
		f&abi.CLONE_THREAD != 0 && f&abi.CLONE_SIGHAND == 0,
		f&abi.CLONE_SIGHAND != 0 && f&abi.CLONE_VM == 0,
		f&abi.CLONE_THREAD != 0 && f&(abi.CLONE_NEWUSER|abi.CLONE_NEWPID|abi.CLONE_PIDFD) != 0:
		return 0, abi.EINVAL
	}
	const thread = abi.CLONE_VM | abi.CLONE_FS | abi.CLONE_FILES | abi.CLONE_SIGHAND | abi.CLONE_THREAD
	const namespaces = abi.CLONE_NEWNS | abi.CLONE_NEWCGROUP | abi.CLONE_NEWUTS | abi.CLONE_NEWIPC | abi.CLONE_NEWNET | abi.CLONE_NEWTIME
	if !both(thread) || f&(namespaces|abi.CLONE_VFORK|abi.CLONE_INTO_CGROUP) != 0 {
		p.unimp("clone of anything but a thread (flags %#x)", f)
		return 0, abi.ENOSYS
	}
	if f&abi.CLONE_SETTLS != 0 && p.abi == abi.X64 && c.tls >= 1<<47 { // TASK_SIZE_MAX
		return 0, abi.EPERM
	}
	if !p.reserveThread() {
		return 0, abi.EAGAIN
	}
	child, err := t.newThread()
	if err != nil {
		p.threads.Add(-1)
		liveThreads.Add(-1)
		return 0, abi.EAGAIN
	}
	r := &t.cpu.Arch().Roles
	child.cpu.WriteReg(r.SyscallRet, 0)
	if c.stack != 0 {
		child.cpu.WriteReg(r.SP, c.stack)
	}
	if f&abi.CLONE_SETTLS != 0 {
		child.cpu.WriteReg(r.TLS, c.tls)
	}
	if f&abi.CLONE_CHILD_CLEARTID != 0 {
		child.clearTID = c.childTID
	}
	// The kernel, too, does not look at the result of these.
	if f&abi.CLONE_PARENT_SETTID != 0 {
		_ = t.writeU32(c.parentTID, uint32(child.tid))
	}
	if f&abi.CLONE_CHILD_SETTID != 0 {
		_ = t.writeU32(c.childTID, uint32(child.tid))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running {
		p.start(child)
	}
	return uint64(child.tid), 0
}

// newThread makes a task with a copy of t's registers.
func (t *Task) newThread() (*Task, error) {
	c, err := t.cpu.Clone()
	if err != nil {
		return nil, err
	}
	child, err := t.p.newTask(c, newTID(), t.Name(), t.sig.mask)
	if err != nil {
		c.Close()
		return nil, err
	}
	child.keepCaps, child.tagged = t.keepCaps, t.tagged
	child.affinity.Store(t.affinity.Load())
	return child, nil
}

// Thread ids are unique among all guests of the host process, whose own id is their first threads'.
var lastTID atomic.Int64

// maxTID is the largest thread id: futex words have 30 bits for it.
const maxTID = 1<<30 - 1

func newTID() int {
	lastTID.CompareAndSwap(0, int64(os.Getpid()))
	for {
		n := lastTID.Add(1)
		if n <= maxTID {
			return int(n)
		}
		lastTID.CompareAndSwap(n, int64(os.Getpid())) // long before, the first ones have ended
	}
}

// reserveThread counts a thread more, if RLIMIT_NPROC and the host allow it.
func (p *Process) reserveThread() bool {
	if uint64(p.threads.Load())+1 >= p.softLimit(abi.RLIMIT_NPROC) || liveThreads.Load() >= hostThreads() {
		return false
	}
	p.threads.Add(1)
	liveThreads.Add(1)
	return true
}

// hostThreads is how many threads all guests together may have: half of what the host allows the process, and
// less than half of what the Go runtime does (10,000).
var hostThreads = sync.OnceValue(func() int64 {
	n := int64(4096)
	var l unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NPROC, &l) == nil && l.Cur < 1<<32 {
		n = min(n, int64(l.Cur)/2)
	}
	for _, f := range []string{"/proc/sys/kernel/threads-max", "/sys/fs/cgroup/pids.max", "/sys/fs/cgroup/pids/pids.max"} {
		b, err := os.ReadFile(f)
		if err != nil {
			continue
		}
		if v, err := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64); err == nil { // "max" is none
			n = min(n, v/2)
		}
	}
	return max(n, 16)
})
