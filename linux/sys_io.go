//go:build linux

package linux

import (
	"golang.org/x/sys/unix"

	"github.com/gotcg/gotcg/linux/abi"
	"github.com/gotcg/gotcg/softmmu"
)

// userEnd is the end of the addresses a 64-bit guest may pass, whatever is mapped (TASK_SIZE).
const userEnd = 1<<47 - abi.PageSize

// hostBufs is guest memory as buffers for one host call.
type hostBufs struct {
	spans []softmmu.Span
	bufs  [][]byte
	n     uint64
	first uint64 // guest address of the first buffer
	wild  bool   // no guest could have such a buffer: EFAULT once the descriptor has been checked
	// The first of each lives here: most calls have one buffer, and allocate nothing.
	span1 [1]softmmu.Span
	buf1  [1][]byte
}

func (h *hostBufs) done() {
	for i := range h.spans {
		h.spans[i].Done()
	}
}

// add appends guest memory [a, a+n) for access perm. What cannot be accessed ends the list, as
// the kernel transfers what it can; nothing accessible at all is EFAULT.
func (h *hostBufs) add(as *softmmu.AddressSpace, a, n uint64, perm softmmu.Perm) abi.Errno {
	if h.spans == nil {
		h.spans, h.bufs = h.span1[:0], h.buf1[:0]
	}
	for n > 0 && h.n < abi.MAX_RW_COUNT && len(h.bufs) < abi.IOV_MAX {
		k := min(n, abi.MAX_RW_COUNT-h.n)
		s, ok := as.Slice(softmmu.Addr(a), k, perm)
		if !ok {
			if f := as.Check(softmmu.Addr(a), k, perm); !f.OK() {
				if k = uint64(f.Addr) - a; k == 0 {
					return abi.EFAULT
				}
			}
			s, ok = as.Slice(softmmu.Addr(a), k, perm)
		}
		if !ok { // more than one range on the host: take the first
			r, found := as.Find(softmmu.Addr(a))
			if !found || r.MMIO {
				return abi.EFAULT
			}
			k = min(k, uint64(r.Start)+r.Size-a)
			if s, ok = as.Slice(softmmu.Addr(a), k, perm); !ok {
				return abi.EFAULT
			}
		}
		if h.n == 0 {
			h.first = a
		}
		h.spans = append(h.spans, s)
		h.bufs = append(h.bufs, s.Bytes)
		h.n += k
		a, n = a+k, n-k
	}
	return 0
}

// buffers gathers one guest buffer in t's scratch list.
func (t *Task) buffers(a, n uint64, perm softmmu.Perm) *hostBufs {
	h := &t.bufs
	h.reset()
	a = t.userAt(a)
	if a+n < a || a+n > userEnd {
		h.wild = true
		return h
	}
	n = min(n, abi.MAX_RW_COUNT)
	if s, ok := t.p.as.Slice(softmmu.Addr(a), n, perm); ok { // nearly always
		h.span1[0], h.buf1[0] = s, s.Bytes
		h.spans, h.bufs, h.n, h.first = h.span1[:], h.buf1[:], n, a
		return h
	}
	if e := h.add(t.p.as, a, n, perm); e != 0 && h.n == 0 {
		h.bufs = append(h.bufs, t.p.fs.bad[:min(n, uint64(len(t.p.fs.bad)))])
	}
	return h
}

// reset empties the list.
func (h *hostBufs) reset() { h.spans, h.bufs, h.n, h.first, h.wild = nil, nil, 0, 0, false }

// iovec gathers the buffers of a guest iovec array.
func (t *Task) iovec(fd int, addr uint64, count uint64, perm softmmu.Perm) (*hostBufs, abi.Errno) {
	h := &t.bufs
	h.reset()
	if _, e := t.file(fd); e != 0 {
		return h, e
	}
	if count > abi.IOV_MAX {
		return h, abi.EINVAL
	}
	raw := make([]byte, count*abi.IovecSize)
	if e := t.copyIn(addr, raw); e != 0 {
		return h, e
	}
	for i := range count {
		v := abi.DecodeIovec(raw[i*abi.IovecSize:])
		if int64(v.Len) < 0 {
			return h, abi.EINVAL
		}
		want := h.n + min(v.Len, abi.MAX_RW_COUNT-h.n)
		if e := h.add(t.p.as, t.userAt(v.Base), v.Len, perm); e != 0 {
			if h.n == 0 {
				h.bufs = append(h.bufs, t.p.fs.bad[:min(v.Len, uint64(len(t.p.fs.bad)))])
			}
			break
		}
		if h.n < want {
			break
		}
	}
	return h, 0
}

