/* Random system calls about files and memory, argv[1] being the seed: each result is printed, so that a run on the
 * kernel and a run elsewhere can be compared line by line. Run it in an empty directory. No path it uses is absolute or
 * has "..", and neither has a symbolic link it makes, so it cannot leave that directory. */
#include "rt.h"
#if defined(__x86_64__)
enum { ODIR = 0x10000, ONOFOLLOW = 0x20000, SM = 24, SN = 16 };
enum { N_preadv = 295, N_pwrite64 = 18, N_fcntl = 72, N_dup = 32, N_fchmod = 91, N_fchmodat = 268, N_linkat = 265, N_symlinkat = 266, N_faccessat = 269,
	N_faccessat2 = 439, N_utimensat = 280, N_truncate = 76, N_chdir = 80, N_fchdir = 81, N_umask = 95, N_mknodat = 259, N_statx = 332, N_lseek = 8, N_readv = 19,
	N_fsync = 74, N_fallocate = 285, N_madvise = 28, N_mincore = 27, N_msync = 26, N_mlock = 149, N_close_range = 436, N_sendfile = 40, N_ppoll = 271,
	N_fstatfs = 138, N_flock = 73, N_prlimit64 = 302, N_sigprocmask = 14, N_sigaltstack = 131, N_fchownat = 260, N_copy_file_range = 326, N_openat2 = 437,
	N_getrandom = 318, N_getgroups = 115, N_futex = 202, N_clock_gettime = 228, N_sigaction = 13, N_tgkill = 234, N_sched_getaffinity = 204, N_pselect6 = 270 };
#else
enum { ODIR = 0x4000, ONOFOLLOW = 0x8000, SM = 16, SN = 20 };
enum { N_preadv = 69, N_pwrite64 = 68, N_fcntl = 25, N_dup = 23, N_fchmod = 52, N_fchmodat = 53, N_linkat = 37, N_symlinkat = 36, N_faccessat = 48,
	N_faccessat2 = 439, N_utimensat = 88, N_truncate = 45, N_chdir = 49, N_fchdir = 50, N_umask = 166, N_mknodat = 33, N_statx = 291, N_lseek = 62, N_readv = 65,
	N_fsync = 82, N_fallocate = 47, N_madvise = 233, N_mincore = 232, N_msync = 227, N_mlock = 228, N_close_range = 436, N_sendfile = 71, N_ppoll = 73,
	N_fstatfs = 44, N_flock = 32, N_prlimit64 = 261, N_sigprocmask = 135, N_sigaltstack = 132, N_fchownat = 54, N_copy_file_range = 285, N_openat2 = 437,
	N_getrandom = 278, N_getgroups = 158, N_futex = 98, N_clock_gettime = 113, N_sigaction = 134, N_tgkill = 131, N_sched_getaffinity = 123, N_pselect6 = 72 };
#endif
static u32 rng;
static u32 next(void) {
	rng ^= rng << 13;
	rng ^= rng >> 17;
	return rng ^= rng << 5;
}
static u32 pick(u32 n) { return (u32)((u64)next() * n >> 32); }
#define OF(a) (a[pick(sizeof a / sizeof *a)])

static u8 *buf; /* two pages, the one after them is not mapped */
static u8 *map; /* a region for the memory calls, 16 pages */
static char name[5000];

