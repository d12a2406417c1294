package abi

import "encoding/binary"

var le = binary.LittleEndian

// Timespec is struct timespec with 64-bit fields: seconds and nanoseconds.
type Timespec struct{ Sec, Nsec int64 }

// TimespecSize is the size of Timespec in guest memory, in bytes.
const TimespecSize = 16

// Encode writes t to b[:TimespecSize].
func (t Timespec) Encode(b []byte) {
	le.PutUint64(b[0:], uint64(t.Sec))
	le.PutUint64(b[8:], uint64(t.Nsec))
}

// DecodeTimespec reads a Timespec from b[:TimespecSize]. A struct timeval has the same
// layout with microseconds in Nsec.
func DecodeTimespec(b []byte) Timespec {
	return Timespec{int64(le.Uint64(b)), int64(le.Uint64(b[8:]))}
}

// Stat is the contents of struct stat; the two guests lay it out differently.
type Stat struct {
	Dev, Ino, Nlink     uint64
	Mode, UID, GID      uint32
	Rdev                uint64
	Size                int64
	Blksize             int64
	Blocks              int64
	Atime, Mtime, Ctime Timespec
}

// StatSize returns the size of struct stat on a, in bytes.
func StatSize(a Arch) int {
	if a == X64 {
		return 144
	}
	return 128
}

// Encode writes s to b[:StatSize(a)]. Sources: arch/x86/include/uapi/asm/stat.h,
// include/uapi/asm-generic/stat.h.
func (s *Stat) Encode(a Arch, b []byte) {
	clear(b[:StatSize(a)])
	le.PutUint64(b[0:], s.Dev)
	le.PutUint64(b[8:], s.Ino)
	if a == X64 {
		le.PutUint64(b[16:], s.Nlink)
		le.PutUint32(b[24:], s.Mode)
		le.PutUint32(b[28:], s.UID)
		le.PutUint32(b[32:], s.GID)
		le.PutUint64(b[40:], s.Rdev)
		le.PutUint64(b[48:], uint64(s.Size))
		le.PutUint64(b[56:], uint64(s.Blksize))
		le.PutUint64(b[64:], uint64(s.Blocks))
	} else {
		le.PutUint32(b[16:], s.Mode)
		le.PutUint32(b[20:], uint32(s.Nlink))
		le.PutUint32(b[24:], s.UID)
		le.PutUint32(b[28:], s.GID)
		le.PutUint64(b[32:], s.Rdev)
		le.PutUint64(b[48:], uint64(s.Size))
		le.PutUint32(b[56:], uint32(s.Blksize))
		le.PutUint64(b[64:], uint64(s.Blocks))
	}
	s.Atime.Encode(b[72:])
	s.Mtime.Encode(b[88:])
	s.Ctime.Encode(b[104:])
}

// StatxTimestamp is struct statx_timestamp.
type StatxTimestamp struct {
	Sec  int64
	Nsec uint32
}

// Statx is the contents of struct statx, statx(2).
type Statx struct {
	Mask, Blksize                            uint32
	Attributes                               uint64
	Nlink, UID, GID                          uint32
	Mode                                     uint16
	Ino, Size, Blocks, AttributesMask        uint64
	Atime, Btime, Ctime, Mtime               StatxTimestamp
	RdevMajor, RdevMinor, DevMajor, DevMinor uint32
	MntID                                    uint64
	DioMemAlign, DioOffsetAlign              uint32
}

// StatxSize is the size of struct statx, in bytes.
const StatxSize = 256

// Encode writes s to b[:StatxSize].
func (s *Statx) Encode(b []byte) {
	clear(b[:StatxSize])
	le.PutUint32(b[0:], s.Mask)
	le.PutUint32(b[4:], s.Blksize)
	le.PutUint64(b[8:], s.Attributes)
	le.PutUint32(b[16:], s.Nlink)
	le.PutUint32(b[20:], s.UID)
	le.PutUint32(b[24:], s.GID)
	le.PutUint16(b[28:], s.Mode)
	le.PutUint64(b[32:], s.Ino)
	le.PutUint64(b[40:], s.Size)
	le.PutUint64(b[48:], s.Blocks)
	le.PutUint64(b[56:], s.AttributesMask)
	for i, t := range []StatxTimestamp{s.Atime, s.Btime, s.Ctime, s.Mtime} {
		le.PutUint64(b[64+16*i:], uint64(t.Sec))
		le.PutUint32(b[72+16*i:], t.Nsec)
	}
	le.PutUint32(b[128:], s.RdevMajor)
	le.PutUint32(b[132:], s.RdevMinor)
	le.PutUint32(b[136:], s.DevMajor)
	le.PutUint32(b[140:], s.DevMinor)
	le.PutUint64(b[144:], s.MntID)
	le.PutUint32(b[152:], s.DioMemAlign)
	le.PutUint32(b[156:], s.DioOffsetAlign)
}

