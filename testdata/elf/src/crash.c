/* One fault for each first argument: the signal and where it comes from are known. */
#include "rt.h"
static volatile int depth;
static int __attribute__((noinline)) recurse(volatile char *p) {
	volatile char big[4096];
	big[0] = *p;
	depth++;
	return recurse(big) + big[0];
}
int main(void) {
	const char *m = g_argc > 1 ? g_argv[1] : "";
	if (same(m, "null")) return *(volatile int *)0;
	if (same(m, "nullwrite")) *(volatile int *)8 = 1;
	if (same(m, "jump")) ((void (*)(void))0x123450)();
	if (same(m, "rodata")) *(volatile char *)"constant" = 1;
	if (same(m, "noexec")) {
		static u8 code[64] = {0};
		((void (*)(void))code)();
	}
	if (same(m, "stack")) return recurse((volatile char *)m);
	if (same(m, "top")) return *(volatile int *)(~0ul - 1);
	if (same(m, "noncanonical")) return *(volatile int *)0x8000000000000000ul;
	if (same(m, "kill")) {
		i64 pid = SYS(getpid);
		SYS(kill, pid, 15);
	}
	if (same(m, "trap")) {
#if defined(__x86_64__)
		__asm__ volatile("int3");
#else
		__asm__ volatile("brk #7");
#endif
	}
	if (same(m, "illegal")) {
#if defined(__x86_64__)
		__asm__ volatile("ud2");
#else
		__asm__ volatile("udf #1");
#endif
	}
#if defined(__x86_64__)
	if (same(m, "divide")) {
		volatile int one = 1, zero = 0;
		return one / zero;
	}
	if (same(m, "hlt")) __asm__ volatile("hlt");
#endif
	puts_("no such crash\n");
	return 99;
}