static const char *const paths[] = {"a", "b", "c", "d", "d/a", "d/b", "d/e", "d/e/f", "l", "d/l", "loop", "dang", ".", "d/.", "d/", "a/", "l/", "a/x", "nope/x", "", "d//a", "./d/./a", "d/./././e//f/"};
static i64 path(void) {
	switch (pick(40)) {
	case 0: return 0;
	case 1: return 8;
	case 2: memset(name, 'x', 255); name[255] = 0; return (i64)name;
	case 3: memset(name, 'x', 256); name[256] = 0; return (i64)name;
	case 4: memset(name, 'y', 4096); name[4096] = 0; return (i64)name;
	case 5: memcpy(buf + 8191, "a", 1); return (i64)(buf + 8191); /* not terminated before the end */
	case 6: memcpy(buf + 8190, "a", 2); return (i64)(buf + 8190);
	}
	return (i64)OF(paths);
}
static i64 fd(void) {
	if (pick(12) == 0) {
		static const i64 odd[] = {-1, 999, 1 << 30, 0x100000003};
		return OF(odd);
	}
	return 3 + pick(9);
}
static i64 dirfd(void) { return pick(3) ? -100 : fd(); }
static i64 ptr(void) {
	static const i64 bad[] = {0, 8, -1, -4096, 1l << 46};
	if (pick(10) == 0) return OF(bad);
	if (pick(10) == 0) return (i64)(buf + 8192 - pick(40));
	return (i64)(buf + pick(64));
}
static i64 size(void) {
	static const i64 s[] = {0, 1, 2, 7, 16, 100, 1000, 4096, 8000, 9000, 100000, -1, 1l << 31, 1l << 40};
	return s[pick(pick(4) ? 9 : 14)];
}
static i64 off(void) {
	static const i64 s[] = {0, 0, 1, 10, 4095, 4096, 5000, 10000, -1, -4096, 1l << 40, (i64)(~0ul >> 1), 1l << 63};
	return s[pick(pick(4) ? 8 : 13)];
}
static i64 oflags(void) {
	static const i64 s[] = {0100, 0200, 01000, 02000, 04000, 02000000};
	i64 f = pick(3);
	for (int i = 0; i < 6; i++)
		if (pick(4) == 0) f |= s[i];
	if (pick(2)) f |= 0100;
	if (pick(6) == 0) f |= ODIR;
	if (pick(6) == 0) f |= ONOFOLLOW;
	if (pick(10) == 0) f |= 010000000; /* O_PATH */
	if (pick(40) == 0) f |= 3;
	return f;
}
static i64 atflags(void) {
	static const i64 s[] = {0, 0x100, 0x200, 0x400, 0x800, 0x1000, 0x1100, 0x8000, 1};
	return s[pick(pick(3) ? 2 : 9)];
}
static i64 page(void) { return (i64)(map + 4096 * pick(16) + (pick(8) ? 0 : 100)); }
static i64 bytes(void) {
	static const i64 s[] = {4096, 8192, 12288, 1, 5000, 0, 20 * 4096, -1, -4096};
	return s[pick(pick(4) ? 3 : 9)];
}
static i64 prot(void) { return pick(12) ? pick(4) : 8 + pick(300); }
static u64 sum(const u8 *p, i64 n) {
	u64 h = 5381;
	for (i64 i = 0; i < n; i++) h = h * 33 + p[i];
	return h & 0xffffff;
}
static int nr;
static void out(const char *what, i64 r) {
	dec(nr);
	puts_(" ");
	puts_(what);
	puts_(" ");
	dec(r);
	puts_("\n");
}
static void outsum(i64 a, i64 n) {
	if (n > 0 && a >= (i64)buf && a + n <= (i64)buf + 8192) show(" sum", sum((u8 *)a, n));
}
static void outstat(i64 r, i64 a) {
	if (r == 0) {
		u32 m = *(u32 *)(a + SM);
		show(" mode", m);
		show(" nlink", *(u32 *)(a + SN));
		if ((m & 0170000) != 0040000) show(" size", *(u64 *)(a + 48));
	}
}
#define CALL(n, ...) CALL_(n, ##__VA_ARGS__, 0, 0, 0, 0, 0, 0)
#define CALL_(n, a, b, c, d, e, f, ...) sys6(n, (i64)(a), (i64)(b), (i64)(c), (i64)(d), (i64)(e), (i64)(f))

