/* What the system calls about threads answer when something is wrong, or right without anybody else: a line each, which
 * is the kernel's on the host. One thread makes them all. */
#include "rt.h"
#if defined(__x86_64__)
enum { NR_futex = 202, NR_clone = 56, NR_clone3 = 435, NR_set_robust_list = 273, NR_get_robust_list = 274, NR_set_tid_address = 218, NR_gettid = 186,
	NR_tgkill = 234, NR_tkill = 200, NR_sched_setaffinity = 203, NR_sched_getaffinity = 204, NR_membarrier = 324, NR_sched_yield = 24, NR_prctl = 157,
	NR_futex_waitv = 449 };
#else
enum { NR_futex = 98, NR_clone = 220, NR_clone3 = 435, NR_set_robust_list = 99, NR_get_robust_list = 100, NR_set_tid_address = 96, NR_gettid = 178,
	NR_tgkill = 131, NR_tkill = 130, NR_sched_setaffinity = 122, NR_sched_getaffinity = 123, NR_membarrier = 283, NR_sched_yield = 124, NR_prctl = 167,
	NR_futex_waitv = 449 };
#endif
enum { WAIT, WAKE, FD, REQUEUE, CMP_REQUEUE, WAKE_OP, LOCK_PI, UNLOCK_PI, TRYLOCK_PI, WAIT_BITSET, WAKE_BITSET, WAIT_REQUEUE_PI, CMP_REQUEUE_PI, LOCK_PI2,
	PRIV = 128, RT = 256 };
static u32 w = 5, w2 = 9, pi;
static u32 *ro, *none;
static i64 zero[2], tiny[2] = {0, 1000}, bad[2] = {0, 1000000000}, neg[2] = {-1, 0}, past[2] = {1, 0};
static u64 c3[12];
static i64 tid;

static void line(const char *what, i64 r) {
	puts_(what);
	puts_(" = ");
	if (r == tid) puts_("tid");
	else dec(r);
	puts_("\n");
}
#define T(what, n, ...) line(what, SYS(n, ##__VA_ARGS__))
/* OP is an operation of FUTEX_WAKE_OP with its comparison. */
#define OP(op, arg, cmp, carg) ((i64)(u32)((op) << 28 | (cmp) << 24 | ((arg) & 0xfff) << 12 | ((carg) & 0xfff)))

static void futexes(void) {
	u8 *b = (u8 *)&w;
	T("wait unaligned", futex, b + 1, WAIT | PRIV, 5, tiny);
	T("wake unaligned", futex, b + 2, WAKE | PRIV, 1);
	T("wait value", futex, &w, WAIT | PRIV, 4, 0);
	T("wait timeout", futex, &w, WAIT | PRIV, 5, tiny);
	T("wait zero", futex, &w, WAIT, 5, zero);
	T("wait bad time", futex, &w, WAIT | PRIV, 5, bad);
	T("wait negative", futex, &w, WAIT | PRIV, 5, neg);
	T("wait time fault", futex, &w, WAIT | PRIV, 5, 8);
	T("wait unmapped", futex, none, WAIT | PRIV, 5, tiny);
	T("wait unmapped shared", futex, none, WAIT, 5, tiny);
	T("wait kernel", futex, 1l << 63, WAIT | PRIV, 5, tiny);
	T("wait high", futex, 1l << 55, WAIT | PRIV, 5, tiny);
	T("wait read-only", futex, ro, WAIT | PRIV, 0, tiny);
	T("wait read-only shared", futex, ro, WAIT, 0, tiny);
	T("wait realtime", futex, &w, WAIT | PRIV | RT, 5, tiny);
	T("wake none", futex, &w, WAKE | PRIV, 1);
	T("wake unmapped", futex, none, WAKE | PRIV, 1);
	T("wake unmapped shared", futex, none, WAKE, 1);
	T("wake kernel", futex, 1l << 63, WAKE | PRIV, 1);
	T("wake realtime", futex, &w, WAKE | PRIV | RT, 1);
	T("bitset past", futex, &w, WAIT_BITSET | PRIV, 5, past, 0, 1);
	T("bitset past real", futex, &w, WAIT_BITSET | PRIV | RT, 5, past, 0, 1);
	T("bitset value", futex, &w, WAIT_BITSET | PRIV, 6, past, 0, 1);
	T("bitset none", futex, &w, WAIT_BITSET | PRIV, 5, past, 0, 0);
	T("wake bitset none", futex, &w, WAKE_BITSET | PRIV, 1, 0, 0, 0);
	T("wake bitset", futex, &w, WAKE_BITSET | PRIV, 1, 0, 0, 2);
	T("requeue", futex, &w, REQUEUE | PRIV, 1, 1, &w2);
	T("requeue self", futex, &w, REQUEUE | PRIV, 1, 1, &w);
	T("requeue negative", futex, &w, REQUEUE | PRIV, -1, 1, &w2);
	T("requeue negative 2", futex, &w, REQUEUE | PRIV, 1, -1, &w2);
	T("requeue unaligned", futex, &w, REQUEUE | PRIV, 1, 1, b + 2);
	T("cmp requeue", futex, &w, CMP_REQUEUE | PRIV, 1, 1, &w2, 5);
	T("cmp requeue value", futex, &w, CMP_REQUEUE | PRIV, 1, 1, &w2, 4);
	T("cmp requeue fault", futex, none, CMP_REQUEUE | PRIV, 1, 1, &w2, 4);
	T("wake op add", futex, &w, WAKE_OP | PRIV, 1, 1, &w2, OP(1, 3, 0, 9));
	line("  word", w2);
	T("wake op set", futex, &w, WAKE_OP | PRIV, 1, 1, &w2, OP(0, -1, 1, 0));
	line("  word", (i32)w2);
	T("wake op andn", futex, &w, WAKE_OP | PRIV, 1, 1, &w2, OP(3, 0xf, 2, 0));
	line("  word", (i32)w2);
	T("wake op shift", futex, &w, WAKE_OP | PRIV, 1, 1, &w2, OP(8 | 4, 4, 3, 0));
	line("  word", (i32)w2);
	T("wake op or", futex, &w, WAKE_OP | PRIV, 1, 1, &w2, OP(2, 1, 4, 0));
	line("  word", (i32)w2);
	T("wake op bad op", futex, &w, WAKE_OP | PRIV, 1, 1, &w2, OP(5, 1, 4, 0));
	T("wake op bad cmp", futex, &w, WAKE_OP | PRIV, 1, 1, &w2, OP(1, 1, 6, 0));
	T("wake op fault", futex, &w, WAKE_OP | PRIV, 1, 1, none, OP(1, 1, 0, 0));
	T("wake op read-only", futex, &w, WAKE_OP | PRIV, 1, 1, ro, OP(1, 1, 0, 0));
	T("fd", futex, &w, FD, 1);
	T("op 14", futex, &w, 14, 1);
	T("op 99", futex, &w, 99, 1);
}

