/* Signals for the guest test programs: numbers, structures and calls of both guests. Apache-2.0, part of gotcg. */
#ifndef SIG_H
#define SIG_H
#include "rt.h"
enum { HUP = 1, ILL = 4, TRAP = 5, BUS = 7, FPE = 8, USR1 = 10, SEGV = 11, USR2 = 12, ALRM = 14, TERM = 15, CHLD = 17, CONT = 18, STOP = 19, VTALRM = 26, PROF = 27, RTMIN = 34 };
enum { SA_SIGINFO = 4, SA_RESTORER = 0x4000000, SA_ONSTACK = 0x8000000, SA_RESTART = 0x10000000, SA_NODEFER = 0x40000000, SA_RESETHAND = (int)0x80000000 };
enum { EINTR = 4, EPERM = 1, ENOMEM = 12, EAGAIN = 11, EINVAL = 22 };
#define BIT(s) (1ul << ((s) - 1))
#if defined(__x86_64__)
enum { NR_rt_sigprocmask = 14, NR_rt_sigreturn = 15, NR_rt_sigpending = 127, NR_rt_sigtimedwait = 128, NR_rt_sigqueueinfo = 129, NR_rt_sigsuspend = 130,
	NR_sigaltstack = 131, NR_tgkill = 234, NR_gettid = 186, NR_setitimer = 38, NR_getitimer = 36, NR_timer_create = 222, NR_timer_settime = 223,
	NR_timer_gettime = 224, NR_timer_getoverrun = 225, NR_timer_delete = 226, NR_timerfd_create = 283, NR_timerfd_settime = 286, NR_signalfd4 = 289,
	NR_ppoll = 271, NR_clock_nanosleep = 230, NR_rt_tgsigqueueinfo = 297, NR_pselect6 = 270 };
#else
enum { NR_rt_sigprocmask = 135, NR_rt_sigreturn = 139, NR_rt_sigpending = 136, NR_rt_sigtimedwait = 137, NR_rt_sigqueueinfo = 138, NR_rt_sigsuspend = 133,
	NR_sigaltstack = 132, NR_tgkill = 131, NR_gettid = 178, NR_setitimer = 103, NR_getitimer = 102, NR_timer_create = 107, NR_timer_settime = 110,
	NR_timer_gettime = 108, NR_timer_getoverrun = 109, NR_timer_delete = 111, NR_timerfd_create = 85, NR_timerfd_settime = 86, NR_signalfd4 = 74,
	NR_ppoll = 73, NR_clock_nanosleep = 115, NR_rt_tgsigqueueinfo = 240, NR_pselect6 = 72 };
#endif
struct info {
	i32 signo, err, code, pad;
	union {
		struct { i32 pid; u32 uid; u64 value; };
		struct { i32 timer, overrun; };
		u64 addr;
		u8 raw[112];
	};
};
struct stack { u64 sp; i32 flags, pad; u64 size; };
#if defined(__x86_64__)
struct fx { u16 fcw, fsw; u8 ftw, r; u16 fop; u64 fip, fdp; u32 mxcsr, mask; u8 st[8][16], xmm[16][16], rest[96]; };
struct uc {
	u64 flags, link;
	struct stack stack;
	u64 r8, r9, r10, r11, r12, r13, r14, r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, sp, pc, eflags;
	u16 cs, gs, fs, ss;
	u64 err, trapno, oldmask, cr2;
	struct fx *fp;
	u64 reserved[8], mask;
};
void restorer(void);
__asm__("restorer: mov $15,%eax\n syscall\n");
#else
struct uc {
	u64 flags, link;
	struct stack stack;
	u64 mask;
	u8 unused[128];
	u64 fault, x[31], sp, pc, pstate, pad;
	struct { u32 magic, size, fpsr, fpcr; u8 v[32][16]; u32 next, nextsize; u64 esr; } fp;
};
#endif
typedef void handler(int, struct info *, struct uc *);
static void on(int sig, handler *h, int flags, u64 mask) {
	struct { void *h; u64 flags; void *restorer; u64 mask; } a = { h, (u32)(flags | SA_SIGINFO), 0, mask };
#if defined(__x86_64__)
	a.flags |= SA_RESTORER;
	a.restorer = restorer;
#endif
	check(SYS(rt_sigaction, sig, &a, 0, 8) == 0);
}
#define DFL ((handler *)0)
#define IGN ((handler *)1)
static u64 mask(int how, u64 set) {
	u64 old;
	check(SYS(rt_sigprocmask, how, &set, &old, 8) == 0);
	return old;
}
enum { BLOCK, UNBLOCK, SETMASK };
static i64 pid(void) { return SYS(getpid); }
static i64 tid(void) { return SYS(gettid); }
static void raise_(int sig) { check(SYS(tgkill, pid(), tid(), sig) == 0); }
/* start runs f(arg) on a thread with a stack that ends at top, and returns its id. */
i64 start_thread(i64 flags, void *sp);
#if defined(__x86_64__)
__asm__("start_thread: mov $56,%eax\n xor %edx,%edx\n xor %r10d,%r10d\n xor %r8d,%r8d\n syscall\n test %rax,%rax\n jz 1f\n ret\n"
	"1: xor %ebp,%ebp\n pop %rdi\n pop %rax\n call *%rax\n mov $60,%eax\n xor %edi,%edi\n syscall\n");
#else
__asm__("start_thread: mov x8,#220\n mov x2,#0\n mov x3,#0\n mov x4,#0\n svc #0\n cbz x0,1f\n ret\n"
	"1: mov x29,#0\n ldp x0,x1,[sp],#16\n blr x1\n mov x8,#93\n mov x0,#0\n svc #0\n");
#endif
static i64 start(void (*f)(i64), i64 arg, void *top) {
	i64 *sp = (i64 *)((u64)top & ~15ul) - 2;
	sp[0] = arg;
	sp[1] = (i64)f;
	return start_thread(0x50f00, sp); /* CLONE_VM FS FILES SIGHAND THREAD SYSVSEM */
}
#define NUMS(...) ((i64[]){ __VA_ARGS__ })
static void itimer(int which, i64 us, i64 every) {
	i64 v[4] = { every / 1000000, every % 1000000, us / 1000000, us % 1000000 };
	check(SYS(setitimer, which, v, 0) == 0);
}
#endif
