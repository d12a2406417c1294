/* Addresses with a tag in the top byte. AArch64 ignores it (Linux, tagged-pointers.rst and tagged-address-abi.rst); on x86-64 such an
 * address is not canonical. With the argument "expose" handlers ask for the tag. Checks itself. Apache-2.0, part of gotcg. */
#include "sig.h"
enum { R = 1, W = 2, X = 4, PRIVATE = 2, ANON = 0x20, FIXED = 0x10, MAYMOVE = 1, EFAULT = 14, EXPOSE = 0x800 };
static void *map(u64 at, u64 n, int prot, int flags) { return (void *)SYS(mmap, at, n, prot, PRIVATE | ANON | flags, -1, 0); }
static volatile struct { u64 n, addr, code, fault; } seen;
static void note(int sig, struct info *i, struct uc *u) {
	seen.n++;
	seen.addr = i->addr;
	seen.code = i->code;
#if defined(__x86_64__)
	u->pc += 3; /* mov rax, [rdi] */
#else
	seen.fault = u->fault;
	u->pc += 4;
#endif
}
#define TAG(p, t) ((void *)((u64)(p) | (u64)(t) << 56))
#if defined(__x86_64__)
int main(void) {
	static u64 word = 7;
	on(SEGV, note, 0, 0);
	for (u64 t = 1; t < 256; t++) {
		u64 v = 9;
		__asm__ volatile("movq (%1), %0" : "+a"(v) : "D"(TAG(&word, t)) : "memory");
		check(v == 9 && seen.n == t && seen.code == 0x80 && seen.addr == 0);
		check(SYS(write, 1, TAG("x", t), 1) == -EFAULT);
	}
	puts_("ok\n");
	return 0;
}
#else
enum { NR_prctl = 167, NR_futex = 98, SET = 55, GET = 56 };
typedef u64 (*fn)(void);

