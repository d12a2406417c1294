/* Signals: one program, a case per first argument; without arguments each but the storm. It checks itself and
 * prints what it did. Apache-2.0, part of gotcg. */
#include "sig.h"

static volatile i64 hits, depth, deepest;
static volatile struct { i64 code, addr, trapno, err, value, overrun; int sig; } seen;
static u8 *page;

static void note(int sig, struct info *i, struct uc *u) {
	seen.sig = sig;
	seen.code = i->code;
	seen.addr = i->addr;
	hits++;
}

/* regs: the handler sees the registers the interrupted code set, and what it changes is there afterwards. */
static void change(int sig, struct info *i, struct uc *u) {
	note(sig, i, u);
#if defined(__x86_64__)
	check(u->rbx == 0x1111 && u->r15 == 0x2222 && u->r11 == 0x3333 && (u->eflags & 0x441) == 0x441);
	check(u->fp->xmm[15][0] == 0x55 && u->fp->xmm[15][15] == 0x55 && u->fp->mxcsr == 0x7f80 && u->fp->fcw == 0x27f);
	check(u->fp->ftw == 0x80 && (u->fp->fsw >> 11 & 7) == 7 && u->fp->st[0][9] == 0x3f && u->fp->st[0][7] == 0x80);
	u32 mx;
	__asm__ volatile("stmxcsr %0" : "=m"(mx));
	check(mx == 0x1f80 && u->trapno == 6 && u->cs == 0x33);
	u->rbx = 0x4444;
	u->r15 = 0x6666;
	u->eflags &= ~0x441ul;
	u->fp->xmm[15][3] = 0x77;
	u->fp->mxcsr = 0x3f80;
	u->fp->fcw = 0x37f;
	u->fp->st[0][6] = 0xc0;
	u->pc += 2;
#else
	check(u->x[19] == 0x1111 && u->x[28] == 0x2222 && u->x[17] == 0x3333 && u->pstate >> 28 == 6);
	check(u->fp.magic == 0x46508001 && u->fp.size == 528 && u->fp.v[31][0] == 0x55 && u->fp.v[31][15] == 0x55);
	check(u->fp.fpcr == 0x400000 && u->fp.fpsr == 0x8000010);
	u->x[19] = 0x4444;
	u->x[28] = 0x6666;
	u->pstate = 9ul << 28;
	u->fp.v[31][3] = 0x77;
	u->fp.fpcr = 0x800000;
	u->fp.fpsr = 1;
	u->pc += 4;
#endif
}

static void regs(void) {
	u64 a, b, f, lo;
	on(ILL, change, 0, 0);
#if defined(__x86_64__)
	u32 mx = 0x7f80;
	u16 cw = 0x27f, cw2;
	u64 st;
	__asm__ volatile("fninit\n fldcw %7\n fld1\n ldmxcsr %5\n mov $0x5555555555555555,%%rax\n movq %%rax,%%xmm15\n punpcklqdq %%xmm15,%%xmm15\n"
		" mov $0x1111,%%ebx\n mov $0x2222,%%r15d\n mov $0x3333,%%r11d\n std\n xor %%eax,%%eax\n stc\n ud2\n"
		" pushf\n pop %2\n cld\n mov %%rbx,%0\n mov %%r15,%1\n movq %%xmm15,%3\n stmxcsr %5\n fnstcw %4\n fstpl %6\n"
		: "=&r"(a), "=&r"(b), "=&r"(f), "=&r"(lo), "=m"(cw2), "+m"(mx), "=m"(st) : "m"(cw) : "rax", "rbx", "r15", "r11", "xmm15", "memory", "cc");
	check((f & 0x441) == 0 && cw2 == 0x37f && mx == 0x3f80 && st == 0x3ff0180000000000);
	mx = 0x1f80;
	__asm__ volatile("ldmxcsr %0" :: "m"(mx));
#else
	u64 c, s;
	__asm__ volatile("mov x0,#0x400000\n msr fpcr,x0\n mov x0,#0x10\n movk x0,#0x800,lsl #16\n msr fpsr,x0\n movi v31.16b,#0x55\n"
		" mov x19,#0x1111\n mov x28,#0x2222\n mov x17,#0x3333\n cmp x19,x19\n .inst 0\n"
		" mrs %2,nzcv\n mov %0,x19\n mov %1,x28\n fmov %3,d31\n mrs %4,fpcr\n mrs %5,fpsr\n msr fpcr,xzr\n"
		: "=&r"(a), "=&r"(b), "=&r"(f), "=&r"(lo), "=&r"(c), "=&r"(s) : : "x0", "x19", "x28", "x17", "v31", "memory", "cc");
	check(f == 9ul << 28 && c == 0x800000 && s == 1);
#endif
	check(a == 0x4444 && b == 0x6666 && lo == 0x5555555577555555);
	check(hits == 1 && seen.sig == ILL && (seen.code == 2 || (sizeof(struct uc) != 304 && seen.code == 1)));
}

