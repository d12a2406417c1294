/* Threads that do whatever comes to their minds, argv[1] being the seed: futexes on good and bad words, threads without
 * number, ends in the middle of things, stacks unmapped under their users. Nothing is checked: it must not harm what runs
 * it, and it may end in any way. */
#include "rt.h"
#if defined(__x86_64__)
enum { NR_futex = 202, NR_clone = 56, NR_set_robust_list = 273, NR_set_tid_address = 218, NR_gettid = 186, NR_tgkill = 234, NR_exit = 60,
	NR_sched_yield = 24, NR_madvise = 28, NR_membarrier = 324, NR_rt_sigprocmask = 14, NR_futex_waitv = 449, NR_sched_getaffinity = 204, NR_ppoll = 271, NR_sigaltstack = 131 };
#else
enum { NR_futex = 98, NR_clone = 220, NR_set_robust_list = 99, NR_set_tid_address = 96, NR_gettid = 178, NR_tgkill = 131, NR_exit = 93,
	NR_sched_yield = 124, NR_madvise = 233, NR_membarrier = 283, NR_rt_sigprocmask = 135, NR_futex_waitv = 449, NR_sched_getaffinity = 123, NR_ppoll = 73, NR_sigaltstack = 132 };
#endif
enum { STACK = 16384, WORDS = 8, FLAGS = 0x10000 | 0xf00 | 0x40000 };
static u32 *word;      /* the futexes, in a page of their own */
static u8 *map;        /* pages that come and go, stacks among them */
static i64 pid;
static u8 alt[8][16384], stacks[64][8192];
static int fds[2];

struct rng { u32 s; };
static u32 pick(struct rng *r, u32 n) {
	r->s ^= r->s << 13, r->s ^= r->s >> 17, r->s ^= r->s << 5;
	return (u32)((u64)r->s * n >> 32);
}
static i64 addr(struct rng *r) {
	switch (pick(r, 24)) {
	case 0: return 0;
	case 1: return 8 + pick(r, 8);
	case 2: return 1l << 63;
	case 3: return -4;
	case 4: return (i64)word + pick(r, 40);
	case 5: return (i64)word + 4094;
	case 6: case 7: return (i64)map + pick(r, 64 * 4096);
	}
	return (i64)(word + pick(r, WORDS));
}

/* A thread that touches what is not there ends; the others go on. */
static void fault(int sig) { SYS(exit, sig); }