static void files(u32 k) {
	i64 p = ptr(), n = size(), r;
	switch (k) {
	case 0: case 1: case 2: r = CALL(NR_openat, dirfd(), path(), oflags(), pick(01000)); out("openat", r); break;
	case 3: out("close", CALL(NR_close, fd())); break;
	case 4: r = CALL(NR_read, fd(), p, n); out("read", r); outsum(p, r); break;
	case 5: case 6: memset(buf, pick(256), 100); out("write", CALL(NR_write, fd(), p, n > 9000 ? 77 : n)); break;
	case 7: r = CALL(NR_pread64, fd(), p, n, off()); out("pread", r); outsum(p, r); break;
	case 8: out("pwrite", CALL(N_pwrite64, fd(), p, n > 9000 ? 9 : n, pick(4) ? pick(9000) : off() & ~(1l << 62 | 1l << 40))); break;
	case 9: out("lseek", CALL(N_lseek, fd(), off(), pick(3) ? pick(3) : pick(7))); break;
	case 10: r = CALL(NR_fstat, fd(), buf); out("fstat", r); outstat(r, (i64)buf); break;
	case 11: r = CALL(NR_newfstatat, dirfd(), path(), buf + 256, atflags()); out("fstatat", r); outstat(r, (i64)buf + 256); break;
	case 12: out("mkdirat", CALL(NR_mkdirat, dirfd(), path(), pick(010000))); break;
	case 13: out("unlinkat", CALL(NR_unlinkat, dirfd(), path(), pick(2) ? 0 : 0x200)); break;
	case 14: out("renameat2", CALL(NR_renameat2, dirfd(), path(), dirfd(), path(), pick(4) ? 0 : pick(5))); break;
	case 15: out("linkat", CALL(N_linkat, dirfd(), path(), dirfd(), path(), pick(3) ? 0 : atflags())); break;
	case 16: out("symlinkat", CALL(N_symlinkat, pick(2) ? (i64)"a" : path(), dirfd(), path())); break;
	case 17: r = CALL(NR_readlinkat, dirfd(), path(), p, pick(4) ? pick(100) : n); out("readlinkat", r); outsum(p, r); break;
	case 18: out("fchmod", CALL(N_fchmod, fd(), pick(01000))); break;
	case 19: out("fchmodat", CALL(N_fchmodat, dirfd(), path(), 0600 | pick(0200))); break;
	case 20: out("faccessat", CALL(N_faccessat, dirfd(), path(), pick(9))); break;
	case 21: out("faccessat2", CALL(N_faccessat2, dirfd(), path(), pick(8), atflags())); break;
	case 22: {
		i64 ts[4] = {pick(1000), pick(5) ? pick(1000) : 0x3fffffff - pick(3), pick(1000), pick(20) ? pick(1000) : 2000000000};
		out("utimensat", CALL(N_utimensat, dirfd(), path(), pick(2) ? (i64)ts : pick(4) ? 0 : ptr(), atflags())); break;
	}
	case 23: out("truncate", CALL(N_truncate, path(), off() & ~(1l << 62 | 1l << 40))); break;
	case 24: out("ftruncate", CALL(NR_ftruncate, fd(), off() & ~(1l << 62 | 1l << 40))); break;
	case 25: out("umask", CALL(N_umask, pick(4) ? 022 : pick(01000))); break;
	case 26: out("mknodat", CALL(N_mknodat, dirfd(), path(), pick(3) ? 0100000 | pick(01000) : pick(9) * 010000)); break;
	case 27: out("dup", CALL(N_dup, fd())); break;
	case 28: out("dup3", CALL(NR_dup3, fd(), fd(), pick(3) ? 0 : pick(2) ? 02000000 : 5)); break;
	case 29: {
		static const i64 c[] = {0, 1, 2, 3, 4, 1030, 5, 6, 99, 1032};
		i64 cmd = OF(c);
		r = CALL(N_fcntl, fd(), cmd, cmd == 5 || cmd == 6 ? (i64)memset(buf, 0, 32) : cmd == 4 ? (pick(2) ? 04000 : 0) : pick(20));
		out("fcntl", r); break;
	}
	case 30: {
		u64 *v = (u64 *)buf;
		for (int i = 0; i < 8; i++) v[i] = i % 2 ? (u64)size() % 20000 : (u64)(pick(9) ? buf + 200 : (u8 *)ptr());
		r = CALL(pick(2) ? N_readv : NR_writev, fd(), pick(9) ? (i64)v : ptr(), pick(9) ? pick(5) : size()); out("rwv", r); break;
	}
	case 31: out("fsync", CALL(N_fsync, fd())); break;
	case 32: out("fallocate", CALL(N_fallocate, fd(), pick(3) ? 0 : pick(8), off() & ~(1l << 62 | 1l << 40), off() & ~(1l << 62 | 1l << 40))); break;
	case 33: out("chdir", CALL(N_chdir, pick(2) ? (i64)"d" : path())); r = CALL(NR_getcwd, buf, pick(4) ? 4096 : pick(40));
		out("getcwd", r > 0 && pick(1) ? 1 : r > 0); break;
	case 34: out("sendfile", CALL(N_sendfile, fd(), fd(), pick(2) ? 0 : ptr(), size() % 10000)); break;
	case 35: out("copy_file_range", CALL(N_copy_file_range, fd(), 0, fd(), 0, size() % 10000, pick(9) == 0)); break;
	case 36: {
		i32 *q = (i32 *)buf;
		q[0] = -1; q[1] = -1;
		r = CALL(NR_pipe2, pick(9) ? (i64)q : ptr(), pick(3) ? 04000 : oflags() & ~040000); out("pipe2", r);
		break;
	}
	case 37: {
		u32 *q = (u32 *)buf;
		for (int i = 0; i < 4; i++) q[2 * i] = fd(), q[2 * i + 1] = pick(0x20);
		i64 z[2] = {0, 0};
		u32 cnt = pick(5);
		r = CALL(N_ppoll, pick(9) ? (i64)q : ptr(), cnt, (i64)z, 0, 8); out("ppoll", r); break;
	}
	case 38: r = CALL(NR_getdents64, fd(), p, n > 8000 ? 300 : n); out("getdents64", r < 0 ? r : r > 0); break;
	case 39: r = CALL(N_statx, dirfd(), path(), pick(9) ? atflags() : 0x6000, 0x7ff, buf); out("statx", r); if (r == 0) show(" mode", *(u16 *)(buf + 28)); break;
	case 40: out("flock", CALL(N_flock, fd(), 4 | pick(10))); break;
	case 41: out("close_range", CALL(N_close_range, 8 + pick(8), 8 + pick(8), pick(4) ? 0 : pick(8))); break;
	case 42: out("fchdir", CALL(N_fchdir, fd())); break;
	case 43: out("fchownat", CALL(N_fchownat, dirfd(), path(), -1, -1, atflags())); break;
	}
}
static void memory(u32 k) {
	i64 r;
	switch (k) {
	case 0: case 1: {
		static const i64 f[] = {0x32, 0x32, 0x31, 0x100022 | 0x10, 0x100022, 0x30, 0x33};
		r = CALL(NR_mmap, page(), bytes() > 65536 ? 4096 : bytes(), prot(), OF(f), -1, 0);
		if (r > 0) r -= (i64)map;
		out("mmap", r);
		break;
	}
	case 2: out("munmap", CALL(NR_munmap, page(), pick(9) ? 4096 * (1 + pick(3)) : 0)); break;
	case 3: case 4: out("mprotect", CALL(NR_mprotect, page(), bytes(), prot())); break;
	case 5: {
		static const i64 a[] = {0, 1, 2, 3, 4, 99};
		out("madvise", CALL(N_madvise, page(), bytes(), pick(2) ? 4 : OF(a))); break;
	}
	case 6: r = CALL(N_mincore, page(), bytes(), pick(9) ? (i64)buf : ptr()); out("mincore", r); break;
	case 7: out("msync", CALL(N_msync, page(), bytes(), pick(9))); break;
	case 8: {
		i64 o = bytes(), n = bytes();
		r = CALL(NR_mremap, page(), o, n, 0);
		if (r > 0) r -= (i64)map;
		out("mremap", o == 0 ? -1 : r);
		break;
	}
	case 9: { /* touch a page through the kernel: tells its permissions without a fault */
		i64 q = page();
		r = CALL(NR_pread64, 0x7fff, q, 0, 0); out("nofd", r);
		r = CALL(N_getrandom, q, 1, 99); out("badflag", r);
		r = CALL(NR_uname, q); out("uname", r); break;
	}
	}
}
static void system_(u32 k) {
	i64 r, p = ptr();
	switch (k) {
	case 0: out("prlimit", CALL(N_prlimit64, 0, pick(18), 0, pick(3) ? (i64)buf : p)); break;
	case 1: {
		u64 set[1] = {(u64)next() << 20};
		r = CALL(N_sigprocmask, pick(5), pick(4) ? (i64)set : 0, pick(3) ? (i64)buf : 0, pick(9) ? 8 : 4);
		out("sigprocmask", r); if (r == 0) show(" old", *(u64 *)buf & 0xffff0000); break;
	}
	case 2: out("sigaltstack", CALL(N_sigaltstack, 0, p)); break;
	case 3: out("getrandom", CALL(N_getrandom, p, size() > 8000 ? 10 : size(), pick(9) ? pick(4) : 8)); break;
	case 4: out("futex", CALL(N_futex, (i64)buf & ~3, 1 | pick(2) * 128, pick(3))); break;
	case 5: *(u32 *)buf = 5; out("futexwait", CALL(N_futex, pick(6) ? (i64)buf : ptr() | 1, 0 | pick(2) * 128, 6, 0)); break;
	case 6: out("clock_gettime", CALL(N_clock_gettime, pick(9), p)); break;
	case 7: memset(buf, 0, 32); r = CALL(N_sigaction, pick(70), pick(2) ? (i64)buf : 0, pick(2) ? (i64)buf + 64 : 0, pick(9) ? 8 : 9); out("sigaction", r); break;
	case 8: out("tgkill", CALL(N_tgkill, -1, 0, 0)); break;
	case 9: { i64 z[2] = {0, 0}; memset(buf, 0, 24); buf[0] = pick(256); r = CALL(N_pselect6, pick(9) ? 3 : -1, 0, 0, pick(2) ? (i64)buf : 0, (i64)z, 0); out("pselect6", r); break; }
	case 10: { i64 v[3] = {oflags() & 03777, 0, 0}; v[1] = v[0] & 0100 ? 0600 : 0; r = CALL(N_openat2, dirfd(), path(), (i64)v, pick(6) ? 24 : pick(40)); out("openat2", r > 0 ? 0 : r); if (r > 0) CALL(NR_close, r); break; }
	}
}
int main(void) {
	u64 seed = 0;
	for (const char *s = g_argc > 1 ? g_argv[1] : "1"; *s; s++) seed = seed * 10 + *s - '0';
	rng = seed * 2654435761u | 1;
	buf = (u8 *)CALL(NR_mmap, 0, 3 * 4096, 3, 0x22, -1, 0);
	check(CALL(NR_munmap, buf + 8192, 4096) == 0);
	map = (u8 *)CALL(NR_mmap, 0x30000000, 64 * 4096, 0, 0x22, -1, 0);
	check(map == (u8 *)0x30000000);
	CALL(NR_munmap, map, 16 * 4096);
	CALL(N_close_range, 3, ~0u, 0);
	CALL(N_umask, 022);
	CALL(NR_mkdirat, -100, "d", 0755);
	CALL(N_symlinkat, "a", -100, "l");
	CALL(N_symlinkat, "../b", -100, "d/l");
	CALL(N_symlinkat, "loop", -100, "loop");
	CALL(N_symlinkat, "none/x", -100, "dang");
	for (nr = 0; nr < 3000; nr++) {
		u32 k = pick(10);
		if (k < 7) files(pick(44));
		else if (k < 9) memory(pick(10));
		else system_(pick(11));
	}
	puts_("end\n");
	return 0;
}