/* segv: the handler mends what the fault was about, and the instruction is done again. */
static void mend(int sig, struct info *i, struct uc *u) {
	note(sig, i, u);
#if defined(__x86_64__)
	seen.trapno = u->trapno;
	seen.err = u->err;
	check(u->cr2 == i->addr);
#else
	check(u->fault == i->addr);
	u64 esr = u->fp.next == 0x45535201 ? u->fp.esr : 0x24ul << 26 | (i->code == 2) << 6; /* qemu-user has none */
	seen.trapno = esr >> 26;
	seen.err = esr >> 6 & 1;
#endif
	if (i->code == 1)
		check(SYS(mmap, page, 4096, 1, 0x32, -1, 0) == (i64)page); /* readable only */
	else
		check(SYS(mprotect, page, 4096, 3) == 0);
}

static void segv(void) {
	on(SEGV, mend, 0, 0);
	page = (u8 *)SYS(mmap, 0, 8192, 0, 0x22, -1, 0);
	check(SYS(munmap, page, 8192) == 0);
	check(*(volatile u8 *)(page + 5) == 0);
	check(hits == 1 && seen.code == 1 && seen.addr == (i64)page + 5);
	check(sizeof(struct uc) == 304 ? seen.trapno == 14 && seen.err == 4 : seen.trapno == 0x24 && seen.err == 0);
	*(volatile u32 *)(page + 8) = 0x12345678;
	check(hits == 2 && seen.code == 2 && seen.addr == (i64)page + 8 && page[8] == 0x78);
	check(sizeof(struct uc) == 304 ? seen.err == 7 : seen.err == 1);
}

