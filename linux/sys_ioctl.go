//go:build linux

package linux

import (
	"golang.org/x/sys/unix"

	"github.com/gotcg/gotcg/linux/abi"
)

// sysIoctl is ioctl(2) for terminals and a few requests on any file; others are ENOTTY, as a
// driver that does not know them answers.
func sysIoctl(t *Task, a *Args) (uint64, abi.Errno) {
	f, e := t.file(a.FD(0))
	if e != 0 {
		return 0, e
	}
	h, req, arg := f.host, uint32(a[1]), a[2]
	switch req {
	case abi.FIOCLEX, abi.FIONCLEX:
		return t.fdFlags(a.FD(0), true, req == abi.FIOCLEX)
	case abi.TCGETS:
		return 0, t.tcgets(h, arg)
	case abi.TCSETS, abi.TCSETSW, abi.TCSETSF:
		return 0, t.tcsets(h, req-abi.TCSETS, arg)
	case abi.TIOCGWINSZ:
		w, err := unix.IoctlGetWinsize(h, unix.TIOCGWINSZ)
		if err != nil {
			return 0, hostErrno(err)
		}
		var b [abi.WinsizeSize]byte
		abi.Winsize{Row: w.Row, Col: w.Col, Xpixel: w.Xpixel, Ypixel: w.Ypixel}.Encode(b[:])
		return 0, t.copyOut(arg, b[:])
	case abi.TIOCSWINSZ:
		var b [abi.WinsizeSize]byte
		if e := t.copyIn(arg, b[:]); e != 0 {
			return 0, e
		}
		g := abi.DecodeWinsize(b[:])
		w := unix.Winsize{Row: g.Row, Col: g.Col, Xpixel: g.Xpixel, Ypixel: g.Ypixel}
		return 0, hostErrno(unix.IoctlSetWinsize(h, unix.TIOCSWINSZ, &w))
	case abi.FIONREAD, abi.TIOCOUTQ, abi.TIOCGPGRP, abi.TIOCGSID, abi.TIOCGPTN:
		v, err := unix.IoctlGetInt(h, uint(req))
		if err != nil {
			return 0, hostErrno(err)
		}
		return 0, t.writeU32(arg, uint32(v))
	case abi.FIONBIO, abi.TIOCSPGRP, abi.TIOCSPTLCK:
		v, e := t.readU32(arg)
		if e != 0 {
			return 0, e
		}
		if req == abi.FIONBIO && f.desc.pipe {
			f.desc.waits.Store(v == 0)
			return 0, 0
		}
		return 0, hostErrno(unix.IoctlSetPointerInt(h, uint(req), int(int32(v))))
	case abi.TCSBRK, abi.TCXONC, abi.TCFLSH:
		return 0, hostErrno(unix.IoctlSetInt(h, uint(req), a.Int(2)))
	case abi.TIOCSCTTY, abi.TIOCNOTTY:
		return 0, abi.EPERM
	case abi.FICLONE:
		src, e := t.hostFD(a.FD(2))
		if e != 0 {
			return 0, e
		}
		return 0, hostErrno(unix.IoctlFileClone(h, src))
	}
	t.p.unimp("ioctl request %#x", req)
	return 0, abi.ENOTTY
}

func (t *Task) tcgets(h int, arg uint64) abi.Errno {
	v, err := unix.IoctlGetTermios(h, unix.TCGETS)
	if err != nil {
		return hostErrno(err)
	}
	g := abi.Termios{Iflag: v.Iflag, Oflag: v.Oflag, Cflag: v.Cflag, Lflag: v.Lflag, Line: v.Line, Cc: v.Cc}
	var b [abi.TermiosSize]byte
	g.Encode(b[:])
	return t.copyOut(arg, b[:])
}

// tcsets sets the terminal's attributes; when is 0, 1 or 2 for now, drain, flush.
func (t *Task) tcsets(h int, when uint32, arg uint64) abi.Errno {
	var b [abi.TermiosSize]byte
	if e := t.copyIn(arg, b[:]); e != 0 {
		return e
	}
	g := abi.DecodeTermios(b[:])
	v := unix.Termios{Iflag: g.Iflag, Oflag: g.Oflag, Cflag: g.Cflag, Lflag: g.Lflag, Line: g.Line, Cc: g.Cc}
	return hostErrno(unix.IoctlSetTermios(h, uint(unix.TCSETS+when), &v))
}
