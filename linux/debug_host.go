//go:build linux

package linux

import (
	"io/fs"
	"os"

	"golang.org/x/sys/unix"

	"github.com/gotcg/gotcg/linux/abi"
)

// openForDebugger is Open. A FIFO without a writer must not block it.
func (p *Process) openForDebugger(name string) (*os.File, error) {
	f, e := p.leader.openFile(abi.AT_FDCWD, name, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_NOCTTY, 0)
	if e != 0 {
		return nil, &fs.PathError{Op: "open", Path: name, Err: unix.Errno(e)}
	}
	return os.NewFile(uintptr(f.host), name), nil
}

// linkForDebugger is ReadLink.
func (p *Process) linkForDebugger(name string) (string, error) {
	t := p.leader
	if rest, ok := t.procSelf(t.spelled(abi.AT_FDCWD, name)); ok {
		if to, e, done := t.procLink(rest); done && e == 0 {
			return to, nil
		}
	}
	r, e := t.resolve(abi.AT_FDCWD, name, noFollow)
	if e != 0 {
		return "", &fs.PathError{Op: "readlink", Path: name, Err: unix.Errno(e)}
	}
	defer r.close()
	if r.magic {
		return "", &fs.PathError{Op: "readlink", Path: name, Err: unix.EINVAL}
	}
	var b [abi.PATH_MAX]byte
	n, err := unix.Readlinkat(r.dir, r.name, b[:])
	if err != nil {
		return "", &fs.PathError{Op: "readlink", Path: name, Err: err}
	}
	return string(b[:n]), nil
}
