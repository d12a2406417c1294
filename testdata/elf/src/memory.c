/* The memory map: brk, mmap, mprotect, munmap, mremap, files mapped private and shared. */
#include "rt.h"
enum { R = 1, W = 2, X = 4, SHARED = 1, PRIVATE = 2, FIXED = 0x10, ANON = 0x20, NOREPLACE = 0x100000, ENOMEM = 12, EEXIST = 17, EINVAL = 22 };
#define MMAP(a, n, p, f, fd, o) ((u8 *)SYS(mmap, a, n, p, f, fd, o))
static int bad(const void *p) { return (u64)p >= -4095ul; }
int main(void) {
	u8 *b = (u8 *)SYS(brk, 0);
	check((u8 *)SYS(brk, b + 10000) == b + 10000);
	for (int i = 0; i < 10000; i++) check(b[i] == 0);
	b[9999] = 7;
	check((u8 *)SYS(brk, b) == b);
	check((u8 *)SYS(brk, b + 10000) == b + 10000 && b[9999 - 9999 % 4096] == 0);
	u8 *m = MMAP(0, 3 * 4096, R | W, PRIVATE | ANON, -1, 0);
	check(!bad(m));
	for (int i = 0; i < 3; i++) m[i * 4096] = i + 1;
	check(SYS(munmap, m + 4096, 4096) == 0);
	check(MMAP(m, 4096, R, PRIVATE | ANON | NOREPLACE, -1, 0) == (u8 *)-EEXIST);
	check(MMAP(m + 4096, 4096, R | W, PRIVATE | ANON | NOREPLACE, -1, 0) == m + 4096);
	check(m[0] == 1 && m[4096] == 0 && m[8192] == 3);
	check(SYS(mprotect, m, 4096, R) == 0 && m[0] == 1);
	check(SYS(mprotect, m + 1, 4096, R) == -EINVAL);
	check(SYS(mprotect, 0x10000, 4096, R) == -ENOMEM);
	check(MMAP(0, 0, R, PRIVATE | ANON, -1, 0) == (u8 *)-EINVAL);
	check(MMAP(0, 1ul << 60, R, PRIVATE | ANON, -1, 0) == (u8 *)-ENOMEM);
	u8 *g = (u8 *)SYS(mremap, m + 8192, 4096, 1 << 20, 1);
	check(!bad(g) && g[0] == 3 && g[(1 << 20) - 1] == 0);
	i64 fd = SYS(openat, AT_FDCWD, "memory.tmp", 0102 | 0x200, 0600);
	check(fd >= 0);
	for (int i = 0; i < 600; i++) check(SYS(write, fd, "0123456789", 10) == 10);
	u8 *s = MMAP(0, 8192, R | W, SHARED, fd, 0), *p = MMAP(0, 8192, R | W, PRIVATE, fd, 0);
	check(!bad(s) && !bad(p));
	check(s[5999] == '9' && s[6000] == 0 && p[4096] == '6');
	s[0] = 'S';
	p[1] = 'P';
	u8 c[2];
	check(SYS(pread64, fd, c, 2, 0) == 2 && c[0] == 'S' && c[1] == '1');
	check(s[1] == '1' && p[1] == 'P');
	u8 *q = MMAP(0, 4096, R, PRIVATE, fd, 4096);
	check(!bad(q) && q[0] == '6' && q[6000 - 4096] == 0);
	check(SYS(unlinkat, AT_FDCWD, "memory.tmp", 0) == 0);
	puts_("ok\n");
	return 0;
}