/* access has each kind of access by tagged pointers, and checks what is there by others. */
static void access_(u64 *plain, u64 t) {
	u64 *p = TAG(plain, t), *q = TAG(plain, t ^ 0x5a), a = 0x1111, b = 0x2222, c;
	for (int i = 0; i < 64; i++) p[i] = i * 0x0101010101010101ul;
	for (int i = 0; i < 64; i++) check(plain[i] == i * 0x0101010101010101ul);
	((u8 *)q)[3] = 0xee;
	((u16 *)q)[5] = 0xbeef;
	((i32 *)q)[7] = -2;
	check(((i32 *)p)[7] == -2 && ((u16 *)p)[5] == 0xbeef && plain[0] == 0xee000000 && ((signed char *)p)[3] == -18);
	__asm__ volatile("stp %0, %1, [%2, #16]!" : "+r"(a), "+r"(b), "+r"(p) : : "memory");
	check(p == (u64 *)TAG(plain + 2, t) && plain[2] == a && plain[3] == b);
	__asm__ volatile("ldp %0, %1, [%2], #-16" : "=r"(b), "=r"(a), "+r"(p) : : "memory");
	check(p == (u64 *)TAG(plain, t) && b == plain[2] && a == plain[3]);
	p[8] = 100;
	__asm__ volatile(".arch_extension lse\n ldaddal %1, %0, [%2]" : "=r"(a) : "r"(5ul), "r"(p + 8) : "memory");
	b = 105;
	__asm__ volatile("casal %0, %1, [%2]" : "+r"(b) : "r"(77ul), "r"(q + 8) : "memory");
	__asm__ volatile("swp %1, %0, [%2]" : "=r"(c) : "r"(6ul), "r"(p + 8) : "memory");
	check(a == 100 && b == 105 && c == 77 && plain[8] == 6);
	__asm__ volatile("stlr %1, [%2]\n ldar %0, [%3]" : "=&r"(a) : "r"(9ul), "r"(p + 9), "r"(q + 9) : "memory");
	check(a == 9 && plain[9] == 9);
	for (int i = 0; i < 3; i++) { /* load and store by different tags */
		u32 fail;
		__asm__ volatile("1: ldaxr %0, [%2]\n add %0, %0, #1\n stlxr %w1, %0, [%3]\n cbnz %w1, 1b" : "=&r"(a), "=&r"(fail) : "r"(i ? p + 9 : plain + 9), "r"(q + 9) : "memory");
		__asm__ volatile("2: ldxp %0, %1, [%3]\n add %0, %0, %1\n stxp %w2, %0, %1, [%4]\n cbnz %w2, 2b" : "=&r"(a), "=&r"(b), "=&r"(fail) : "r"(q + 10), "r"(p + 10) : "memory");
	}
	check(plain[9] == 12 && plain[10] == 10 * 0x0101010101010101ul + 33 * 0x0101010101010101ul && plain[11] == 11 * 0x0101010101010101ul);
	__asm__ volatile("ld1 {v0.16b, v1.16b}, [%0]\n ld4 {v2.8b-v5.8b}, [%1]\n ldr d6, [%0, #8]\n st1 {v0.16b, v1.16b}, [%2]\n ld1r {v7.4s}, [%1]\n"
		"st4 {v2.8b-v5.8b}, [%3]\n str q7, [%3, #32]\n str d6, [%3, #48]" : : "r"(p), "r"(q), "r"(q + 16), "r"(p + 24) : "memory", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7");
	check(!memcmp(plain, plain + 16, 32) && !memcmp(plain, plain + 24, 32) && plain[30] == plain[1]);
	__asm__ volatile("prfm pldl1keep, [%0]\n dc cvau, %0\n ic ivau, %0\n dc zva, %1" : : "r"(p), "r"(p + 40) : "memory");
	check(plain[40] == 0 && plain[47] == 0);
	__asm__ volatile("ldr %w0, [%1, %w2, sxtw #2]" : "=r"(a) : "r"(p + 60), "r"(-2)); /* an index */
	check((u32)a == (u32)(plain[59] & 0xffffffff));
}
static u64 sum(volatile u64 *p, u64 n, u64 every) { /* hot loops, in which a tag comes and goes */
	u64 s = 0;
	for (u64 k = 0; k < n; k++) {
		volatile u64 *q = k % every ? p : TAG(p, k | 1);
		for (int i = 0; i < 20; i++) s += q[i];
	}
	return s;
}
static void code(void) {
	u32 *p = map(0, 4096, R | W | X, 0);
	for (u32 i = 0; i < 300; i++) { /* written by one tag, run by another */
		volatile u32 *q = TAG(p + i % 3 * 16, i);
		q[0] = 0x52800000 | i << 5; /* mov w0, #i */
		q[1] = 0xd65f03c0;          /* ret */
		__asm__ volatile("dc cvau, %0\n dsb ish\n ic ivau, %0\n dsb ish\n isb" ::"r"(q) : "memory");
		check(((fn)TAG(p + i % 3 * 16, i * 7))() == i);
	}
	u64 pc, lr, br; /* PC and LR have no tag */
	for (u64 t = 0; t < 256; t++) {
		__asm__ volatile("adr x9, 1f\n orr x9, x9, %3\n blr x9\n3: b 2f\n1: adr %0, 1b\n mov %1, x30\n orr x30, x30, %3\n ret\n2: adr x9, 4f\n orr x9, x9, %3\n br x9\n udf #0\n4: adr %2, 4b"
			: "=&r"(pc), "=&r"(lr), "=&r"(br) : "r"(t << 56) : "x9", "x30");
		check(pc >> 56 == 0 && lr >> 56 == 0 && br >> 56 == 0);
	}
}
static void stack(void) {
	u64 v;
	__asm__ volatile("mov x9, sp\n orr x10, x9, #0xf00000000000000\n mov sp, x10\n str %1, [sp, #-16]!\n ldr %0, [sp], #16\n mov x10, sp\n mov sp, x9\n" : "=&r"(v) : "r"(0x1234ul) : "x9", "x10", "memory");
	check(v == 0x1234);
}
static u64 touch(void *p) {
	u64 v = 0;
	__asm__ volatile("ldr %0, [%1]" : "+r"(v) : "r"(p) : "memory");
	return v;
}
static void faults(int expose) {
	on(SEGV, note, expose ? EXPOSE : 0, 0);
	touch((void *)8);
	check(seen.n == 1 && seen.addr == 8);
	seen.n = 0;
	void *p = map(0, 4096, R | W, 0);
	check(SYS(munmap, p, 4096) == 0);
	for (u64 t = 0; t < 3; t++) {
		touch(TAG(p, t * 0x2b));
		check(seen.n == t + 1 && seen.code == 1 && seen.addr == (u64)TAG(p, expose ? t * 0x2b : 0) && seen.fault == (u64)p);
	}
	check(SYS(mprotect, map((u64)p, 4096, 0, FIXED), 4096, 0) == 0);
	touch(TAG(p, 0xff));
	check(seen.n == 4 && seen.code == 2 && seen.addr == (u64)TAG(p, expose ? 0xff : 0));
}
static volatile u32 child;
static void other(i64 p) {
	child = SYS(prctl, GET, 0, 0, 0, 0) == 1 && SYS(pread64, -1, p, 1, 0) != 0 ? 1 : 2;
}
static void calls(void) {
	char *p = map(0, 8192, R | W, 0), *q = TAG(p, 0x77);
	i64 fd[2];
	int *f = (int *)fd;
	check(SYS(pipe2, f, 0) == 0);
	check(SYS(prctl, GET, 0, 0, 0, 0) == 0);
	check(SYS(write, f[1], TAG("abc", 1), 3) == -EFAULT && SYS(uname, q) == -EFAULT);
	check(SYS(prctl, SET, 1ul << 20, 0, 0, 0) == -EINVAL && SYS(prctl, SET, 1, 1, 0, 0) == -EINVAL && SYS(prctl, GET, 1, 0, 0, 0) == -EINVAL);
	check(SYS(prctl, SET, 1, 0, 0, 0) == 0 && SYS(prctl, GET, 0, 0, 0, 0) == 1);
	check(SYS(write, f[1], TAG("abcdef", 1), 6) == 6 && SYS(read, f[0], q, 2) == 2 && p[0] == 'a' && p[1] == 'b');
	struct { void *p; u64 n; } v[2] = { { TAG("gh", 9), 2 }, { TAG("ij", 0xf0), 2 } };
	check(SYS(writev, f[1], TAG(v, 3), 2) == 4);
	check(SYS(read, f[0], q, 100) == 8 && !memcmp(p, "cdefghij", 8));
	check(SYS(uname, q) == 0 && p[0] == 'L');
	check(SYS(prctl, SET, 0, 0, 0, 0) == 0 && SYS(uname, q) == -EFAULT && SYS(prctl, SET, 1, 0, 0, 0) == 0);
	u32 *w = TAG(p, 5);
	*w = 1;
	check(SYS(futex, w, 0, 2, 0, 0, 0) == -EAGAIN); /* FUTEX_WAIT: another value */
	check(SYS(mprotect, q, 4096, R) == 0 && SYS(mprotect, q, 4096, R | W) == 0);
	check((i64)map((u64)q, 4096, R, FIXED) == -ENOMEM);
	check((u64)map((u64)q, 4096, R, 0) >> 56 == 0); /* a hint that is not taken */
	u64 end = SYS(brk, 0);
	check(SYS(brk, TAG(end + 4096, 1)) == end);
	check(SYS(munmap, TAG(p + 4096, 0x33), 4096) == 0);
	start(other, (i64)TAG(p, 9), map(0, 65536, R | W, 0) + 65536);
	while (!child) __asm__ volatile("yield");
	check(child == 1);
	check(SYS(prctl, SET, 0, 0, 0, 0) == 0);
}
int main(void) {
	if (g_argc > 1) {
		faults(1);
		puts_("ok\n");
		return 0;
	}
	u64 *p = map(0, 4096, R | W, 0);
	for (int i = 0; i < 20; i++) p[i] = i;
	check(sum(p, 12000, 13000) == 12000 * 190);
	check(sum(p, 12000, 7) == 12000 * 190);
	for (u64 t = 0; t < 256; t++) access_(p, t);
	code();
	stack();
	faults(0);
	calls();
	puts_("ok\n");
	return 0;
}
#endif
