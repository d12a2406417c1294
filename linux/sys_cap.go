//go:build linux

package linux

import (
	"golang.org/x/sys/unix"

	"github.com/gotcg/gotcg/linux/abi"
)

// capSize returns the size in bytes of the capability sets of a version of capget(2), and whether there is
// such a version.
func capSize(version uint32) (int, bool) {
	switch version {
	case unix.LINUX_CAPABILITY_VERSION_1:
		return 12, true
	case unix.LINUX_CAPABILITY_VERSION_2, unix.LINUX_CAPABILITY_VERSION_3:
		return 24, true
	}
	return 0, false
}

// capHeader reads the header of capget(2) and capset(2). The guest has the capabilities of the host process.
func (t *Task) capHeader(addr uint64) (int, abi.Errno) {
	var h [8]byte
	if e := t.copyIn(addr, h[:]); e != 0 {
		return 0, e
	}
	size, ok := capSize(getU32(h[:]))
	if !ok {
		if e := t.writeU32(addr, unix.LINUX_CAPABILITY_VERSION_3); e != 0 {
			return 0, e
		}
		return 0, abi.EINVAL
	}
	switch pid := int(int32(getU32(h[4:]))); {
	case pid < 0:
		return 0, abi.EINVAL
	case pid != 0 && t.p.byTID(pid) == nil:
		return 0, abi.ESRCH
	}
	return size, 0
}

// hostCaps returns the capability sets of the host process.
func hostCaps() ([]byte, abi.Errno) {
	var d [2]unix.CapUserData
	if err := unix.Capget(&unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, &d[0]); err != nil {
		return nil, hostErrno(err)
	}
	b := make([]byte, 24)
	for i, v := range d {
		putU32(b[12*i:], v.Effective)
		putU32(b[12*i+4:], v.Permitted)
		putU32(b[12*i+8:], v.Inheritable)
	}
	return b, 0
}

// sysCapget is capget(2).
func sysCapget(t *Task, a *Args) (uint64, abi.Errno) {
	size, e := t.capHeader(a[0])
	if a[1] == 0 && (e == 0 || e == abi.EINVAL) {
		return 0, 0
	}
	if e != 0 {
		return 0, e
	}
	b, e := hostCaps()
	if e != 0 {
		return 0, e
	}
	return 0, t.copyOut(a[1], b[:size])
}

// sysCapset is capset(2), to what already is.
func sysCapset(t *Task, a *Args) (uint64, abi.Errno) {
	size, e := t.capHeader(a[0])
	if e != 0 {
		return 0, e
	}
	want := make([]byte, size)
	if e := t.copyIn(a[1], want); e != 0 {
		return 0, e
	}
	if b, e := hostCaps(); e != 0 || string(b[:size]) != string(want) {
		return 0, abi.EPERM
	}
	return 0, 0
}