/* faults: code and address of the other synchronous signals. */
static u64 resume;
static void skip(int sig, struct info *i, struct uc *u) {
	note(sig, i, u);
	u->pc = resume;
}
static u8 stack2[65536] __attribute__((aligned(16)));
#if defined(__x86_64__)
#define TRY(insn) __asm__ volatile("lea 1f(%%rip),%%rax\n mov %%rax,%0\n lea 2f(%%rip),%%rax\n mov %%rax,%1\n 1: " insn "\n 2:" : "=m"(at), "=m"(resume) :: "rax", "rcx", "rdx", "xmm0", "memory", "cc")
#else
#define TRY(insn) __asm__ volatile("adr x0,1f\n str x0,%0\n adr x0,2f\n str x0,%1\n 1: " insn "\n 2:" : "=m"(at), "=m"(resume) :: "x0", "x1", "x2", "memory", "cc")
#endif
#define expect(s, c, a) do { check(seen.sig == (s)); check(seen.code == (c)); check((u64)seen.addr == (u64)(a)); } while (0)
static void buserr(int sig, struct info *i, struct uc *u) {
	check(sig == BUS && i->code == 2 && i->addr == (u64)page);
	puts_("faults ok\n");
	quit(0);
}
static void faults(void) {
	u64 at;
	int s[] = { ILL, TRAP, BUS, FPE, SEGV };
	for (int i = 0; i < 5; i++) on(s[i], skip, 0, 0);
	check(SYS(openat, AT_FDCWD, "/proc/self/exe", 0) == 3);
	u8 *m = (u8 *)SYS(mmap, 0, 1 << 20, 1, 2, 3, 0); /* most of it is beyond the end of the file */
	check((i64)m > 0);
	page = m + (1 << 20) - 4096;
#if defined(__x86_64__)
	TRY("ud2"); expect(ILL, 2, at);
	TRY("int3"); expect(TRAP, 0x80, 0);
	TRY("xor %%ecx,%%ecx\n mov $1,%%eax\n 3: cltd\n div %%ecx"); check(seen.addr > (i64)at); expect(FPE, 1, seen.addr);
	TRY("hlt"); expect(SEGV, 0x80, 0);
	TRY("mov $0x8000000000000000,%%rax\n mov (%%rax),%%eax"); expect(SEGV, 0x80, 0);
	TRY("mov %%rsp,%%rax\n or $1,%%rax\n movaps (%%rax),%%xmm0"); expect(SEGV, 0x80, 0);
	u32 mx = 0x1d80, normal = 0x1f80;
	__asm__ volatile("ldmxcsr %0" :: "m"(mx));
	TRY("mov $1,%%eax\n cvtsi2ss %%eax,%%xmm0\n xorps %%xmm1,%%xmm1\n divss %%xmm1,%%xmm0"); check(seen.addr > (i64)at); expect(FPE, 3, seen.addr);
	__asm__ volatile("ldmxcsr %0" :: "m"(normal));
#else
	TRY(".inst 0"); expect(ILL, seen.code & 3, at); /* qemu-user says 2, ILL_ILLOPN */
	TRY("brk #7"); expect(TRAP, 1, at);
	TRY("mov x0,#2\n br x0"); expect((seen.sig == BUS ? BUS : SEGV), 1, 2); /* qemu-user looks at the address first */
#endif
	on(BUS, buserr, 0, 0);
	(void)*(volatile u8 *)page;
	quit(9);
}
/* jump: leaving a handler without return, 1000 times. */
static void *jb[5];
static void leap(int sig, struct info *i, struct uc *u) {
	hits++;
	__builtin_longjmp(jb, 1);
}
static void __attribute__((noinline)) fault(void) { *(volatile int *)16 = 1; }
static void jump(void) {
	on(SEGV, leap, 0, BIT(USR1));
	for (volatile int n = 0; n < 1000; n++) {
		if (__builtin_setjmp(jb) == 0) {
			fault();
			quit(8);
		}
		check(mask(SETMASK, 0) == (BIT(SEGV) | BIT(USR1)));
	}
	check(hits == 1000);
}

/* alt: alternate stacks. */
static struct stack query(void) {
	struct stack s;
	check(SYS(sigaltstack, 0, &s) == 0);
	return s;
}
static void onalt(int sig, struct info *i, struct uc *u) {
	u8 here;
	struct stack s = query();
	check(&here > stack2 && &here < stack2 + sizeof stack2);
	check(s.flags == 1 && u->stack.sp == (u64)stack2);
	check(SYS(sigaltstack, &s, 0) == -EPERM);
	hits++;
	if (sig == SEGV) __builtin_longjmp(jb, 1);
	if (depth++ == 0) { /* another one stays on this stack */
		raise_(USR2);
		check(hits == 2);
	}
}
static void disarmed(int sig, struct info *i, struct uc *u) {
	u8 here;
	struct stack s = query();
	check(&here > stack2 && &here < stack2 + sizeof stack2 && s.flags == 2 && s.size == 0);
	hits++;
}
static i64 __attribute__((noinline)) deep(i64 n) {
	volatile u8 room[4096];
	room[n & 4095] = 1;
	return deep(n + 1) + room[n & 4095];
}
static void alt(void) {
	struct stack s = { (u64)stack2, 0, 0, sizeof stack2 }, q = query();
	check(q.flags == 2);
	check(SYS(sigaltstack, (&(struct stack){ (u64)stack2, 0, 0, 1000 }), 0) == -ENOMEM);
	check(SYS(sigaltstack, (&(struct stack){ (u64)stack2, 8, 0, 65536 }), 0) == -EINVAL);
	check(SYS(sigaltstack, &s, 0) == 0);
	q = query();
	check(q.flags == 0 && q.sp == s.sp && q.size == s.size);
	on(USR1, onalt, SA_ONSTACK, 0);
	on(USR2, onalt, SA_ONSTACK, 0);
	on(SEGV, onalt, SA_ONSTACK, 0);
	raise_(USR1);
	check(hits == 2);
	if (__builtin_setjmp(jb) == 0) { /* the main stack overflows */
		deep(0);
		quit(7);
	}
	check(hits == 3);
	mask(SETMASK, 0);
	s.flags = 1 << 31;
	if (SYS(sigaltstack, &s, 0) == -EINVAL) return; /* qemu-user does not know SS_AUTODISARM */
	on(USR1, disarmed, SA_ONSTACK, 0);
	raise_(USR1);
	q = query();
	check(hits == 4 && q.flags == 1 << 31 && q.size == s.size);
}

