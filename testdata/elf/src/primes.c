/* primes [N]: prints how many primes there are below N (100000, at most 1000000). */
#include "rt.h"

static u8 composite[1000000];

int main(void) {
	u64 n = 100000, count = 0;
	if (g_argc > 1) {
		n = 0;
		for (const char *s = g_argv[1]; *s >= '0' && *s <= '9'; s++) n = n * 10 + (*s - '0');
	}
	if (n > sizeof composite) {
		puts_("primes: at most 1000000\n");
		return 1;
	}
	for (u64 i = 2; i < n; i++) {
		if (composite[i]) continue;
		count++;
		for (u64 j = i * i; j < n; j += i) composite[j] = 1;
	}
	dec(count);
	puts_(" primes below ");
	dec(n);
	puts_("\n");
	return 0;
}
