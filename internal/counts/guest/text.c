// Strings, memory blocks of many lengths, the heap and formatted output.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void)
{
	char *p[40], line[2000];
	unsigned h = 0;
	for (int i = 0; i < 40; i++) {
		int n = 1 + i * i * 7;
		p[i] = malloc(n + 1);
		memset(p[i], 'a' + i % 26, n);
		p[i][n] = 0;
		if (i > 0)
			memmove(p[i], p[i - 1], strlen(p[i - 1]));
		h = h * 31 + (unsigned)strlen(p[i]) + (strchr(p[i], 'z') != NULL) + (unsigned)(strcmp(p[i], p[i / 2]) > 0);
	}
	for (int i = 0; i < 40; i += 2)
		free(p[i]);
	for (int i = 1; i < 20; i += 2) {
		snprintf(line, sizeof line, "%d %5x %-8.3s| %s", i, i * i, p[i], strstr(p[i], "aaa") ? "yes" : "no");
		puts(line);
	}
	printf("%08x\n", h);
	return 0;
}