static void spawn(struct rng *r);
static void live(u32 seed) {
	struct rng rr = {seed | 1}, *r = &rr;
	i64 t[2];
	u64 head[3];
	u64 st[3] = {(u64)alt[SYS(gettid) % 8], 0, sizeof alt[0]};
	SYS(sigaltstack, st, 0);
	for (int i = 0;; i++) {
		t[0] = 0, t[1] = pick(r, 2000000);
		switch (pick(r, 40)) {
		case 0: if (pick(r, 4) == 0) SYS(exit, pick(r, 300)); break;
		case 1: if (pick(r, 4000) == 0) SYS(exit_group, pick(r, 300)); break;
		case 2: case 3: spawn(r); break;
		case 4: if (pick(r, 16) == 0) SYS(munmap, map + 4096 * pick(r, 64), 4096 * (1 + pick(r, 3))); break;
		case 5: SYS(mmap, map + 4096 * pick(r, 64), 4096 * (1 + pick(r, 3)), pick(r, 32) ? 3 : pick(r, 4), 0x32, -1, 0); break;
		case 6: SYS(mmap, map, 64 * 4096, 3, 0x32, -1, 0); break;
		case 7: if (pick(r, 16) == 0) SYS(mprotect, map + 4096 * pick(r, 64), 4096, pick(r, 8)); break;
		case 8: if (pick(r, 16) == 0) SYS(madvise, map + 4096 * pick(r, 64), 4096, 4); break;
		case 9: SYS(tgkill, pid, pid + pick(r, 40), pick(r, 8) ? 0 : pick(r, 8) ? 17 + pick(r, 2) : pick(r, 65)); break;
		case 10: SYS(set_robust_list, addr(r), 24); break;
		case 11:
			head[0] = addr(r), head[1] = pick(r, 2) ? 0 : addr(r), head[2] = addr(r);
			SYS(set_robust_list, head, 24);
			break;
		case 12: SYS(set_tid_address, addr(r)); break;
		case 13: SYS(sched_yield); break;
		case 14: SYS(nanosleep, t, 0); break;
		case 15: SYS(write, fds[1], word, pick(r, 64)); break;
		case 16: SYS(ppoll, 0, 0, t, 0, 8); break;
		case 17: SYS(read, fds[0], addr(r), pick(r, 64)); break;
		case 18: t[0] = pick(r, 2) ? -1l << 11 : 0; SYS(rt_sigprocmask, pick(r, 3), t, 0, 8); break;
		case 19: SYS(membarrier, 1 << pick(r, 6), 0); break;
		case 20: SYS(futex_waitv, addr(r), pick(r, 4), 0, t, 1); break;
		case 21: word[pick(r, WORDS)] = pick(r, 2) ? 0 : (u32)pid + pick(r, 40); break;
		case 22: *(volatile u8 *)(map + pick(r, 64 * 4096)); break;
		default:
			SYS(futex, addr(r), pick(r, 15) | (pick(r, 4) ? 128 : 0) | (pick(r, 8) ? 0 : 256), pick(r, 2) ? 0 : pick(r, 5), t, addr(r),
				pick(r, 3) ? ~0u : pick(r, ~0u));
		}
	}
}
/* spawn starts a thread on a stack in map. The stack's top holds its seed; nothing of this frame is used by it. */
static void spawn(struct rng *r) {
	u8 *sp = pick(r, 4) ? stacks[pick(r, 64)] + 8192 : map + 4096 * (1 + pick(r, 63));
	u64 flags = FLAGS | (pick(r, 2) ? 0x200000 : 0) | (pick(r, 2) ? 0x1100000 : 0);
	i64 a = addr(r), b = addr(r);
#if defined(__x86_64__)
	register i64 r10 __asm__("r10") = b;
	register i64 r8 __asm__("r8") = 0;
	i64 n = NR_clone;
	__asm__ volatile("syscall\n test %%rax,%%rax\n jnz 1f\n mov %4,%%edi\n call live_c\n hlt\n1:"
		: "+a"(n) : "D"(flags), "S"(sp), "d"(a), "b"((u32)r->s), "r"(r10), "r"(r8) : "rcx", "r11", "memory");
#else
	register i64 x8 __asm__("x8") = NR_clone;
	register i64 x0 __asm__("x0") = flags;
	register i64 x1 __asm__("x1") = (i64)sp;
	register i64 x2 __asm__("x2") = a;
	register i64 x3 __asm__("x3") = 0;
	register i64 x4 __asm__("x4") = b;
	register i64 x9 __asm__("x9") = (u32)r->s;
	__asm__ volatile("svc #0\n cbnz x0,1f\n mov w0,w9\n bl live_c\n brk #0\n1:"
		: "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x9) : "x30", "memory");
#endif
}
__attribute__((used)) void live_c(u32 seed) { live(seed * 2654435761u ^ (u32)SYS(gettid)); }

int main(void) {
	u32 seed = 0;
	for (const char *s = g_argc > 1 ? g_argv[1] : "1"; *s; s++) seed = seed * 10 + *s - '0';
	pid = SYS(getpid);
	word = (u32 *)SYS(mmap, 0, 4096, 3, 0x21 + (seed & 1), -1, 0);
	SYS(pipe2, fds, 04000);
	SYS(mmap, 0, 4096, 0, 0x22, -1, 0);
	map = (u8 *)SYS(mmap, 0, 64 * 4096, 3, 0x22, -1, 0);
	u64 act[4] = {(u64)fault, 0x08000000, 0, 0}; /* SA_ONSTACK */
#if defined(__x86_64__)
	act[1] |= 0x04000000; /* SA_RESTORER: never used, as the handler does not return */
#endif
	for (int s = 1; s <= 64; s++) SYS(rt_sigaction, s, act, 0, 8);
	live(seed * 2246822519u);
	return 0;
}
