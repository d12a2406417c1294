/* A runtime of one file for the guest test programs: entry, system calls, printing. It needs no C library, so that
 * the programs are small and the same source does the same on both guests. Apache-2.0, part of gotcg. */
#ifndef RT_H
#define RT_H
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;
typedef long i64;
typedef int i32;

#if defined(__x86_64__)
enum { NR_read = 0, NR_write = 1, NR_close = 3, NR_fstat = 5, NR_lseek = 8, NR_mmap = 9, NR_mprotect = 10, NR_munmap = 11, NR_brk = 12,
	NR_pread64 = 17, NR_writev = 20, NR_mremap = 25, NR_dup3 = 292, NR_nanosleep = 35, NR_getpid = 39, NR_exit_group = 231, NR_uname = 63,
	NR_ftruncate = 77, NR_getcwd = 79, NR_kill = 62, NR_openat = 257, NR_mkdirat = 258, NR_unlinkat = 263, NR_renameat2 = 316,
	NR_newfstatat = 262, NR_readlinkat = 267, NR_getdents64 = 217, NR_pipe2 = 293, NR_clock_gettime = 228, NR_getrandom = 318,
	NR_rt_sigaction = 13, NR_io_uring_setup = 425 };
static i64 sys6(i64 n, i64 a, i64 b, i64 c, i64 d, i64 e, i64 f) {
	register i64 r10 __asm__("r10") = d;
	register i64 r8 __asm__("r8") = e;
	register i64 r9 __asm__("r9") = f;
	__asm__ volatile("syscall" : "+a"(n) : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
	return n;
}
__asm__(".globl _start\n_start:\n xor %ebp,%ebp\n mov %rsp,%rdi\n mov %rdx,%rsi\n and $-16,%rsp\n call start_c\n hlt\n");
#elif defined(__aarch64__)
enum { NR_read = 63, NR_write = 64, NR_close = 57, NR_fstat = 80, NR_lseek = 62, NR_mmap = 222, NR_mprotect = 226, NR_munmap = 215, NR_brk = 214,
	NR_pread64 = 67, NR_writev = 66, NR_mremap = 216, NR_dup3 = 24, NR_nanosleep = 101, NR_getpid = 172, NR_exit_group = 94, NR_uname = 160,
	NR_ftruncate = 46, NR_getcwd = 17, NR_kill = 129, NR_openat = 56, NR_mkdirat = 34, NR_unlinkat = 35, NR_renameat2 = 276,
	NR_newfstatat = 79, NR_readlinkat = 78, NR_getdents64 = 61, NR_pipe2 = 59, NR_clock_gettime = 113, NR_getrandom = 278,
	NR_rt_sigaction = 134, NR_io_uring_setup = 425 };
static i64 sys6(i64 n, i64 a, i64 b, i64 c, i64 d, i64 e, i64 f) {
	register i64 x8 __asm__("x8") = n;
	register i64 x0 __asm__("x0") = a;
	register i64 x1 __asm__("x1") = b;
	register i64 x2 __asm__("x2") = c;
	register i64 x3 __asm__("x3") = d;
	register i64 x4 __asm__("x4") = e;
	register i64 x5 __asm__("x5") = f;
	__asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
	return x0;
}
__asm__(".globl _start\n_start:\n mov x29,#0\n mov x30,#0\n mov x0,sp\n mov x1,#0\n bl start_c\n");
#endif
#define SYS(n, ...) SYS_(n, ##__VA_ARGS__, 0, 0, 0, 0, 0, 0)
#define SYS_(n, a, b, c, d, e, f, ...) sys6(NR_##n, (i64)(a), (i64)(b), (i64)(c), (i64)(d), (i64)(e), (i64)(f))
#define AT_FDCWD (-100)

void *memcpy(void *d, const void *s, u64 n) {
	u8 *p = d;
	const u8 *q = s;
	while (n--) *p++ = *q++;
	return d;
}
void *memset(void *d, int c, u64 n) {
	u8 *p = d;
	while (n--) *p++ = c;
	return d;
}
int memcmp(const void *a, const void *b, u64 n) {
	const u8 *p = a, *q = b;
	for (; n; n--, p++, q++)
		if (*p != *q) return *p - *q;
	return 0;
}
static u64 len(const char *s) {
	u64 n = 0;
	while (s[n]) n++;
	return n;
}
static int same(const char *a, const char *b) { return len(a) == len(b) && !memcmp(a, b, len(a)); }
static void puts_(const char *s) { SYS(write, 1, s, len(s)); }
static void hex(u64 v) {
	char b[19];
	int i = 18;
	b[i] = 0;
	do b[--i] = "0123456789abcdef"[v & 15];
	while (v >>= 4);
	b[--i] = 'x';
	b[--i] = '0';
	puts_(b + i);
}
static void dec(i64 v) {
	char b[22];
	int i = 21, neg = v < 0;
	u64 u = neg ? -(u64)v : (u64)v;
	b[i] = 0;
	do b[--i] = '0' + u % 10;
	while (u /= 10);
	if (neg) b[--i] = '-';
	puts_(b + i);
}
/* show prints "name value" on a line. */
static void show(const char *name, u64 v) {
	puts_(name);
	puts_(" ");
	hex(v);
	puts_("\n");
}
static void __attribute__((noreturn)) quit(int code) {
	SYS(exit_group, code);
	for (;;) ;
}
/* check ends the program with status 1 and the line that failed. */
#define check(x) do { if (!(x)) { puts_("FAILED line "); dec(__LINE__); puts_(": " #x "\n"); quit(1); } } while (0)

static i64 g_argc;
static char **g_argv, **g_envp;
static u64 *g_auxv, g_rdx;
static u64 auxv(u64 type) {
	for (u64 *a = g_auxv; a[0]; a += 2)
		if (a[0] == type) return a[1];
	return 0;
}
int main(void);
void __attribute__((used, noreturn)) start_c(u64 *sp, u64 rdx) {
	g_rdx = rdx;
	g_argc = sp[0];
	g_argv = (char **)(sp + 1);
	g_envp = g_argv + g_argc + 1;
	char **e = g_envp;
	while (*e) e++;
	g_auxv = (u64 *)(e + 1);
	quit(main());
}
#endif
