/* Code that changes: written, run, overwritten and run again; in another page, in its own page, and unmapped. */
#include "rt.h"
enum { R = 1, W = 2, X = 4, PRIVATE = 2, ANON = 0x20, FIXED = 0x10 };
typedef u64 (*fn)(void);
/* put writes "return n" at p. */
static void put(u8 *p, u32 n) {
#if defined(__x86_64__)
	p[0] = 0xb8; /* mov eax, n */
	p[1] = n;
	p[2] = n >> 8;
	p[3] = n >> 16;
	p[4] = n >> 24;
	p[5] = 0xc3; /* ret */
#else
	((volatile u32 *)p)[0] = 0x52800000 | (n & 0xffff) << 5; /* mov w0, #n */
	((volatile u32 *)p)[1] = 0xd65f03c0;                     /* ret */
	__asm__ volatile("dc cvau, %0\n dsb ish\n ic ivau, %0\n dsb ish\n isb" ::"r"(p) : "memory");
#endif
}
int main(void) {
	u8 *p = (u8 *)SYS(mmap, 0, 8192, R | W | X, PRIVATE | ANON, -1, 0);
	check((u64)p < -4095ul);
	u64 sum = 0;
	for (u32 i = 0; i < 300; i++) {
		put(p + i % 7 * 64, i);
		sum += ((fn)(p + i % 7 * 64))();
	}
	check(sum == 299 * 300 / 2);
	for (u32 i = 0; i < 50; i++) { /* write-protected between the changes */
		check(SYS(mprotect, p, 4096, R | W) == 0);
		put(p, 1000 + i);
		check(SYS(mprotect, p, 4096, R | X) == 0);
		check(((fn)p)() == 1000 + i);
	}
	for (u32 i = 0; i < 50; i++) { /* a new mapping in the old one's place */
		check((u8 *)SYS(mmap, p, 4096, R | W | X, PRIVATE | ANON | FIXED, -1, 0) == p);
		put(p, 2000 + i);
		check(((fn)p)() == 2000 + i);
	}
	puts_("ok\n");
	return 0;
}