// rw is the common part of the read and write families. off is nil for the file position.
func (t *Task) rw(fd int, h *hostBufs, write bool, off *int64) (uint64, abi.Errno) {
	n, e := t.rwHeld(fd, h, write, off)
	h.done()
	return n, e
}

// rwHeld is rw; the buffers are held meanwhile.
func (t *Task) rwHeld(fd int, h *hostBufs, write bool, off *int64) (uint64, abi.Errno) {
	if off != nil && *off < 0 {
		return 0, abi.EINVAL
	}
	f, e := t.file(fd)
	if e != 0 {
		return 0, e
	}
	if f.emul != nil {
		return 0, abi.EISDIR
	}
	if len(h.bufs) == 0 {
		h.bufs = [][]byte{nil}
	}
	switch {
	case f.sig != nil && off != nil:
		return 0, abi.ESPIPE
	case f.sig != nil && write:
		return 0, abi.EINVAL
	case f.sig != nil:
		return t.readSignals(f, h)
	}
	n, quick := 0, false
	if (f.instant || f.desc.pipe) && off == nil && !h.wild && len(h.bufs) == 1 && h.n <= maxRaw { // nearly all there is to do
		var err error
		n, err = transferRaw(f.host, h.bufs[0], write)
		quick = err == nil && (!write || n == len(h.bufs[0]) || f.instant)
	}
	switch {
	case quick:
	case f.mayBlock && off == nil && h.wild: // EFAULT, unless the file is not for this; a read of nothing waits too (inotify)
		_, err := f.transferNow(h.bufs, write)
		if e = hostErrno(err); e != abi.EBADF && e != abi.EINVAL {
			e = abi.EFAULT
		}
	case f.mayBlock && off == nil:
		n, e = t.rwWaiting(f, h, write, n)
	default:
		var err error
		n, err = retry(func() (int, error) { return f.transfer(h.bufs, write, off) })
		if !write && uint64(max(n, 0)) < h.n && (err == nil && n > 0 || err == unix.EFAULT) {
			n, err = f.readOn(h, off, n, err)
		}
		if e = hostErrno(err); e == 0 && h.wild {
			e = abi.EFAULT
		}
	}
	if e != 0 {
		if e == abi.EPIPE && write {
			t.send(abi.SIGPIPE)
		}
		return 0, e
	}
	if f.names != nil && write && off == nil {
		f.setName(n)
	}
	if write && !f.mayBlock {
		t.wrote(f.host)
	}
	return uint64(n), 0
}

// wrote is called after a write to a host descriptor, or another change of its file's bytes: there may be code in them.
func (t *Task) wrote(host int) {
	if !t.p.as.SharedCode() {
		return
	}
	var st unix.Stat_t
	if unix.Fstat(host, &st) == nil {
		t.p.as.FileWritten(st.Dev, st.Ino)
	}
}

// reopen tells whether a read that ended early or with EFAULT may be made again: code that somebody ran in a buffer could be why.
func (h *hostBufs) reopen() (again bool) {
	for i := range h.spans {
		again = h.spans[i].Reopen() || again
	}
	return again
}

// maxReopen bounds how often a read is made again for such code.
const maxReopen = 100

// readOn goes on with a read that brought n bytes or an error while that may be for want of peace in the buffers.
func (f *file) readOn(h *hostBufs, off *int64, n int, err error) (int, error) {
	n = max(n, 0)
	for tries := 0; tries < maxReopen && uint64(n) < h.n && h.reopen(); tries++ {
		at := off
		if off != nil {
			o := *off + int64(n)
			at = &o
		}
		k, e := retry(func() (int, error) { return f.transfer(skipBytes(h.bufs, n), false, at) })
		switch {
		case e == nil && k == 0, e != nil && e != unix.EFAULT:
			if n > 0 {
				e = nil
			}
			return n, e
		case e == nil:
			n, err, tries = n+k, nil, 0
		}
	}
	return n, err
}

