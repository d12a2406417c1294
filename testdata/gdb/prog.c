// A program for sessions with gdb. Line numbers matter: see gdb_session_test.go.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct point {
	int x, y;
	double weight;
	const char *name;
};

int counter;
long table[4];
struct point origin = {1, -2, 2.5, "origin"};
volatile int stop_now;
volatile sig_atomic_t handled;

int f(int n) { return n * n + 1; }

int fact(int n)
{
	if (n <= 1)
		return 1; // line 24
	return n * fact(n - 1);
}

double average(const double *v, int n)
{
	double sum = 0;
	for (int i = 0; i < n; i++)
		sum += v[i]; // line 32
	return sum / n;
}

void count(int to)
{
	int local = 0;
	for (int i = 0; i < to; i++) {
		local += i;
		counter = local; // line 41
		table[i & 3] += i;
	}
}

int compare(const void *a, const void *b) { return *(const int *)a - *(const int *)b; } // line 46

void handler(int sig) { handled = sig; } // line 48

void spin(void)
{
	while (!stop_now)
		counter++; // line 53
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "all";
	double v[3] = {1, 2, 6};
	int sorted[5] = {5, 3, 4, 1, 2};
	printf("begin %s\n", what); // line 61
	if (!strcmp(what, "segv"))
		*(volatile int *)0x10 = 1; // line 63
	if (!strcmp(what, "spin"))
		spin();
	if (!strcmp(what, "abort"))
		abort();
	int a = f(3); // line 68
	int b = fact(5);
	double m = average(v, 3);
	count(10); // line 71
	qsort(sorted, 5, sizeof *sorted, compare);
	signal(SIGUSR1, handler);
	raise(SIGUSR1);
	char copy[64];
	memset(copy, 'x', sizeof copy); // line 76
	printf("a=%d b=%d m=%g counter=%d sorted=%d handled=%d %c\n", a, b, m, counter, sorted[0], handled, copy[63]);
	fflush(stdout);
	return a + origin.x;
}
