/* Code that is written through another mapping of its memory, as just-in-time compilers do whose pages are never both writable
 * and executable. What is written is run after what both processors ask for: a serializing instruction, or cache maintenance. */
#include "rt.h"
#if defined(__x86_64__)
enum { NR_memfd_create = 319, NR_pwrite64 = 18, NR_sendfile = 40, NR_copy_file_range = 326 };
#else
enum { NR_memfd_create = 279, NR_pwrite64 = 68, NR_sendfile = 71, NR_copy_file_range = 285 };
#endif
enum { R = 1, W = 2, X = 4, SHARED = 1, PRIVATE = 2, FIXED = 0x10, ANON = 0x20, MAYMOVE = 1 };
typedef u64 (*fn)(u64);
#define MAP(at, len, prot, flags, fd, off) ((u8 *)SYS(mmap, at, len, prot, flags, fd, off))
#define OK(p) check((u64)(p) < -4095ul)

static void sync_(u8 *w, u8 *x) {
#if defined(__x86_64__)
	u32 a = 0, b, c, d;
	__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "=c"(c), "=d"(d)::"memory");
#else
	__asm__ volatile("dc cvau, %0\n dsb ish\n ic ivau, %1\n dsb ish\n isb" ::"r"(w), "r"(x) : "memory");
#endif
}
/* code makes "return n". */
static u64 code(u8 *p, u32 n) {
#if defined(__x86_64__)
	u8 c[] = {0xb8, n, n >> 8, n >> 16, n >> 24, 0xc3, 0x90, 0x90};
	memcpy(p, c, 8);
#else
	u32 c[] = {0x52800000 | (n & 0xffff) << 5, 0xd65f03c0};
	memcpy(p, c, 8);
#endif
	return *(u64 *)p;
}
/* put writes "return n" at w, which is run at x. */
static void put(u8 *w, u8 *x, u32 n) {
	u64 c;
	code((u8 *)&c, n);
	*(volatile u64 *)w = c;
	sync_(w, x);
}
static u64 call(u8 *x) { return ((fn)x)(0); }