/* nest: what is blocked in a handler, and what is not. */
static void outer(int sig, struct info *i, struct uc *u) {
	if (++depth > deepest) deepest = depth;
	hits++;
	if (hits < 6) raise_(sig);
	depth--;
}
static void other(int sig, struct info *i, struct uc *u) {
	i64 before = hits;
	raise_(USR2);
	check(hits == before); /* in the mask */
	check(u->mask == BIT(USR2));
}
static void nest(void) {
	on(USR1, outer, 0, 0);
	raise_(USR1);
	check(hits == 6 && deepest == 1);
	hits = deepest = 0;
	on(USR1, outer, SA_NODEFER, 0);
	raise_(USR1);
	check(hits == 6 && deepest == 6);
	on(USR2, note, 0, 0);
	on(HUP, other, 0, BIT(USR2));
	mask(SETMASK, BIT(HUP));
	raise_(HUP);
	mask(SETMASK, BIT(USR2));
	hits = 0;
	raise_(USR2);
	raise_(USR2); /* once is enough for a standard signal */
	u64 p = 0;
	check(SYS(rt_sigpending, &p, 8) == 0 && p == BIT(USR2));
	check(hits == 0);
	mask(SETMASK, BIT(HUP));
	check(hits == 1);
	mask(SETMASK, 0);
	on(USR1, note, SA_RESETHAND, 0);
	raise_(USR1);
	struct { u64 h, flags, restorer, mask; } a;
	check(SYS(rt_sigaction, USR1, 0, &a, 8) == 0 && a.h == 0);
	on(USR1, IGN, 0, 0);
	raise_(USR1);
	raise_(CHLD);
	raise_(CONT);
	mask(BLOCK, BIT(USR1));
	raise_(USR1);
	on(USR1, IGN, 0, 0); /* drops it */
	on(USR1, note, 0, 0);
	hits = 0;
	mask(UNBLOCK, BIT(USR1));
	check(hits == 0);
}

/* queue: real-time signals keep number, order and value. */
static i64 order[8];
static void collect(int sig, struct info *i, struct uc *u) { order[hits++] = sig * 1000 + i->value; }
static void queue(int sig, i64 value) {
	struct info i = { sig, 0, -1, 0 };
	i.pid = pid();
	i.value = value;
	check(SYS(rt_sigqueueinfo, pid(), sig, &i) == 0);
}
static void queues(void) {
	struct info i;
	u64 both = BIT(RTMIN) | BIT(RTMIN + 1), usr = BIT(USR1);
	on(RTMIN, collect, 0, both);
	on(RTMIN + 1, collect, 0, both);
	mask(SETMASK, both | usr);
	queue(RTMIN + 1, 1);
	queue(RTMIN, 2);
	queue(RTMIN + 1, 3);
	queue(RTMIN, 4);
	check(SYS(rt_sigtimedwait, &usr, &i, NUMS(0, 1000), 8) == -EAGAIN);
	check(SYS(rt_sigtimedwait, &both, &i, 0, 8) == RTMIN && i.value == 2 && i.code == -1);
	mask(SETMASK, 0);
	/* The lowest number is delivered first, so its handler's frame is the lowest on the stack, but the mask
	 * lets one handler run at a time. */
	check(hits == 3);
	check(order[0] == RTMIN * 1000 + 4 && order[1] == (RTMIN + 1) * 1000 + 1 && order[2] == (RTMIN + 1) * 1000 + 3);
	mask(SETMASK, usr);
	raise_(USR1);
	check(SYS(rt_sigtimedwait, &usr, &i, 0, 8) == USR1 && i.code == -6 && i.pid == pid());
	check(SYS(kill, pid(), USR1) == 0);
	check(SYS(rt_sigtimedwait, &usr, &i, 0, 8) == USR1 && i.code == 0);
	int fd = SYS(signalfd4, -1, &usr, 8, 0);
	u8 b[256];
	check(fd >= 0);
	raise_(USR1);
	struct { i32 fd; u16 want, got; } pf = { fd, 1, 0 };
	check(SYS(ppoll, &pf, 1, 0, 0, 0) == 1 && pf.got == 1);
	check(SYS(read, fd, b, 256) == 128 && b[0] == USR1 && *(i32 *)(b + 8) == -6);
	check(SYS(ppoll, &pf, 1, NUMS(0, 0), 0, 0) == 0);
	check(SYS(read, fd, b, 100) == -EINVAL);
}

