/* The POSIX threads test: every kind of lock and wait, contended by many threads, with totals that come out the same
 * however the threads run. Each part is a name on the command line; without one all run. Apache-2.0, part of gotcg. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define MANY 64

static void die(const char *what, int e) {
	printf("FAIL %s: %s\n", what, strerror(e));
	fflush(stdout);
	_exit(1);
}
#define OK(x) do { int e_ = (x); if (e_) die(#x, e_); } while (0)
#define IS(x, want) do { int e_ = (x); if (e_ != (want)) { printf("FAIL %s = %d\n", #x, e_); fflush(stdout); _exit(1); } } while (0)

/* run starts n threads of f with their numbers and joins them; the sum of what they return is its result. */
static uintptr_t run(int n, void *(*f)(void *)) {
	pthread_t t[MANY];
	uintptr_t sum = 0;
	for (int i = 0; i < n; i++) OK(pthread_create(&t[i], NULL, f, (void *)(uintptr_t)i));
	for (int i = 0; i < n; i++) {
		void *r;
		OK(pthread_join(t[i], &r));
		sum += (uintptr_t)r;
	}
	return sum;
}

static struct timespec in_ms(clockid_t c, int ms) {
	struct timespec t;
	clock_gettime(c, &t);
	t.tv_nsec += ms * 1000000L;
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	return t;
}

/* Mutexes of each type, and the errors they must report. */
static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static uint64_t count;
static void *locker(void *arg) {
	for (int i = 0; i < 500; i++) {
		pthread_mutex_lock(&mu);
		uint64_t c = count;
		if (i % 64 == (int)(uintptr_t)arg) sched_yield();
		count = c + 1;
		pthread_mutex_unlock(&mu);
	}
	return (void *)1;
}
static void *timed(void *arg) {
	struct timespec t = in_ms(CLOCK_REALTIME, 5);
	IS(pthread_mutex_trylock(arg), EBUSY);
	IS(pthread_mutex_timedlock(arg, &t), ETIMEDOUT);
	return NULL;
}
static void mutexes(void) {
	uintptr_t n = run(MANY, locker);
	pthread_mutexattr_t a;
	pthread_mutex_t m;
	OK(pthread_mutexattr_init(&a));
	OK(pthread_mutexattr_settype(&a, PTHREAD_MUTEX_ERRORCHECK));
	OK(pthread_mutex_init(&m, &a));
	OK(pthread_mutex_lock(&m));
	IS(pthread_mutex_lock(&m), EDEADLK);
	pthread_t t;
	OK(pthread_create(&t, NULL, timed, &m));
	OK(pthread_join(t, NULL));
	OK(pthread_mutex_unlock(&m));
	IS(pthread_mutex_unlock(&m), EPERM);
	OK(pthread_mutexattr_settype(&a, PTHREAD_MUTEX_RECURSIVE));
	OK(pthread_mutex_init(&m, &a));
	for (int i = 0; i < 5; i++) OK(pthread_mutex_lock(&m));
	for (int i = 0; i < 5; i++) OK(pthread_mutex_unlock(&m));
	printf("mutex %lu by %lu\n", (unsigned long)count, (unsigned long)n);
}

/* A reader-writer lock: two words that writers change together. */
static pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;
static volatile uint64_t left, right;
static void *readwrite(void *arg) {
	uintptr_t torn = 0;
	for (int i = 0; i < 300; i++) {
		if ((i + (int)(uintptr_t)arg) % 8 == 0) {
			pthread_rwlock_wrlock(&rw);
			left++;
			if (i % 3 == 0) sched_yield();
			right++;
		} else {
			pthread_rwlock_rdlock(&rw);
			torn += left != right;
		}
		pthread_rwlock_unlock(&rw);
	}
	return (void *)torn;
}
static void rwlocks(void) {
	uintptr_t torn = run(32, readwrite);
	printf("rwlock %lu torn %lu\n", (unsigned long)left, (unsigned long)torn);
}