// rwWaiting is a transfer at the file's position that waits in a way that can be interrupted. The common case
// that nothing blocks takes one host call. done bytes have been transferred before.
func (t *Task) rwWaiting(f *file, h *hostBufs, write bool, done int) (int, abi.Errno) {
	bufs, tries := h.bufs, 0
	if done > 0 {
		bufs = skipBytes(bufs, done)
	}
	w := sockWait{opt: unix.SO_RCVTIMEO, events: unix.POLLIN}
	if write {
		w = sockWait{opt: unix.SO_SNDTIMEO, events: unix.POLLOUT}
	}
	for {
		n, err := f.transferNow(bufs, write)
		if err == unix.EOPNOTSUPP || err == unix.ENOSYS { // this file cannot say, or no file of this host
			if e := t.waitFD(f, w.events); e != 0 {
				return 0, e
			}
			n, err = retry(func() (int, error) { return f.transfer(bufs, write, nil) })
			return n, hostErrno(err)
		}
		if err == nil {
			done += n
			if !write || n == 0 || uint64(done) >= h.n || f.nonblocking() {
				return done, 0
			}
			bufs = skipBytes(bufs, n) // a blocking write writes everything
			continue
		}
		e := hostErrno(err)
		switch e {
		case abi.EINTR:
			continue
		case abi.EFAULT:
			if tries++; !write && tries < maxReopen && h.reopen() {
				continue
			}
		case abi.EAGAIN:
			if e = t.waitSocket(f, &w); e == 0 {
				continue
			}
		}
		if done > 0 {
			return done, 0
		}
		return 0, e
	}
}

// transferNow is transfer at the file's position where that does not block; EAGAIN means that
// it would, EOPNOTSUPP that this file cannot say, ENOSYS that the host has no such call (before Linux 4.14, qemu-user).
func (f *file) transferNow(bufs [][]byte, write bool) (int, error) {
	if f.desc.pipe {
		return f.pipeNow(bufs, write)
	}
	if len(bufs) == 1 && len(bufs[0]) <= maxRaw {
		return transferNowRaw(f.host, bufs[0], write)
	}
	if write {
		return unix.Pwritev2(f.host, bufs, -1, unix.RWF_NOWAIT)
	}
	return unix.Preadv2(f.host, bufs, -1, unix.RWF_NOWAIT)
}

// maxRaw is the largest transfer of which the Go scheduler is not told, where it does not block: longer ones take a time of
// their own.
const maxRaw = 1 << 16

// transfer does one host call for rw.
func (f *file) transfer(bufs [][]byte, write bool, off *int64) (int, error) {
	one := len(bufs) == 1
	switch {
	case write && off != nil && one:
		return unix.Pwrite(f.host, bufs[0], *off)
	case write && off != nil:
		return unix.Pwritev(f.host, bufs, *off)
	case write && one:
		return unix.Write(f.host, bufs[0])
	case write:
		return unix.Writev(f.host, bufs)
	case off != nil && one:
		return unix.Pread(f.host, bufs[0], *off)
	case off != nil:
		return unix.Preadv(f.host, bufs, *off)
	case one:
		return unix.Read(f.host, bufs[0])
	}
	return unix.Readv(f.host, bufs)
}

func sysRead(t *Task, a *Args) (uint64, abi.Errno) {
	h := t.buffers(a[1], a[2], softmmu.W)
	return t.rw(a.FD(0), h, false, nil)
}

func sysWrite(t *Task, a *Args) (uint64, abi.Errno) {
	h := t.buffers(a[1], a[2], softmmu.R)
	return t.rw(a.FD(0), h, true, nil)
}

func sysPread64(t *Task, a *Args) (uint64, abi.Errno) {
	h := t.buffers(a[1], a[2], softmmu.W)
	off := int64(a[3])
	return t.rw(a.FD(0), h, false, &off)
}