/* waits: blocking calls, with and without SA_RESTART. */
static int pipefd[2];
static void feed(int sig, struct info *i, struct uc *u) {
	hits++;
	check(SYS(write, pipefd[1], "x", 1) == 1);
}
/* interrupted: the call fails with EINTR. Alarms come again and again, for one may come before the call waits. */
#define interrupted(call) do { itimer(0, 20000, 20000); check((call) == -EINTR); itimer(0, 0, 0); } while (0)
static void waits(void) {
	u8 b[8];
	i64 left[2], it[4];
	u64 none = 0, usr = BIT(USR1);
	check(SYS(pipe2, pipefd, 0) == 0);
	on(ALRM, feed, SA_RESTART, 0);
	itimer(0, 20000, 0);
	check(SYS(read, pipefd[0], b, 8) == 1 && hits == 1);
	on(ALRM, note, 0, 0);
	interrupted(SYS(read, pipefd[0], b, 8));
	on(ALRM, note, SA_RESTART, 0);
	interrupted(SYS(nanosleep, NUMS(100, 0), left));
	check(left[0] < 100 && left[0] > 50 && left[1] > 0);
	interrupted(SYS(clock_nanosleep, 1, 0, NUMS(100, 0), left));
	check(left[0] < 100 && left[0] > 50);
	interrupted(SYS(ppoll, 0, 0, 0, 0, 0));
	on(USR1, IGN, 0, 0);
	raise_(USR1);
	interrupted(SYS(rt_sigsuspend, &usr, 8));
	mask(SETMASK, BIT(ALRM)); /* from here on it comes in the calls only */
	SYS(rt_sigtimedwait, NUMS(BIT(ALRM)), 0, NUMS(0, 0), 8);
	i64 before = hits;
	itimer(0, 20000, 0);
	check(SYS(ppoll, 0, 0, NUMS(100, 0), &none, 8) == -EINTR && hits == before + 1);
	itimer(0, 20000, 0);
	check(SYS(rt_sigsuspend, &none, 8) == -EINTR && hits == before + 2);
	check(mask(SETMASK, BIT(ALRM)) == BIT(ALRM));
	itimer(0, 20000, 0);
	check(SYS(rt_sigtimedwait, NUMS(BIT(ALRM)), 0, 0, 8) == ALRM && hits == before + 2);
	itimer(0, 500000000, 7000000);
	check(SYS(getitimer, 0, it) == 0 && it[0] == 7 && it[2] > 400 && it[2] < 500 && it[3] > 0);
	itimer(0, 0, 0);
}