/* A bounded queue with two condition variables, and a timed wait that nobody ends. */
static pthread_cond_t full = PTHREAD_COND_INITIALIZER, empty = PTHREAD_COND_INITIALIZER;
static unsigned queue[8], head, tail, done;
static void *produce(void *arg) {
	for (unsigned i = 1; i <= 400; i++) {
		pthread_mutex_lock(&mu);
		while (tail - head == 8) pthread_cond_wait(&full, &mu);
		queue[tail++ % 8] = i * ((unsigned)(uintptr_t)arg + 1);
		pthread_cond_signal(&empty);
		pthread_mutex_unlock(&mu);
	}
	return NULL;
}
static void *consume(void *arg) {
	uintptr_t sum = 0;
	for (;;) {
		pthread_mutex_lock(&mu);
		while (tail == head && !done) pthread_cond_wait(&empty, &mu);
		if (tail == head) {
			pthread_mutex_unlock(&mu);
			return (void *)sum;
		}
		sum += queue[head++ % 8];
		pthread_cond_broadcast(&full);
		pthread_mutex_unlock(&mu);
	}
}
static void condvars(void) {
	pthread_t c[4], p[8];
	uintptr_t sum = 0;
	for (int i = 0; i < 4; i++) OK(pthread_create(&c[i], NULL, consume, NULL));
	for (int i = 0; i < 8; i++) OK(pthread_create(&p[i], NULL, produce, (void *)(uintptr_t)i));
	for (int i = 0; i < 8; i++) OK(pthread_join(p[i], NULL));
	pthread_mutex_lock(&mu);
	done = 1;
	pthread_cond_broadcast(&empty);
	pthread_mutex_unlock(&mu);
	for (int i = 0; i < 4; i++) {
		void *r;
		OK(pthread_join(c[i], &r));
		sum += (uintptr_t)r;
	}
	pthread_condattr_t a;
	pthread_cond_t m;
	OK(pthread_condattr_init(&a));
	OK(pthread_condattr_setclock(&a, CLOCK_MONOTONIC));
	OK(pthread_cond_init(&m, &a));
	struct timespec t = in_ms(CLOCK_MONOTONIC, 10), now;
	pthread_mutex_lock(&mu);
	IS(pthread_cond_timedwait(&m, &mu, &t), ETIMEDOUT);
	pthread_mutex_unlock(&mu);
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec < t.tv_sec || (now.tv_sec == t.tv_sec && now.tv_nsec < t.tv_nsec)) die("early", 0);
	printf("cond %lu\n", (unsigned long)sum);
}

/* Rounds between barriers: each sees what all wrote in the round before. */
static pthread_barrier_t bar;
static volatile unsigned cell[16];
static void *rounds(void *arg) {
	unsigned me = (unsigned)(uintptr_t)arg, serial = 0;
	for (unsigned r = 0; r < 60; r++) {
		cell[me] = r * 16 + me;
		int e = pthread_barrier_wait(&bar);
		if (e == PTHREAD_BARRIER_SERIAL_THREAD) serial++;
		else OK(e);
		for (unsigned i = 0; i < 16; i++)
			if (cell[i] != r * 16 + i) die("barrier", 0);
		pthread_barrier_wait(&bar);
	}
	return (void *)(uintptr_t)serial;
}
static void barriers(void) {
	OK(pthread_barrier_init(&bar, NULL, 16));
	printf("barrier %lu\n", (unsigned long)run(16, rounds));
}

/* Thread-local variables, and keys whose destructors run at each end of a thread. */
static __thread unsigned tls = 7;
static __thread char big[5000];
static pthread_key_t key, key2;
static _Atomic unsigned destroyed;
static void destroy(void *v) { destroyed += (unsigned)(uintptr_t)v; }
static void again(void *v) {
	destroyed += 1000;
	if ((uintptr_t)v > 1) pthread_setspecific(key2, (void *)((uintptr_t)v - 1));
}
static void *local(void *arg) {
	unsigned me = (unsigned)(uintptr_t)arg;
	if (tls != 7 || big[4999]) die("tls", 0);
	tls += me;
	big[4999] = 1;
	pthread_setspecific(key, (void *)(uintptr_t)(me + 1));
	pthread_setspecific(key2, (void *)(uintptr_t)2);
	sched_yield();
	if (tls != 7 + me || pthread_getspecific(key) != (void *)(uintptr_t)(me + 1)) die("tls changed", 0);
	return (void *)(uintptr_t)tls;
}
static void locals(void) {
	OK(pthread_key_create(&key, destroy));
	OK(pthread_key_create(&key2, again));
	uintptr_t sum = run(40, local);
	printf("tls %lu keys %u main %u\n", (unsigned long)sum, destroyed, tls);
}