func sysPwrite64(t *Task, a *Args) (uint64, abi.Errno) {
	h := t.buffers(a[1], a[2], softmmu.R)
	off := int64(a[3])
	return t.rw(a.FD(0), h, true, &off)
}

func sysReadv(t *Task, a *Args) (uint64, abi.Errno) {
	h, e := t.iovec(a.FD(0), a[1], a[2], softmmu.W)
	if e != 0 {
		return 0, e
	}
	return t.rw(a.FD(0), h, false, nil)
}

func sysWritev(t *Task, a *Args) (uint64, abi.Errno) {
	h, e := t.iovec(a.FD(0), a[1], a[2], softmmu.R)
	if e != 0 {
		return 0, e
	}
	return t.rw(a.FD(0), h, true, nil)
}

func sysPreadv(t *Task, a *Args) (uint64, abi.Errno) {
	h, e := t.iovec(a.FD(0), a[1], a[2], softmmu.W)
	if e != 0 {
		return 0, e
	}
	off := int64(a[3]) // 64-bit ABIs pass the whole offset in pos_l
	return t.rw(a.FD(0), h, false, &off)
}

func sysPwritev(t *Task, a *Args) (uint64, abi.Errno) {
	h, e := t.iovec(a.FD(0), a[1], a[2], softmmu.R)
	if e != 0 {
		return 0, e
	}
	off := int64(a[3])
	return t.rw(a.FD(0), h, true, &off)
}

// sysPreadv2 and sysPwritev2 take -1 for the file position; no RWF_* flag is known.
func sysPreadv2(t *Task, a *Args) (uint64, abi.Errno) {
	if a.Int(5) != 0 {
		return 0, abi.EOPNOTSUPP
	}
	if int64(a[3]) == -1 {
		return sysReadv(t, a)
	}
	return sysPreadv(t, a)
}

func sysPwritev2(t *Task, a *Args) (uint64, abi.Errno) {
	if a.Int(5) != 0 {
		return 0, abi.EOPNOTSUPP
	}
	if int64(a[3]) == -1 {
		return sysWritev(t, a)
	}
	return sysPwritev(t, a)
}

func sysLseek(t *Task, a *Args) (uint64, abi.Errno) {
	f, e := t.file(a.FD(0))
	if e != 0 {
		return 0, e
	}
	if f.emul != nil {
		if a.Int(2) != abi.SEEK_SET || a[1] > uint64(len(f.emul.entries)) {
			return 0, abi.EINVAL
		}
		f.emul.mu.Lock()
		f.emul.pos = int(a[1])
		f.emul.mu.Unlock()
		return a[1], 0
	}
	n, err := unix.Seek(f.host, int64(a[1]), a.Int(2))
	return uint64(n), hostErrno(err)
}

// installPair installs two files and writes their guest numbers at addr.
func (t *Task) installPair(p [2]*file, addr uint64, cloexec bool) (uint64, abi.Errno) {
	r, e := t.installFile(p[0], cloexec)
	if e != 0 {
		p[1].release()
		return 0, e
	}
	w, e := t.installFile(p[1], cloexec)
	if e == 0 {
		e = t.copyOut(addr, []byte{byte(r), byte(r >> 8), byte(r >> 16), 0, byte(w), byte(w >> 8), byte(w >> 16), 0})
		if e == 0 {
			return 0, 0
		}
		t.closeFD(int(w))
	}
	t.closeFD(int(r))
	return 0, e
}

// closeFD closes a guest descriptor.
func (t *Task) closeFD(fd int) abi.Errno {
	f, e := t.p.fs.remove(fd)
	if e != 0 {
		return e
	}
	return f.release()
}

// offsetArg reads an optional off_t argument of sendfile and friends.
func (t *Task) offsetArg(addr uint64) (*int64, abi.Errno) {
	if addr == 0 {
		return nil, 0
	}
	v, e := t.readU64(addr)
	off := int64(v)
	return &off, e
}

func (t *Task) offsetResult(addr uint64, off *int64) abi.Errno {
	if off == nil {
		return 0
	}
	return t.writeU64(addr, uint64(*off))
}

