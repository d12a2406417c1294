//go:build linux

package linux

import (
	"golang.org/x/sys/unix"

	"github.com/gotcg/gotcg/linux/abi"
)

// File system events, inotify(7). The descriptor is the host's, and so are the events' layout and the
// watch numbers.

func sysInotifyInit(t *Task, _ *Args) (uint64, abi.Errno) { return sysInotifyInit1(t, &Args{}) }

// sysInotifyInit1 is inotify_init1(2).
func sysInotifyInit1(t *Task, a *Args) (uint64, abi.Errno) {
	fl, _ := hostOpenFlags(t.p.abi, a.Int(0))
	if fl&^(unix.IN_CLOEXEC|unix.IN_NONBLOCK) != 0 || a.Int(0)&abi.O_ACCMODE != 0 {
		return 0, abi.EINVAL
	}
	h, err := unix.InotifyInit1(fl | unix.IN_CLOEXEC)
	if err != nil {
		return 0, hostErrno(err)
	}
	return t.installHost(h, fl&unix.IN_CLOEXEC != 0)
}

// sysInotifyAddWatch is inotify_add_watch(2).
func sysInotifyAddWatch(t *Task, a *Args) (uint64, abi.Errno) {
	mask := uint32(a[2])
	how := follow
	if mask&unix.IN_DONT_FOLLOW != 0 {
		how = noFollow
	}
	h, e := t.hostFD(a.FD(0))
	if e != 0 {
		return 0, e
	}
	wd := 0
	_, e = t.withPath(abi.AT_FDCWD, a[1], how, func(r *pathRef) (err error) {
		name := r.name
		if r.dir != unix.AT_FDCWD {
			name = procFD(r.dir) + "/" + r.name
		}
		if r.magic {
			mask &^= unix.IN_DONT_FOLLOW
		}
		wd, err = unix.InotifyAddWatch(h, name, mask)
		return err
	})
	return uint64(wd), e
}

// sysInotifyRmWatch is inotify_rm_watch(2).
func sysInotifyRmWatch(t *Task, a *Args) (uint64, abi.Errno) {
	return t.onFD(a.FD(0), func(h int) error {
		_, err := unix.InotifyRmWatch(h, uint32(a[1]))
		return err
	})
}