static void pis(void) {
	T("pi lock", futex, &pi, LOCK_PI | PRIV, 0, 0);
	line("  word", pi);
	T("pi lock again", futex, &pi, LOCK_PI | PRIV, 0, 0);
	T("pi try again", futex, &pi, TRYLOCK_PI | PRIV, 0, 0);
	T("pi unlock", futex, &pi, UNLOCK_PI | PRIV, 0, 0);
	line("  word", pi);
	T("pi unlock free", futex, &pi, UNLOCK_PI | PRIV, 0, 0);
	T("pi try", futex, &pi, TRYLOCK_PI, 0, 0);
	T("pi unlock shared", futex, &pi, UNLOCK_PI, 0, 0);
	pi = 0x3ffffff0;
	T("pi lock of nobody", futex, &pi, LOCK_PI | PRIV, 0, 0);
	T("pi try of nobody", futex, &pi, TRYLOCK_PI | PRIV, 0, 0);
	pi = 0x40000000;
	T("pi lock of the dead", futex, &pi, LOCK_PI | PRIV, 0, 0);
	line("  flags", pi >> 28);
	T("pi unlock", futex, &pi, UNLOCK_PI | PRIV, 0, 0);
	line("  word", pi);
	T("pi lock2", futex, &pi, LOCK_PI2 | PRIV, 0, past);
	T("pi unlock", futex, &pi, UNLOCK_PI | PRIV, 0, 0);
	T("pi lock fault", futex, none, LOCK_PI | PRIV, 0, 0);
	T("pi lock read-only", futex, ro, LOCK_PI | PRIV, 0, 0);
	T("pi unlock fault", futex, none, UNLOCK_PI | PRIV, 0, 0);
	T("pi lock bad time", futex, &pi, LOCK_PI | PRIV, 0, bad);
	T("pi lock realtime", futex, &pi, LOCK_PI | PRIV | RT, 0, 0);
	T("wait requeue value", futex, &w, WAIT_REQUEUE_PI | PRIV, 4, past, &pi);
	T("wait requeue past", futex, &w, WAIT_REQUEUE_PI | PRIV, 5, past, &pi);
	T("wait requeue self", futex, &w, WAIT_REQUEUE_PI | PRIV, 5, past, &w);
	T("cmp requeue pi", futex, &w, CMP_REQUEUE_PI | PRIV, 1, 1, &pi, 5);
	T("cmp requeue pi value", futex, &w, CMP_REQUEUE_PI | PRIV, 1, 1, &pi, 4);
	T("cmp requeue pi two", futex, &w, CMP_REQUEUE_PI | PRIV, 2, 1, &pi, 5);
	T("cmp requeue pi self", futex, &w, CMP_REQUEUE_PI | PRIV, 1, 1, &w, 5);
}

