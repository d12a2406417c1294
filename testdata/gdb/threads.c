// Threads for sessions with gdb. Line numbers matter: see threads.txt.
#include <pthread.h>
#include <stdio.h>

static __thread int mine;
int total[3];
volatile int go;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void work(int n)
{
	mine = n;
	for (int i = 0; i < 1000; i++)
		total[n] += mine; // line 14
	pthread_mutex_lock(&lock); // line 15
	go++;
	pthread_mutex_unlock(&lock);
}

static void *run(void *arg)
{
	work((int)(long)arg); // line 22
	return arg;
}

int main(void)
{
	pthread_t t[2];
	pthread_mutex_lock(&lock);
	for (long i = 0; i < 2; i++)
		pthread_create(&t[i], 0, run, (void *)(i + 1));
	pthread_mutex_unlock(&lock); // line 32
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], 0); // line 34
	printf("%d %d %d\n", go, total[1], total[2]); // line 35
	return total[1] + total[2] == 3000 ? 0 : 1;
}