// Statfs is struct statfs, the same on both guests (asm-generic/statfs.h, 64-bit words).
type Statfs struct {
	Type, Bsize                 int64
	Blocks, Bfree, Bavail       uint64
	Files, Ffree                uint64
	Fsid                        [2]int32
	Namelen, Frsize, MountFlags int64
}

// StatfsSize is the size of struct statfs, in bytes.
const StatfsSize = 120

// Encode writes s to b[:StatfsSize].
func (s *Statfs) Encode(b []byte) {
	clear(b[:StatfsSize])
	for i, v := range []uint64{uint64(s.Type), uint64(s.Bsize), s.Blocks, s.Bfree, s.Bavail, s.Files, s.Ffree} {
		le.PutUint64(b[8*i:], v)
	}
	le.PutUint32(b[56:], uint32(s.Fsid[0]))
	le.PutUint32(b[60:], uint32(s.Fsid[1]))
	le.PutUint64(b[64:], uint64(s.Namelen))
	le.PutUint64(b[72:], uint64(s.Frsize))
	le.PutUint64(b[80:], uint64(s.MountFlags))
}

// Dirent is one struct linux_dirent64, getdents64(2).
type Dirent struct {
	Ino  uint64
	Off  int64
	Type uint8
	Name string
}

// Size returns the record length of d in bytes: header, name, NUL, padded to 8.
func (d *Dirent) Size() int { return (19 + len(d.Name) + 1 + 7) &^ 7 }

// Encode writes d to b[:d.Size()].
func (d *Dirent) Encode(b []byte) {
	n := d.Size()
	clear(b[:n])
	le.PutUint64(b[0:], d.Ino)
	le.PutUint64(b[8:], uint64(d.Off))
	le.PutUint16(b[16:], uint16(n))
	b[18] = d.Type
	copy(b[19:], d.Name)
}

// Directory entry types (d_type).
const (
	DT_UNKNOWN = 0
	DT_CHR     = 2
	DT_DIR     = 4
	DT_REG     = 8
	DT_LNK     = 10
)

// Flock is struct flock with 64-bit offsets, fcntl(2).
type Flock struct {
	Type, Whence int16
	Start, Len   int64
	PID          int32
}

// FlockSize is the size of struct flock, in bytes.
const FlockSize = 32

// Encode writes f to b[:FlockSize].
func (f *Flock) Encode(b []byte) {
	clear(b[:FlockSize])
	le.PutUint16(b[0:], uint16(f.Type))
	le.PutUint16(b[2:], uint16(f.Whence))
	le.PutUint64(b[8:], uint64(f.Start))
	le.PutUint64(b[16:], uint64(f.Len))
	le.PutUint32(b[24:], uint32(f.PID))
}

// DecodeFlock reads a Flock from b[:FlockSize].
func DecodeFlock(b []byte) Flock {
	return Flock{int16(le.Uint16(b)), int16(le.Uint16(b[2:])), int64(le.Uint64(b[8:])),
		int64(le.Uint64(b[16:])), int32(le.Uint32(b[24:]))}
}

// Iovec is struct iovec: guest address and length in bytes.
type Iovec struct{ Base, Len uint64 }

// IovecSize is the size of struct iovec, in bytes.
const IovecSize = 16

// DecodeIovec reads an Iovec from b[:IovecSize].
func DecodeIovec(b []byte) Iovec { return Iovec{le.Uint64(b), le.Uint64(b[8:])} }

// PollFd is struct pollfd, poll(2).
type PollFd struct {
	FD              int32
	Events, Revents int16
}

// PollFdSize is the size of struct pollfd, in bytes.
const PollFdSize = 8

// Encode writes p to b[:PollFdSize].
func (p PollFd) Encode(b []byte) {
	le.PutUint32(b[0:], uint32(p.FD))
	le.PutUint16(b[4:], uint16(p.Events))
	le.PutUint16(b[6:], uint16(p.Revents))
}

// DecodePollFd reads a PollFd from b[:PollFdSize].
func DecodePollFd(b []byte) PollFd {
	return PollFd{int32(le.Uint32(b)), int16(le.Uint16(b[4:])), int16(le.Uint16(b[6:]))}
}

// EpollEvent is struct epoll_event: packed to 12 bytes on x86-64, 16 bytes elsewhere.
type EpollEvent struct {
	Events uint32
	Data   uint64
}

// EpollEventSize returns the size of struct epoll_event on a, in bytes.
func EpollEventSize(a Arch) int {
	if a == X64 {
		return 12
	}
	return 16
}

// Encode writes e to b[:EpollEventSize(a)].
func (e EpollEvent) Encode(a Arch, b []byte) {
	n := EpollEventSize(a)
	clear(b[:n])
	le.PutUint32(b, e.Events)
	le.PutUint64(b[n-8:], e.Data)
}

// DecodeEpollEvent reads an EpollEvent from b[:EpollEventSize(a)].
func DecodeEpollEvent(a Arch, b []byte) EpollEvent {
	return EpollEvent{le.Uint32(b), le.Uint64(b[EpollEventSize(a)-8:])}
}
