//go:build linux

package linux

import (
	"golang.org/x/sys/unix"

	"github.com/gotcg/gotcg/linux/abi"
)

func sysStat(t *Task, a *Args) (uint64, abi.Errno) { return t.stat(abi.AT_FDCWD, a[0], a[1], 0) }

func sysLstat(t *Task, a *Args) (uint64, abi.Errno) {
	return t.stat(abi.AT_FDCWD, a[0], a[1], abi.AT_SYMLINK_NOFOLLOW)
}

func sysNewfstatat(t *Task, a *Args) (uint64, abi.Errno) {
	return t.stat(a.FD(0), a[1], a[2], a.Int(3))
}

func sysFstat(t *Task, a *Args) (uint64, abi.Errno) {
	h, e := t.hostFD(a.FD(0))
	if e != 0 {
		return 0, e
	}
	var st unix.Stat_t
	if err := unix.Fstat(h, &st); err != nil {
		return 0, hostErrno(err)
	}
	return 0, t.putStat(a[1], &st)
}

func (t *Task) stat(dirfd int, path, out uint64, flags int) (uint64, abi.Errno) {
	const known = abi.AT_SYMLINK_NOFOLLOW | abi.AT_NO_AUTOMOUNT | abi.AT_EMPTY_PATH
	if flags&^known != 0 {
		return 0, abi.EINVAL
	}
	var st unix.Stat_t
	if path == 0 && flags&abi.AT_EMPTY_PATH != 0 || t.emptyPath(path, flags) { // NULL counts since Linux 6.11
		h, e := t.dirFD(dirfd)
		if e != 0 {
			return 0, e
		}
		if err := unix.Fstat(h, &st); err != nil {
			return 0, hostErrno(err)
		}
		return 0, t.putStat(out, &st)
	}
	_, e := t.withPath(dirfd, path, elem(flags), func(r *pathRef) error {
		return unix.Fstatat(r.dir, r.name, &st, r.at(flags&abi.AT_SYMLINK_NOFOLLOW))
	})
	if e != 0 {
		return 0, e
	}
	return 0, t.putStat(out, &st)
}

// putStat writes a host stat as the guest's struct stat. The conversions are needed on hosts
// whose fields have other widths.
func (t *Task) putStat(addr uint64, h *unix.Stat_t) abi.Errno {
	g := abi.Stat{
		Dev: uint64(h.Dev), Ino: h.Ino, Nlink: uint64(h.Nlink), Mode: h.Mode, UID: h.Uid, GID: h.Gid,
		Rdev: uint64(h.Rdev), Size: h.Size, Blksize: int64(h.Blksize), Blocks: h.Blocks,
		Atime: abi.Timespec{Sec: h.Atim.Sec, Nsec: h.Atim.Nsec},
		Mtime: abi.Timespec{Sec: h.Mtim.Sec, Nsec: h.Mtim.Nsec},
		Ctime: abi.Timespec{Sec: h.Ctim.Sec, Nsec: h.Ctim.Nsec},
	}
	var b [144]byte
	n := abi.StatSize(t.p.abi)
	g.Encode(t.p.abi, b[:])
	return t.copyOut(addr, b[:n])
}

// sysStatx is statx(2).
func sysStatx(t *Task, a *Args) (uint64, abi.Errno) {
	flags, mask := a.Int(2), a.Int(3)
	const sync = 0x6000 // AT_STATX_SYNC_TYPE
	if flags&^(abi.AT_SYMLINK_NOFOLLOW|abi.AT_NO_AUTOMOUNT|abi.AT_EMPTY_PATH|sync) != 0 || flags&sync == sync || mask < 0 {
		return 0, abi.EINVAL
	}
	var st unix.Statx_t
	var e abi.Errno
	if a[1] == 0 && flags&abi.AT_EMPTY_PATH != 0 || t.emptyPath(a[1], flags) {
		var h int
		if h, e = t.dirFD(a.FD(0)); e == 0 {
			e = hostErrno(unix.Statx(h, "", flags&sync|unix.AT_EMPTY_PATH, mask, &st))
		}
	} else {
		_, e = t.withPath(a.FD(0), a[1], elem(flags), func(r *pathRef) error {
			return unix.Statx(r.dir, r.name, r.at(flags&(abi.AT_SYMLINK_NOFOLLOW|abi.AT_NO_AUTOMOUNT|sync)), mask, &st)
		})
	}
	if e != 0 {
		return 0, e
	}
	ts := func(s unix.StatxTimestamp) abi.StatxTimestamp { return abi.StatxTimestamp{Sec: s.Sec, Nsec: s.Nsec} }
	g := abi.Statx{
		Mask: st.Mask, Blksize: st.Blksize, Attributes: st.Attributes, Nlink: st.Nlink, UID: st.Uid, GID: st.Gid,
		Mode: st.Mode, Ino: st.Ino, Size: st.Size, Blocks: st.Blocks, AttributesMask: st.Attributes_mask,
		Atime: ts(st.Atime), Btime: ts(st.Btime), Ctime: ts(st.Ctime), Mtime: ts(st.Mtime),
		RdevMajor: st.Rdev_major, RdevMinor: st.Rdev_minor, DevMajor: st.Dev_major, DevMinor: st.Dev_minor,
		MntID: st.Mnt_id, DioMemAlign: st.Dio_mem_align, DioOffsetAlign: st.Dio_offset_align,
	}
	var b [abi.StatxSize]byte
	g.Encode(b[:])
	return 0, t.copyOut(a[4], b[:])
}

func sysStatfs(t *Task, a *Args) (uint64, abi.Errno) {
	path, e := t.readPath(a[0])
	if e != 0 {
		return 0, e
	}
	h, e := t.openPath(abi.AT_FDCWD, path, unix.O_PATH, 0)
	if e != 0 {
		return 0, e
	}
	defer unix.Close(h)
	return 0, t.fstatfs(h, a[1])
}

func sysFstatfs(t *Task, a *Args) (uint64, abi.Errno) {
	h, e := t.hostFD(a.FD(0))
	if e != 0 {
		return 0, e
	}
	return 0, t.fstatfs(h, a[1])
}

func (t *Task) fstatfs(host int, out uint64) abi.Errno {
	var s unix.Statfs_t
	if err := unix.Fstatfs(host, &s); err != nil {
		return hostErrno(err)
	}
	g := abi.Statfs{
		Type: int64(s.Type), Bsize: int64(s.Bsize), Blocks: s.Blocks, Bfree: s.Bfree, Bavail: s.Bavail,
		Files: s.Files, Ffree: s.Ffree, Fsid: s.Fsid.Val, Namelen: int64(s.Namelen), Frsize: int64(s.Frsize),
		MountFlags: int64(s.Flags),
	}
	var b [abi.StatfsSize]byte
	g.Encode(b[:])
	return t.copyOut(out, b[:])
}
