// What gdbbench debugs: a loop with stores, a global that is written now and then, and a function for breakpoints.
#include <stdio.h>

long watched, other[1024];
unsigned char big[1 << 18] = {1};
volatile long sink;

__attribute__((noinline)) long hit(long n) { return sink = n; }

int main(void)
{
	unsigned long x = 1;
	for (long i = 0; i < 800000000; i++) {
		x = x * 6364136223846793005ul + 1442695040888963407ul;
		other[x >> 54] += x;
		if (i % 200000000 == 0)
			watched++;
		if (i % 1000 == 0)
			hit(i);
	}
	printf("%lu %ld\n", x, watched);
	return 0;
}