/* timers: POSIX timers, timerfd, and the CPU-time timers. */
static void ticked(int sig, struct info *i, struct uc *u) {
	hits++;
	seen.sig = sig;
	seen.code = i->code;
	seen.value = i->value;
	seen.overrun += i->overrun;
}
static void timers(void) {
	struct { u64 value; i32 signo, notify; i32 tid, pad[11]; } ev = { 77, RTMIN, 4, 0 };
	i32 id = -1, none = -1;
	ev.tid = tid();
	on(RTMIN, ticked, 0, 0);
	check(SYS(timer_create, 1, &ev, &id) == 0);
	check(SYS(timer_settime, id, 0, NUMS(0, 1000000, 0, 1000000), 0) == 0);
	while (hits < 5) ;
	check(seen.code == -2 && seen.value == 77);
	mask(BLOCK, BIT(RTMIN));
	SYS(nanosleep, NUMS(0, 50000000), 0);
	seen.overrun = 0;
	hits = 0;
	mask(UNBLOCK, BIT(RTMIN));
	while (hits < 1) ;
	check(seen.overrun >= 20);
	i64 cur[4];
	check(SYS(timer_gettime, id, cur) == 0 && cur[1] == 1000000 && cur[3] <= 1000000);
	check(SYS(timer_delete, id) == 0 && SYS(timer_delete, id) == -EINVAL);
	ev.notify = 1;
	check(SYS(timer_create, 1, &ev, &none) == 0);
	check(SYS(timer_settime, none, 0, NUMS(0, 0, 500, 0), 0) == 0);
	check(SYS(timer_gettime, none, cur) == 0 && cur[2] > 400 && cur[2] < 500);
	int fd = SYS(timerfd_create, 1, 0);
	u64 n = 0;
	check(SYS(timerfd_settime, fd, 0, NUMS(0, 1000000, 0, 1000000), 0) == 0);
	check(SYS(read, fd, &n, 8) == 8 && n >= 1);
	on(PROF, ticked, 0, 0);
	on(VTALRM, ticked, 0, 0);
	hits = 0;
	itimer(2, 1000, 1000);
	while (hits < 3) ;
	itimer(2, 0, 0);
	hits = 0;
	itimer(1, 1000, 1000);
	while (hits < 3) ;
	check(seen.sig == VTALRM && seen.code == 0x80);
}

/* storm N: N signals in a loop, in system calls and in handlers; the counts must be right. */
static volatile i64 alarms, users, inner;
static u64 work[64];
static void onalarm(int sig, struct info *i, struct uc *u) { alarms++; }
static void onuser2(int sig, struct info *i, struct uc *u) { inner++; }
static void onuser(int sig, struct info *i, struct uc *u) {
	users++;
	raise_(USR2);
}
static u64 spin(u64 x, int n) {
	for (int k = 0; k < n; k++) {
		x = x * 6364136223846793005ul + 1442695040888963407ul;
		work[x >> 58] += x;
	}
	return x;
}
static void storm(i64 n) {
	on(ALRM, onalarm, SA_RESTART, 0);
	on(USR1, onuser, SA_RESTART, 0);
	on(USR2, onuser2, SA_RESTART, 0);
	itimer(0, 20, 20);
	u64 x = 1, y = 1, sum = 0, sum2 = 0;
	for (i64 k = 0; k < n; k++) {
		raise_(USR1);
		x = spin(x, 20);
	}
	check(users == n && inner == n);
	while (alarms < n) { /* loops and system calls, as the alarms find them */
		x = spin(x, 200);
		if (alarms & 1) check(pid() > 0);
		if ((alarms & 1023) == 5) SYS(nanosleep, NUMS(0, 30000), 0);
	}
	itimer(0, 0, 0);
	for (int k = 0; k < 64; k++) sum += work[k], work[k] = 0;
	on(ALRM, IGN, 0, 0);
	for (u64 z = 1; z != x;) { /* the same again undisturbed: nothing was lost or done twice */
		z = y = spin(y, 1);
	}
	for (int k = 0; k < 64; k++) sum2 += work[k];
	check(sum == sum2);
}

