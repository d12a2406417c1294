package gdbstub

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// Numbers of the File-I/O protocol. gdb manual E.13.
const (
	fioNoEntry = 2
	fioBadFD   = 9
	fioAccess  = 13
	fioInvalid = 22
	fioManyFD  = 24
	fioRofs    = 30
	fioUnknown = 9999
)

const maxFiles = 64

// fileError is a failure that a vFile reply carries.
func (c *session) fileError(code int) ([]byte, error) { return c.text("F-1,%x", code) }

func (c *session) hostError(err error) ([]byte, error) {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return c.fileError(fioNoEntry)
	case errors.Is(err, fs.ErrPermission):
		return c.fileError(fioAccess)
	case errors.Is(err, fs.ErrInvalid):
		return c.fileError(fioInvalid)
	}
	return c.fileError(fioUnknown)
}

// vFile does the operations that only read. gdb manual E.8.
func (c *session) vFile(p *parser) ([]byte, error) {
	t, ok := c.srv.Target.(FileTarget)
	if !ok {
		return nil, ErrUnsupported
	}
	switch p.until(':') {
	case "setfs":
		p.hex()
		if err := p.end(); err != nil {
			return nil, err
		}
		return []byte("F0"), nil
	case "open":
		name := p.hexString(',')
		flags := p.hex()
		if p.err != nil {
			return c.fileError(fioInvalid)
		}
		return c.openFile(t, name, flags)
	case "close":
		fd := p.size(1 << 20)
		f, ok := c.files[fd]
		if p.end() != nil || !ok {
			return c.fileError(fioBadFD)
		}
		delete(c.files, fd)
		_ = f.Close()
		return []byte("F0"), nil
	case "pread":
		return c.pread(p)
	case "fstat":
		return c.fstat(p)
	case "readlink":
		name := p.hexString(0)
		if p.err != nil {
			return c.fileError(fioInvalid)
		}
		to, err := t.ReadLink(name)
		if err != nil {
			return c.hostError(err)
		}
		return c.attachment(len(to), []byte(to))
	}
	return nil, ErrUnsupported
}

func (c *session) openFile(t FileTarget, name string, flags uint64) ([]byte, error) {
	if flags&3 != 0 || flags&0xff8 != 0 { // O_WRONLY, O_RDWR; O_APPEND, O_CREAT, O_TRUNC, O_EXCL
		return c.fileError(fioRofs)
	}
	if len(c.files) >= maxFiles {
		return c.fileError(fioManyFD)
	}
	f, err := t.OpenFile(name)
	if err != nil {
		return c.hostError(err)
	}
	for fd := 3; ; fd++ {
		if _, taken := c.files[fd]; !taken {
			c.files[fd] = f
			return c.text("F%x", fd)
		}
	}
}

func (c *session) attachment(n int, data []byte) ([]byte, error) {
	return appendEscaped(fmt.Appendf(c.body[:0], "F%x;", n), data), nil
}

func (c *session) pread(p *parser) ([]byte, error) {
	fd := p.size(1 << 20)
	p.lit(',')
	n := p.size(1 << 40)
	p.lit(',')
	offset := p.hex()
	f, ok := c.files[fd]
	if p.end() != nil || offset > 1<<62 {
		return c.fileError(fioInvalid)
	}
	if !ok {
		return c.fileError(fioBadFD)
	}
	buf := make([]byte, min(n, (PacketSize-16)/2))
	got, err := f.ReadAt(buf, int64(offset))
	if got == 0 && err != nil && !errors.Is(err, io.EOF) {
		return c.hostError(err)
	}
	return c.attachment(got, buf[:got])
}

// fstat replies with a struct stat of the protocol: big-endian dev, ino, mode, nlink, uid, gid, rdev (4 bytes
// each), size, blksize, blocks (8), atime, mtime, ctime (4). gdb manual E.13.8.
func (c *session) fstat(p *parser) ([]byte, error) {
	fd := p.size(1 << 20)
	f, ok := c.files[fd]
	if p.end() != nil || !ok {
		return c.fileError(fioBadFD)
	}
	st, err := f.Stat()
	if err != nil {
		return c.hostError(err)
	}
	mode := uint32(st.Mode().Perm())
	switch {
	case st.Mode().IsRegular():
		mode |= 0o100000
	case st.IsDir():
		mode |= 0o40000
	case st.Mode()&fs.ModeCharDevice != 0:
		mode |= 0o20000
	}
	var b []byte
	for _, v := range []uint32{0, 0, mode, 1, 0, 0, 0} {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	for _, v := range []uint64{uint64(st.Size()), 4096, uint64(st.Size()+511) / 512} {
		b = binary.BigEndian.AppendUint64(b, v)
	}
	for range 3 {
		b = binary.BigEndian.AppendUint32(b, uint32(st.ModTime().Unix()))
	}
	return c.attachment(len(b), b)
}
