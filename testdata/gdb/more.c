// A second program for sessions with gdb: structs by value, reads into memory, maps. Line numbers matter: see more.txt.
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct big {
	int a;
	double b;
	char c[40];
};
struct small {
	int a;
	float b;
};
typedef struct {
	double x, y;
} pair;

struct big one = {1, 2, "A"};
struct small two = {3, 4};
pair from = {0, 0}, to = {10, 20};
char buf[64];
char *none;

int sum(struct big s, struct small t) { return s.a + (int)s.b + s.c[0] + t.a + (int)t.b; } // line 27

pair middle(pair a, pair b)
{
	pair r = {(a.x + b.x) / 2, (a.y + b.y) / 2}; // line 31
	return r;
}

struct big make(int n)
{
	struct big r = {n, n * 2.0, "made"}; // line 37
	return r;
}

int deep(int n)
{
	int here = n; // line 43
	if (n)
		here += deep(n - 1);
	return here; // line 46
}

int main(int argc, char **argv)
{
	int local = 0;
	for (int i = 0; i < 5; i++)
		local += i; // line 53
	int s = sum(one, two); // line 54
	pair m = middle(from, to);
	struct big b = make(4);
	int fd = open("/dev/zero", O_RDONLY);
	memset(buf, 1, sizeof buf);
	int got = read(fd, buf, 8); // line 59
	none = mmap(0, 8192, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int d = deep(5); // line 61
	printf("%d %d %g %d %d %d\n", local, s, m.x, b.a, got, d);
	return argc == 1 ? 3 : *none;
}