/* Cancellation: deferred inside waits, asynchronous inside a loop, with cleanup handlers. */
static _Atomic unsigned cleaned;
static _Atomic int ready;
static void cleanup(void *v) { cleaned += (unsigned)(uintptr_t)v; }
static void *sleeper(void *arg) {
	pthread_cleanup_push(cleanup, (void *)1);
	ready++;
	switch ((uintptr_t)arg % 3) {
	case 0:
		for (;;) pause();
	case 1:
		for (;;) sleep(100);
	default: {
		int p[2];
		char c;
		if (pipe(p)) die("pipe", errno);
		pthread_cleanup_push(cleanup, (void *)100);
		while (read(p[0], &c, 1) != 99) ;
		pthread_cleanup_pop(0);
	}
	}
	pthread_cleanup_pop(0);
	return NULL;
}
static void unlock(void *m) { pthread_mutex_unlock(m); }
static void *condsleeper(void *arg) {
	pthread_mutex_lock(&mu);
	pthread_cleanup_push(unlock, &mu);
	ready++;
	for (;;) pthread_cond_wait(&full, &mu);
	pthread_cleanup_pop(1);
	return NULL;
}
static void *looper(void *arg) {
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
	pthread_cleanup_push(cleanup, (void *)10000);
	ready++;
	for (volatile unsigned i = 0;; i++) ;
	pthread_cleanup_pop(0);
	return NULL;
}
static void cancels(void) {
	void *(*f[])(void *) = {sleeper, sleeper, sleeper, condsleeper, looper};
	unsigned canceled = 0;
	for (int round = 0; round < 4; round++) {
		pthread_t t[10];
		ready = 0;
		for (int i = 0; i < 10; i++) OK(pthread_create(&t[i], NULL, f[i % 5], (void *)(uintptr_t)(i % 5)));
		while (ready < 10) sched_yield();
		if (round & 1) usleep(2000);
		for (int i = 0; i < 10; i++) OK(pthread_cancel(t[i]));
		for (int i = 0; i < 10; i++) {
			void *r;
			OK(pthread_join(t[i], &r));
			canceled += r == PTHREAD_CANCELED;
		}
	}
	OK(pthread_mutex_trylock(&mu));
	pthread_mutex_unlock(&mu);
	printf("cancel %u cleanup %u\n", canceled, cleaned);
}

/* Robust mutexes whose owners end, also while others wait; and in memory shared between mappings. */
static pthread_mutex_t *robust;
static void *owner(void *arg) {
	int e = pthread_mutex_lock(robust);
	if (e == EOWNERDEAD) OK(pthread_mutex_consistent(robust));
	else OK(e);
	count++;
	if (count % 3 == 0) sched_yield();
	return (void *)(uintptr_t)(e == EOWNERDEAD); /* and does not unlock */
}
static void robusts(void) {
	pthread_mutexattr_t a;
	OK(pthread_mutexattr_init(&a));
	OK(pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST));
	for (int shared = 0; shared < 2; shared++) {
		if (shared) OK(pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED));
		robust = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | (shared ? MAP_SHARED : MAP_PRIVATE), -1, 0);
		OK(pthread_mutex_init(robust, &a));
		count = 0;
		unsigned long died = run(48, owner);
		IS(pthread_mutex_lock(robust), EOWNERDEAD);
		OK(pthread_mutex_unlock(robust)); /* not made consistent */
		IS(pthread_mutex_lock(robust), ENOTRECOVERABLE);
		printf("robust %lu died %lu\n", (unsigned long)count, died);
	}
}

/* Mutexes with priority inheritance, plain, timed and robust. */
static pthread_mutex_t pi;
static void *pilock(void *arg) {
	for (int i = 0; i < 200; i++) {
		OK(pthread_mutex_lock(&pi));
		uint64_t c = count;
		if (i % 16 == 0) sched_yield();
		count = c + 1;
		OK(pthread_mutex_unlock(&pi));
	}
	return NULL;
}
static void *bequeath(void *arg) {
	OK(pthread_mutex_lock(robust));
	sched_yield();
	return NULL;
}
static void pis(void) {
	pthread_mutexattr_t a;
	OK(pthread_mutexattr_init(&a));
	OK(pthread_mutexattr_setprotocol(&a, PTHREAD_PRIO_INHERIT));
	OK(pthread_mutex_init(&pi, &a));
	count = 0;
	run(24, pilock);
	unsigned long n = count;
	OK(pthread_mutex_lock(&pi));
	pthread_t t;
	OK(pthread_create(&t, NULL, timed, &pi));
	OK(pthread_join(t, NULL));
	OK(pthread_mutex_unlock(&pi));
	OK(pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST));
	robust = malloc(sizeof *robust);
	OK(pthread_mutex_init(robust, &a));
	/* The owner is gone before the next one comes: musl's threads take the lock between the end of its owner in the
	 * library and in the kernel, and then two own it. */
	unsigned died = 0;
	for (int i = 0; i < 24; i++) {
		OK(pthread_create(&t, NULL, bequeath, NULL));
		OK(pthread_join(t, NULL));
		int e = pthread_mutex_lock(robust);
		if (e == EOWNERDEAD) OK(pthread_mutex_consistent(robust));
		else OK(e);
		died += e == EOWNERDEAD;
		OK(pthread_mutex_unlock(robust));
	}
	printf("pi %lu robust died %u\n", n, died);
}