static i64 clone3(u64 flags, u64 sig, u64 stack, u64 size) {
	memset(c3, 0, sizeof c3);
	c3[0] = flags, c3[4] = sig, c3[5] = stack, c3[6] = size;
	return SYS(clone3, c3, 88);
}
static void clones(void) {
	u64 stack = (u64)ro;
	T("clone thread alone", clone, 0x10000, stack);
	T("clone sighand alone", clone, 0x800, stack);
	T("clone thread no vm", clone, 0x10800, stack);
	T("clone newuser fs", clone, 0x10000200, stack);
	T("clone newns fs", clone, 0x20200, stack);
	T("clone thread newpid", clone, 0x20010900, stack);
	T("clone pidfd settid", clone, 0x101000, stack, &w);
	T("clone3 short", clone3, c3, 63);
	T("clone3 none", clone3, c3, 0);
	T("clone3 huge", clone3, c3, 4097);
	T("clone3 fault", clone3, none, 88);
	line("clone3 thread signal", clone3(0x10f00, 17, stack, 64));
	line("clone3 thread alone", clone3(0x10000, 0, 0, 0));
	line("clone3 stack no size", clone3(0x10f00, 0, stack, 0));
	line("clone3 size no stack", clone3(0x10f00, 0, 0, 4096));
	line("clone3 detached", clone3(0x400000, 0, 0, 0));
	line("clone3 csignal", clone3(17, 0, 0, 0));
	line("clone3 bad signal", clone3(0, 65, 0, 0));
	line("clone3 high flag", clone3(1l << 40, 0, 0, 0));
	line("clone3 clear and share", clone3(0x100000900, 0, 0, 0));
	memset(c3, 0, sizeof c3);
	c3[11] = 1;
	T("clone3 newer", clone3, c3, 96);
}

static void others(void) {
	u64 head[3], got[2];
	u8 set[256];
	T("robust size", set_robust_list, head, 23);
	T("robust", set_robust_list, head, 24);
	T("get robust", get_robust_list, 0, &got[0], &got[1]);
	line("  head", got[0] == (u64)head && got[1] == 24);
	T("get robust nobody", get_robust_list, 0x3ffffff0, &got[0], &got[1]);
	T("get robust fault", get_robust_list, 0, 8, &got[1]);
	T("set robust", set_robust_list, 0, 24);
	T("set tid", set_tid_address, &w);
	T("set tid", set_tid_address, 0);
	T("gettid", gettid);
	T("tgkill 0", tgkill, tid, tid, 0);
	T("tgkill bad tid", tgkill, tid, 0, 0);
	T("tgkill bad pid", tgkill, -1, tid, 0);
	T("tgkill nobody", tgkill, tid, 0x3ffffff0, 0);
	T("tgkill signal", tgkill, tid, tid, 65);
	T("tkill nobody", tkill, 0x3ffffff0, 0);
	T("tkill", tkill, tid, 0);
	T("tkill negative", tkill, -5, 0);
	line("getaffinity", SYS(sched_getaffinity, 0, 256, set) > 0);
	T("getaffinity small", sched_getaffinity, 0, 4, set);
	T("getaffinity odd", sched_getaffinity, 0, 12, set);
	T("getaffinity nobody", sched_getaffinity, 0x3ffffff0, 256, set);
	T("getaffinity fault", sched_getaffinity, 0, 256, none);
	T("setaffinity same", sched_setaffinity, 0, 128, set);
	memset(set, 0, sizeof set);
	T("setaffinity none", sched_setaffinity, 0, 128, set);
	T("setaffinity fault", sched_setaffinity, 0, 128, none);
	T("setaffinity nobody", sched_setaffinity, 0x3ffffff0, 128, set);
	T("membarrier flags", membarrier, 0, 1);
	T("membarrier bad", membarrier, 3, 0);
	T("membarrier not registered", membarrier, 8, 0);
	T("membarrier register", membarrier, 16, 0);
	T("membarrier", membarrier, 8, 0);
	T("yield", sched_yield);
	T("waitv none", futex_waitv, c3, 0, 0, 0, 1);
	T("waitv flags", futex_waitv, c3, 1, 1, 0, 1);
	T("waitv many", futex_waitv, c3, 129, 0, 0, 1);
	c3[0] = 5, c3[1] = (u64)&w, c3[2] = 2 | 128;
	T("waitv timeout", futex_waitv, c3, 1, 0, past, 1);
	T("waitv clock", futex_waitv, c3, 1, 0, past, 2);
	c3[0] = 4;
	T("waitv value", futex_waitv, c3, 1, 0, past, 1);
	c3[2] = 1 | 128;
	T("waitv size", futex_waitv, c3, 1, 0, past, 1);
	c3[2] = 2 | 128 | 1l << 32;
	T("waitv reserved", futex_waitv, c3, 1, 0, past, 1);
	T("waitv fault", futex_waitv, none, 1, 0, past, 1);
}

int main(void) {
	tid = SYS(getpid);
	ro = (u32 *)SYS(mmap, 0, 8192, 1, 0x22, -1, 0);
	none = ro + 1024;
	SYS(munmap, none, 4096);
	futexes();
	pis();
	clones();
	others();
	return 0;
}