/* threads: signals to each of several threads and to any of them, none lost. */
enum { NT = 5 };
static u8 stacks[NT][32768] __attribute__((aligned(16)));
static volatile i64 tids[NT], count[NT], total, ended;
static volatile int over;
static int self(void) { /* which thread this is, by its stack */
	u8 here;
	for (int k = 0; k < NT; k++)
		if (&here >= stacks[k] && &here < stacks[k] + sizeof stacks[k]) return k;
	return -1;
}
static void mine(int sig, struct info *i, struct uc *u) {
	check(self() >= 0 && i->code == -6);
	count[self()]++;
}
static void any(int sig, struct info *i, struct uc *u) { __atomic_add_fetch(&total, 1, 5); }
static void worker(i64 k) {
	tids[k] = tid();
	while (!over) {
		if (k == 0) work[0] = spin(work[0], 100);
		else if (k == 1) SYS(ppoll, 0, 0, 0, 0, 0);
		else if (k == 2) SYS(rt_sigsuspend, NUMS(BIT(USR2) | BIT(RTMIN)), 8);
		else SYS(nanosleep, NUMS(0, 1000000), 0);
	}
	__atomic_add_fetch(&ended, 1, 5);
}
static void await(volatile i64 *v, i64 want) {
	while (*v < want) SYS(nanosleep, NUMS(0, 200000), 0);
	check(*v == want);
}
static void threads(void) {
	on(USR1, mine, SA_RESTART, 0);
	on(USR2, any, SA_RESTART, 0);
	on(RTMIN, any, SA_RESTART, 0);
	on(HUP, any, 0, 0);
	for (int k = 0; k < NT; k++) {
		check(start(worker, k, stacks[k] + sizeof stacks[k]) > 0);
		while (!tids[k]) SYS(nanosleep, NUMS(0, 20000), 0);
	}
	for (i64 n = 1; n <= 3; n++)
		for (int k = 0; k < NT; k++) {
			check(SYS(tgkill, pid(), tids[k], USR1) == 0);
			await(&count[k], n);
		}
	mask(BLOCK, BIT(USR2) | BIT(RTMIN)); /* the others take them */
	for (i64 n = 1; n <= 6; n++) {
		check(SYS(kill, pid(), USR2) == 0);
		await(&total, n);
	}
	for (int n = 0; n < 300; n++) queue(RTMIN, n);
	await(&total, 306);
	over = 1;
	while (ended < NT) { /* those that wait for signals only */
		for (int k = 0; k < NT; k++) SYS(tgkill, pid(), tids[k], HUP);
		SYS(nanosleep, NUMS(0, 100000), 0);
	}
}

/* hostile SEED: threads that do everything wrong. Only that it ends is right. */
static u64 rnd(u64 *s) {
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}
static u64 hseed;
static void nothing(int sig, struct info *i, struct uc *u) {}
static void spoil(int sig, struct info *i, struct uc *u) {
	u64 s = hseed++ * 0x9e3779b97f4a7c15 + 1;
	for (u64 n = rnd(&s) % 4; n; n--) ((u8 *)i)[rnd(&s) % 1200] = rnd(&s);
}
static void slide(int sig, struct info *i, struct uc *u) {
#if defined(__x86_64__)
	__asm__ volatile("lea 24(%0),%%rsp\n mov $15,%%eax\n syscall" :: "r"(u) : "rax", "memory");
#else
	__asm__ volatile("sub x1,%0,#160\n mov sp,x1\n mov x8,#139\n svc #0" :: "r"(u) : "x1", "x8", "memory");
#endif
}
static void hostile(i64 k) {
	u64 s = hseed + 77 * k + 1;
	handler *h[] = { nothing, nothing, nothing, spoil, slide, IGN, spoil, (handler *)0x1234 };
	struct { u64 value; i32 signo, notify, tid, pad[11]; } ev;
	u8 junk[512];
	for (int n = 0; n < 400; n++) {
		int sig = rnd(&s) % 64 + 1;
		u64 r = rnd(&s), set = rnd(&s) & rnd(&s), x;
		if (sig == 9 || sig == STOP) sig = USR1;
		for (u64 m = 0; m < sizeof junk; m += 8) *(u64 *)(junk + m) = rnd(&s) % 3 ? rnd(&s) % 64 : rnd(&s);
		switch (r % 18) {
		case 0: case 1: case 2: {
			struct { void *h; u64 flags; void *restorer; u64 mask; } a = { h[rnd(&s) % (n < 100 ? 3 : 8)], SA_SIGINFO | (rnd(&s) & (n < 300 ? 0x78000007 : 0xf8000007)), 0, set };
#if defined(__x86_64__)
			a.flags |= SA_RESTORER;
			a.restorer = restorer;
#endif
			SYS(rt_sigaction, sig, &a, 0, 8);
			break;
		}
		case 3: case 4: SYS(rt_sigprocmask, r >> 8 & 3, &set, junk, 8); break;
		case 5: SYS(sigaltstack, &((struct stack){ (u64)stacks[k], r >> 9 & 2, 0, 16384 }), 0); break;
		case 6: case 7: SYS(tgkill, pid(), tids[rnd(&s) % NT], sig); break;
		case 8: SYS(kill, pid(), sig); break;
		case 9: SYS(rt_sigqueueinfo, pid(), sig, junk); break;
		case 10: SYS(rt_sigtimedwait, &set, junk, NUMS(0, r >> 50), 8); break;
		case 11: SYS(ppoll, 0, 0, NUMS(0, r >> 46), &set, 8); break;
		case 12: SYS(setitimer, r >> 9 & 3, NUMS(0, r >> 54, 0, r >> 54), 0); break;
		case 13:
			ev.signo = sig;
			ev.notify = r >> 9 & 7;
			ev.tid = tids[rnd(&s) % NT];
			SYS(timer_create, r >> 20 & 15, &ev, junk);
			break;
		case 14: SYS(timer_settime, r >> 9 & 3, r & 1, NUMS(0, r >> 50, 0, r >> 50), 0); break;
		case 15: SYS(timer_delete, r >> 9 & 7); break;
		case 16:
			x = SYS(signalfd4, -1, &set, 8, 0x800);
			SYS(read, x, junk, sizeof junk);
			SYS(close, x);
			break;
		case 17: SYS(sigaltstack, junk, junk + 64); break;
		}
	}
	__atomic_add_fetch(&ended, 1, 5);
}
static void mischief(i64 seed) {
	hseed = seed * 1000003;
	for (int k = 1; k <= 64; k++)
		if (k != 9 && k != STOP) on(k, nothing, 0, 0);
	for (int k = 0; k < NT; k++) tids[k] = start(hostile, k, stacks[k] + sizeof stacks[k]);
	for (int n = 0; n < 300 && ended < NT; n++) SYS(nanosleep, NUMS(0, 1000000), 0);
}