/* both writes at w and runs at x, in other places and again and again. */
static void both(u8 *w, u8 *x) {
	for (u32 i = 0; i < 200; i++) {
		u32 at = i % 7 * 64;
		put(w + at, x + at, i);
		check(call(x + at) == i);
	}
}
/* loop makes a loop at w, run at x, and patches the number that it adds while it is warm. */
static void loop(u8 *w, u8 *x) {
#if defined(__x86_64__)
	static const u8 c[] = {0x31, 0xc0,             /* xor eax, eax */
		0x48, 0x83, 0xc0, 0x01,                /* add rax, imm8 */
		0xeb, 0x00,                            /* jmp +0 */
		0x48, 0xff, 0xcf,                      /* dec rdi */
		0x75, 0xf5,                            /* jne add */
		0xc3};
	memcpy(w, c, sizeof c);
	for (u32 k = 1; k < 60; k++) {
		*(volatile u8 *)(w + 5) = k;
#else
	static const u32 c[] = {0xd2800001, /* mov x1, #0 */
		0x91000421,                 /* add x1, x1, #imm */
		0x14000001,                 /* b +4 */
		0xf1000400,                 /* subs x0, x0, #1 */
		0x54ffffa1,                 /* b.ne add */
		0xaa0103e0,                 /* mov x0, x1 */
		0xd65f03c0};
	memcpy(w, c, sizeof c);
	for (u32 k = 1; k < 60; k++) {
		*(volatile u32 *)(w + 4) = 0x91000021 | k << 10;
#endif
		sync_(w + 4, x + 4);
		check(((fn)x)(1000) == 1000 * k);
	}
}

int main(void) {
	i64 fd = SYS(memfd_create, "code", 0);
	check(fd >= 0 && SYS(ftruncate, fd, 16384) == 0);
	u8 *x = MAP(0, 8192, R | X, SHARED, fd, 0), *w = MAP(0, 8192, R | W, SHARED, fd, 0);
	OK(x);
	OK(w);
	both(w, x), both(w + 4096, x + 4096), both(w + 4060, x + 4060);
	loop(w + 1000, x + 1000), loop(w + 4088, x + 4088);

	/* A mapping made when there is code already, in several ways. */
	for (u32 i = 0; i < 30; i++) {
		u8 *v = MAP(0, 4096, R | W, SHARED, fd, 0);
		OK(v);
		put(v, x, 100 + i);
		check(call(x) == 100 + i);
		put(w, x, 200 + i);
		check(call(x) == 200 + i);
		put(v, x, 300 + i);
		check(call(x) == 300 + i);
		check(SYS(mprotect, v, 4096, R) == 0 && call(x) == 300 + i);
		check(SYS(mprotect, v, 4096, R | W) == 0 && call(x) == 300 + i);
		put(v, x, 400 + i);
		check(call(x) == 400 + i);
		u8 *to = MAP(0, 8192, R, PRIVATE | ANON, -1, 0);
		OK(to);
		check((u8 *)SYS(mremap, v, 4096, 4096, 3, to) == to);
		put(to, x, 500 + i);
		check(call(x) == 500 + i);
		check(SYS(munmap, to, 8192) == 0 && call(x) == 500 + i);
	}
	/* An executable mapping of another part, which the writable one has had for long; another file there. */
	u8 *y = MAP(0, 4096, R | X, SHARED, fd, 4096);
	OK(y);
	both(w + 4096, y);
	check(call(x + 4096) == call(y));
	i64 fd2 = SYS(memfd_create, "other", 0);
	check(fd2 >= 0 && SYS(ftruncate, fd2, 4096) == 0);
	check(MAP(y, 4096, R | X, SHARED | FIXED, fd2, 0) == y);
	u8 *w2 = MAP(0, 4096, R | W, SHARED, fd2, 0);
	OK(w2);
	both(w2, y);
	put(w + 4096, x + 4096, 77), put(w2, y, 78);
	check(call(x + 4096) == 77 && call(y) == 78);

	/* By a system call: into the mapping. */
	u64 c;
	code((u8 *)&c, 4711);
	i64 src = SYS(memfd_create, "source", 0);
	check(SYS(pwrite64, src, &c, 8, 0) == 8);
	check(call(x) != 4711);
	check(SYS(pread64, src, w, 8, 0) == 8);
	sync_(w, x);
	check(call(x) == 4711);

	/* Into the file. */
	for (u32 i = 0; i < 20; i++) {
		code((u8 *)&c, 800 + i);
		check(SYS(pwrite64, fd, &c, 8, 0) == 8);
		sync_(w, x);
		check(call(x) == 800 + i);
		code((u8 *)&c, 900 + i);
		check(SYS(lseek, fd, 0, 0) == 0 && SYS(write, fd, &c, 8) == 8);
		sync_(w, x);
		check(call(x) == 900 + i);
		i64 off = 0, to = 0;
		check(SYS(lseek, fd, 0, 0) == 0 && SYS(sendfile, fd, src, &off, 8) == 8);
		sync_(w, x);
		check(call(x) == 4711);
		code((u8 *)&c, i);
		check(SYS(pwrite64, src, &c, 8, 0) == 8);
		off = 0;
		check(SYS(copy_file_range, src, &off, fd, &to, 8, 0) == 8);
		sync_(w, x);
		check(call(x) == i);
		code((u8 *)&c, 4711);
		check(SYS(pwrite64, src, &c, 8, 0) == 8);
		check(SYS(ftruncate, fd2, 0) == 0 && SYS(ftruncate, fd2, 4096) == 0);
		check(SYS(pwrite64, fd2, &c, 8, 128) == 8); /* one page has two mappings */
		sync_(w2, y);
		check(call(y + 128) == 4711);
	}

	/* Executable and writable twice. */
	u8 *a = MAP(0, 4096, R | W | X, SHARED, fd2, 0), *b = MAP(0, 4096, R | W | X, SHARED, fd2, 0);
	OK(a);
	OK(b);
	for (u32 i = 0; i < 50; i++) {
		put(a, b, 600 + i), sync_(a, a), sync_(a, y);
		check(call(a) == 600 + i && call(b) == 600 + i && call(y) == 600 + i);
		put(b, a, 700 + i), sync_(b, b), sync_(b, y);
		check(call(a) == 700 + i && call(b) == 700 + i && call(y) == 700 + i);
	}
	/* A private executable mapping has what the file has. */
	u8 *q = MAP(0, 4096, R | X, PRIVATE, fd2, 0);
	OK(q);
	both(w2, q);
	/* Anonymous memory twice, by mremap. */
	u8 *m = MAP(0, 8192, R | W, SHARED | ANON, -1, 0);
	OK(m);
	u8 *n = (u8 *)SYS(mremap, m, 0, 8192, MAYMOVE);
	OK(n);
	check(n != m);
	m[5000] = 42;
	check(n[5000] == 42);
	check(SYS(mprotect, n, 8192, R | X) == 0);
	both(m + 4096, n + 4096);
	loop(m + 8, n + 8);
	puts_("ok\n");
	return 0;
}
