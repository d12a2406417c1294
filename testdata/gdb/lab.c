// What tests of packets do to a program: threads that count, calls that write to memory, signals, maps. See gdb_lab_test.go.
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

volatile long count[4];
volatile int stop;
volatile sig_atomic_t handled;
char buffer[64] __attribute__((aligned(64)));
char *none, *fresh, *shortfile;

void handler(int sig) { handled += sig; }

void spin(long n)
{
	while (!stop)
		count[n]++;
}

static void *thread(void *arg)
{
	spin((long)arg);
	return 0;
}

static int threads(void)
{
	pthread_t t[3];
	for (long i = 0; i < 3; i++)
		pthread_create(&t[i], 0, thread, (void *)(i + 1));
	spin(0);
	for (int i = 0; i < 3; i++)
		pthread_join(t[i], 0);
	return 5;
}

static int calls(void)
{
	int p[2], s[2];
	char c[4];
	struct iovec v[2] = {{c, 2}, {buffer + 8, 4}};
	if (pipe(p) || socketpair(AF_UNIX, SOCK_STREAM, 0, s))
		return 1;
	write(p[1], "hello", 5);
	read(p[0], buffer, 5);
	write(p[1], "abcdef", 6);
	readv(p[0], v, 2);
	write(s[1], "socket", 6);
	recv(s[0], buffer + 16, 6, 0);
	getcwd(buffer + 24, 40);
	return 6;
}

static int signals(void)
{
	struct sigaction a = {.sa_handler = handler};
	sigaction(SIGUSR1, &a, 0);
	for (int i = 0; i < 3; i++)
		kill(getpid(), SIGUSR1);
	return handled;
}

void mapped(void) {}

static int maps(void)
{
	int fd = memfd_create("short", 0);
	write(fd, "x", 1);
	none = mmap(0, 8192, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	fresh = mmap(0, 1 << 26, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	shortfile = mmap(0, 8192, PROT_READ, MAP_SHARED, fd, 0);
	mapped();
	return 7;
}

int main(int argc, char **argv)
{
	switch (argc > 1 ? argv[1][0] : 't') {
	case 't':
		return threads();
	case 'c':
		return calls();
	case 's':
		return signals();
	}
	return maps();
}