/* host [loop]: tells what comes from outside, waiting or busy, until SIGTERM comes. */
static volatile int done;
static void tell(int sig, struct info *i, struct uc *u) {
	puts_("got ");
	dec(sig);
	puts_("\n");
	if (sig == TERM) done = 1;
}
static int host(int busy) {
	int s[] = { 1, USR1, USR2, TERM, CONT, 28, RTMIN + 2 };
	struct { u64 h, rest[3]; } a;
	check(SYS(rt_sigaction, HUP, 0, &a, 8) == 0);
	if (a.h == 1) puts_("hangup is ignored\n");
	for (u64 k = 0; k < sizeof s / sizeof *s; k++) on(s[k], tell, SA_RESTART, ~0ul);
	puts_("ready\n");
	while (!done) {
		if (busy) spin(1, 1000);
		else SYS(ppoll, 0, 0, NUMS(0, 100000000), 0, 0);
	}
	return 7;
}

static i64 number(const char *s) {
	i64 n = 0;
	while (*s) n = n * 10 + *s++ - '0';
	return n;
}

int main(void) {
	static const struct { const char *name; void (*run)(void); } cases[] = {
		{ "regs", regs }, { "segv", segv }, { "jump", jump }, { "alt", alt }, { "nest", nest }, { "queue", queues },
		{ "waits", waits }, { "threads", threads }, { "timers", timers }, { "faults", faults },
	};
	if (g_argc > 2 && same(g_argv[1], "storm")) {
		storm(number(g_argv[2]));
		puts_("storm ok\n");
		return 0;
	}
	if (g_argc > 2 && same(g_argv[1], "hostile")) {
		mischief(number(g_argv[2]));
		return 0;
	}
	if (g_argc > 1 && same(g_argv[1], "host")) return host(g_argc > 2);
	for (u64 k = 0; k < sizeof cases / sizeof *cases; k++) {
		if (g_argc > 1 && !same(g_argv[1], cases[k].name)) continue;
		mask(SETMASK, 0);
		hits = depth = deepest = 0;
		cases[k].run();
		puts_(cases[k].name);
		puts_(" ok\n");
	}
	return 0;
}
