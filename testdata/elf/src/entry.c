/* What a program finds at its entry: registers, stack, argv, envp and the auxiliary vector. */
#include "rt.h"
static int zeros[5000];
static int data[4] = {1, 2, 3, 4};
int main(void) {
	check(g_rdx == 0);
	check(((u64)g_argv & 15) == 8);
	puts_("argc ");
	dec(g_argc);
	puts_("\n");
	for (int i = 1; i < g_argc; i++) {
		puts_(g_argv[i]);
		puts_("\n");
	}
	for (char **e = g_envp; *e; e++)
		if ((*e)[0] == 'T' && (*e)[1] == '_') {
			puts_(*e);
			puts_("\n");
		}
	check(auxv(6) == 4096);
	check(auxv(4) == 56);
	check(auxv(17) == 100);
	check(auxv(23) == 0);
	check(auxv(25) != 0 && (auxv(31) != 0) && same((char *)auxv(31), g_argv[0]));
	const u8 *ph = (const u8 *)auxv(3);
	check(ph != 0);
	int loads = 0;
	for (u64 i = 0; i < auxv(5); i++)
		loads += *(u32 *)(ph + i * 56) == 1;
	check(loads > 0);
	const u8 *elf = ph - 64;
	check(!memcmp(elf, "\177ELF", 4));
	extern void _start(void) __attribute__((visibility("hidden")));
	check(auxv(9) == (u64)_start);
	for (int i = 0; i < 5000; i++) check(zeros[i] == 0);
	check(data[0] + data[3] == 5);
	const char *platform = (const char *)auxv(15);
#if defined(__x86_64__)
	check(same(platform, "x86_64"));
#else
	check(same(platform, "aarch64"));
#endif
	puts_("ok\n");
	return 42;
}