func sysSendfile(t *Task, a *Args) (uint64, abi.Errno) {
	off, e := t.offsetArg(a[2])
	if e != 0 {
		return 0, e
	}
	in, e := t.hostFD(a.FD(1))
	if e != 0 {
		return 0, e
	}
	out, e := t.hostFD(a.FD(0))
	if e != 0 {
		fl, _ := unix.FcntlInt(uintptr(in), unix.F_GETFL, 0)
		if _, err := unix.Seek(in, 0, unix.SEEK_CUR); err == unix.ESPIPE && off != nil && fl&unix.O_ACCMODE != unix.O_WRONLY {
			return 0, abi.ESPIPE
		}
		return 0, e
	}
	n, e := t.sendfile(a, in, out, off)
	if n == 0 && e != 0 {
		if e == abi.EPIPE {
			t.send(abi.SIGPIPE)
		}
		return 0, e
	}
	t.wrote(out)
	return n, t.offsetResult(a[2], off)
}

// sendfile makes host calls until all is sent that a pipe of the guest's own takes; one for another file.
func (t *Task) sendfile(a *Args, in, out int, off *int64) (done uint64, e abi.Errno) {
	f, e := t.file(a.FD(0))
	if e != 0 {
		return 0, e
	}
	for count := min(a[3], abi.MAX_RW_COUNT); ; {
		n, err := retry(func() (int, error) { return unix.Sendfile(out, in, off, int(count-done)) })
		done += uint64(max(n, 0))
		switch {
		case err == unix.EAGAIN && f.desc.pipe:
			if e := t.waitPair(a.FD(1), a.FD(0)); e != 0 {
				return done, e
			}
		case err != nil || n == 0 || done == count || !f.desc.pipe || f.nonblocking():
			return done, hostErrno(err)
		}
	}
}

// sysCopyFileRange is copy_file_range(2), sysSplice splice(2).
func sysCopyFileRange(t *Task, a *Args) (uint64, abi.Errno) {
	return t.move(a, func(in int, inOff *int64, out int, outOff *int64) (int64, error) {
		n, err := unix.CopyFileRange(in, inOff, out, outOff, int(min(a[4], abi.MAX_RW_COUNT)), a.Int(5))
		return int64(n), err
	})
}

func sysSplice(t *Task, a *Args) (uint64, abi.Errno) {
	for {
		n, e := t.move(a, func(in int, inOff *int64, out int, outOff *int64) (int64, error) {
			return unix.Splice(in, inOff, out, outOff, int(min(a[4], abi.MAX_RW_COUNT)), a.Int(5)|unix.SPLICE_F_NONBLOCK)
		})
		if e != abi.EAGAIN || a.Int(5)&unix.SPLICE_F_NONBLOCK != 0 {
			return n, e
		}
		if e := t.waitPair(a.FD(0), a.FD(2)); e != 0 {
			return 0, e
		}
	}
}

// waitPair waits until a transfer between two descriptors can go on. The error is EAGAIN if neither can be
// waited for.
func (t *Task) waitPair(in, out int) abi.Errno {
	waited := abi.EAGAIN
	for i, fd := range []int{in, out} {
		f, e := t.file(fd)
		if e != 0 {
			return e
		}
		if !f.mayBlock || f.nonblocking() {
			continue
		}
		if e := t.waitFD(f, []int16{unix.POLLIN, unix.POLLOUT}[i]); e != 0 {
			return e
		}
		waited = 0
	}
	return waited
}

func (t *Task) move(a *Args, f func(in int, inOff *int64, out int, outOff *int64) (int64, error)) (uint64, abi.Errno) {
	in, e := t.hostFD(a.FD(0))
	if e != 0 {
		return 0, e
	}
	out, e := t.hostFD(a.FD(2))
	if e != 0 {
		return 0, e
	}
	inOff, e := t.offsetArg(a[1])
	if e != 0 {
		return 0, e
	}
	outOff, e := t.offsetArg(a[3])
	if e != 0 {
		return 0, e
	}
	n, err := retry(func() (int64, error) { return f(in, inOff, out, outOff) })
	if err != nil {
		return 0, hostErrno(err)
	}
	t.wrote(out)
	if e := t.offsetResult(a[1], inOff); e != 0 {
		return 0, e
	}
	return uint64(n), t.offsetResult(a[3], outOff)
}
