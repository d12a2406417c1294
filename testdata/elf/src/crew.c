/* Threads whose every instruction is determined: each does fixed work, and who waits for one makes one futex call
 * and looks at nothing before it, so that no number of instructions depends on who was first.
 *   crew          eight threads at once, then a chain of forty, each of which waits for the one before it
 *   crew leave    four threads; the first thread leaves with status 7 before they are done */
#include "rt.h"

enum { CREW = 8, CHAIN = 40, STACK = 16384,
	/* CLONE_VM FS FILES SIGHAND THREAD SYSVSEM PARENT_SETTID CHILD_CLEARTID */
	FLAGS = 0x100 | 0x200 | 0x400 | 0x800 | 0x10000 | 0x40000 | 0x100000 | 0x200000 };

#if defined(__x86_64__)
enum { NR_futex = 202, NR_exit = 60, NR_gettid = 186 };
static i64 spawn(void (*fn)(u64), u64 arg, u8 *top, u32 *word) {
	u64 *sp = (u64 *)top - 2;
	sp[0] = (u64)fn;
	sp[1] = arg;
	i64 n = 56;
	register u32 *r10 __asm__("r10") = word;
	register u64 r8 __asm__("r8") = 0;
	__asm__ volatile("syscall\n test %%rax,%%rax\n jnz 1f\n xor %%ebp,%%ebp\n pop %%rax\n pop %%rdi\n call *%%rax\n"
		" mov $60,%%eax\n xor %%edi,%%edi\n syscall\n hlt\n1:"
		: "+a"(n) : "D"((u64)FLAGS), "S"(sp), "d"(word), "r"(r10), "r"(r8) : "rcx", "r11", "memory");
	return n;
}
static void add(u64 *p, u64 v) { __atomic_fetch_add(p, v, __ATOMIC_SEQ_CST); }
#elif defined(__aarch64__)
enum { NR_futex = 98, NR_exit = 93, NR_gettid = 178 };
static i64 spawn(void (*fn)(u64), u64 arg, u8 *top, u32 *word) {
	u64 *sp = (u64 *)top - 2;
	sp[0] = (u64)fn;
	sp[1] = arg;
	register i64 x8 __asm__("x8") = 220;
	register u64 x0 __asm__("x0") = FLAGS;
	register u64 *x1 __asm__("x1") = sp;
	register u32 *x2 __asm__("x2") = word;
	register u64 x3 __asm__("x3") = 0;
	register u32 *x4 __asm__("x4") = word;
	__asm__ volatile("svc #0\n cbnz x0,1f\n mov x29,#0\n ldp x9,x0,[sp],#16\n blr x9\n mov x8,#93\n mov x0,#0\n svc #0\n brk #0\n1:"
		: "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "x9", "x30", "memory");
	return x0;
}
/* LDADD: a loop of exclusives would run as often as it must. */
static __attribute__((target("arch=armv8.1-a"))) void add(u64 *p, u64 v) { __atomic_fetch_add(p, v, __ATOMIC_SEQ_CST); }
#endif

static u8 stacks[CREW + CHAIN][STACK] __attribute__((aligned(16)));
static u32 words[CREW + CHAIN]; /* the thread's id, cleared by the kernel at its end */
static i64 tids[CREW + CHAIN];
static u64 total, links;

static void start(u64 i, void (*fn)(u64)) {
	tids[i] = spawn(fn, i, stacks[i] + STACK, &words[i]);
	check(tids[i] > 0);
}

/* join waits until a thread has ended: 0 FUTEX_WAIT, which fails with EAGAIN when it has already. */
static void join(u64 i) {
	SYS(futex, &words[i], 0, tids[i], 0);
	check(__atomic_load_n(&words[i], __ATOMIC_SEQ_CST) == 0);
}

static u64 work(u64 i) {
	u64 own[64], x = i + 1;
	for (u64 k = 0; k < 64; k++) own[k] = k * x;
	for (u64 k = 0; k < 1000 * (i + 1); k++) {
		x = x * 6364136223846793005u + 1442695040888963407u;
		own[x >> 58] ^= x;
		if (x & 1) own[k & 63] += k;
	}
	for (u64 k = 0; k < 64; k++) x += own[k];
	return x;
}

static void crew(u64 i) {
	u64 x = work(i);
	for (int k = 0; k < 100; k++) add(&total, x);
}

/* tail is the chain's last. In the chain a thread notes its number itself: who started it may not have yet when the
 * next one asks. */
static u32 done;
static void tail(u64 i) {
	tids[i] = SYS(gettid);
	join(i - 1);
	__atomic_store_n(&done, 1, __ATOMIC_SEQ_CST);
	SYS(futex, &done, 1, 1); /* FUTEX_WAKE */
}

static void chain(u64 i) {
	tids[i] = SYS(gettid);
	if (i > CREW) join(i - 1);
	add(&links, i);
	start(i + 1, i + 2 < CREW + CHAIN ? chain : tail);
}

int main(void) {
	if (g_argc > 1) {
		for (u64 i = 0; i < 4; i++) start(i, crew);
		SYS(exit, 7);
	}
	u64 want = 0;
	for (u64 i = 0; i < CREW; i++) start(i, crew);
	for (u64 i = 0; i < CREW; i++) want += 100 * work(i);
	for (u64 i = 0; i < CREW; i++) join(i);
	show("total", total);
	check(total == want);
	start(CREW, chain);
	SYS(futex, &done, 0, 0);
	check(done == 1);
	join(CREW + CHAIN - 1);
	show("links", links);
	return 0;
}