/* C11 atomics of each size, and a spin lock made of one. */
static _Atomic uint8_t a8;
static _Atomic uint16_t a16;
static _Atomic uint32_t a32, bits;
static _Atomic uint64_t a64;
static atomic_flag spin = ATOMIC_FLAG_INIT;
static uint64_t guarded;
static void *atomics1(void *arg) {
	for (unsigned i = 0; i < 2000; i++) {
		atomic_fetch_add(&a8, 3);
		atomic_fetch_sub_explicit(&a16, 5, memory_order_relaxed);
		atomic_fetch_xor(&bits, 1u << (i + (unsigned)(uintptr_t)arg) % 32);
		uint32_t v = atomic_load(&a32);
		while (!atomic_compare_exchange_weak(&a32, &v, v * 3 + 1 - 2 * v)) ;
		atomic_fetch_add_explicit(&a64, 0x100000001, memory_order_acq_rel);
		if (i % 10 == 0) {
			while (atomic_flag_test_and_set_explicit(&spin, memory_order_acquire)) sched_yield();
			guarded++;
			atomic_flag_clear_explicit(&spin, memory_order_release);
		}
	}
	return NULL;
}
static void atomicss(void) {
	run(MANY, atomics1);
	printf("atomics %u %u %u %lx %x guarded %lu\n", a8, a16, a32, (unsigned long)a64, bits, (unsigned long)guarded);
}

/* Threads come and go: joined, detached, and made by threads. */
static sem_t sem;
static _Atomic unsigned ended;
static void *brief(void *arg) {
	ended++;
	sem_post(&sem);
	return arg;
}
static void *parent(void *arg) {
	uintptr_t sum = 0;
	for (int i = 0; i < 30; i++) {
		pthread_t t;
		void *r;
		OK(pthread_create(&t, NULL, brief, (void *)(uintptr_t)i));
		OK(pthread_join(t, &r));
		sum += (uintptr_t)r;
	}
	return (void *)sum;
}
static void churn(void) {
	OK(sem_init(&sem, 0, 0));
	uintptr_t sum = run(8, parent);
	pthread_attr_t a;
	OK(pthread_attr_init(&a));
	OK(pthread_attr_setdetachstate(&a, PTHREAD_CREATE_DETACHED));
	OK(pthread_attr_setstacksize(&a, 131072));
	for (int i = 0; i < 200; i++) {
		pthread_t t;
		while (pthread_create(&t, &a, brief, NULL) == EAGAIN) sched_yield();
	}
	for (int i = 0; i < 200 + 240; i++)
		while (sem_wait(&sem)) ;
	printf("churn %lu ended %u\n", (unsigned long)sum, ended);
}

/* Ids and names. */
static void *named(void *arg) {
	char name[16], path[64], got[32] = "";
	snprintf(name, sizeof name, "worker-%lu", (unsigned long)(uintptr_t)arg);
	OK(pthread_setname_np(pthread_self(), name));
	long tid = syscall(SYS_gettid);
	snprintf(path, sizeof path, "/proc/self/task/%ld/comm", tid);
	FILE *f = fopen(path, "r");
	if (!f || !fgets(got, sizeof got, f)) die(path, errno);
	fclose(f);
	got[strcspn(got, "\n")] = 0;
	if (strcmp(got, name)) die(got, 0);
	if (tid == getpid() || syscall(SYS_tgkill, getpid(), tid, 0)) die("tid", errno);
	return (void *)1;
}
static void names(void) {
	long all = run(8, named);
	IS((int)syscall(SYS_tgkill, getpid(), 0x3fffffff, 0), -1);
	printf("names %ld main %d\n", all, syscall(SYS_gettid) == getpid());
}

/* The first thread ends before the others; the process goes on until exit is called. */
static void *last(void *arg) {
	usleep(5000);
	printf("last after main\n");
	fflush(stdout);
	exit(3);
}
static void mainexit(void) {
	pthread_t t;
	fflush(stdout);
	OK(pthread_create(&t, NULL, last, NULL));
	pthread_exit(NULL);
}

static struct {
	const char *name;
	void (*f)(void);
} parts[] = {{"mutex", mutexes}, {"rwlock", rwlocks}, {"cond", condvars}, {"barrier", barriers}, {"tls", locals}, {"cancel", cancels},
	{"robust", robusts}, {"pi", pis}, {"atomics", atomicss}, {"churn", churn}, {"names", names}, {"mainexit", mainexit}};

int main(int argc, char **argv) {
	for (unsigned i = 0; i < sizeof parts / sizeof *parts; i++)
		if (argc < 2 || !strcmp(argv[1], parts[i].name)) parts[i].f();
	return 0;
}
