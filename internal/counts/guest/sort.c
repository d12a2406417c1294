// qsort of records of several sizes; glibc sorts by merging, with memcpy.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int size;

static int compare(const void *a, const void *b) { return memcmp(a, b, size); }

int main(int argc, char **argv)
{
	static unsigned char v[64 * 400];
	int n = argc > 1 ? atoi(argv[1]) : 200;
	unsigned x = 1, h = 0;
	for (size = 4; size <= 64; size *= 2) {
		for (int i = 0; i < n * size; i++) {
			x = x * 1664525 + 1013904223;
			v[i] = x >> 24;
		}
		qsort(v, n, size, compare);
		for (int i = 0; i < n * size; i++)
			h = h * 31 + v[i];
	}
	printf("%d %08x\n", n, h);
	return 0;
}
