/* Functions whose executed host instructions are counted, see ../hostcount_test.go. Each takes a buffer of 4096 bytes
 * 1, 2, ... 255, 0, 1, ... and a count, and calls nothing outside. make snippets builds them. */
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long u64;

#define NOINLINE __attribute__((noinline))

long sum(u8 *p, long n)
{
	long s = 0;
	for (long i = 0; i < n; i++)
		s += ((long *)p)[i];
	return s;
}

long copy(u8 *p, long n)
{
	for (long i = 0; i < n; i++)
		p[2048 + i] = p[i];
	return n;
}

long length(u8 *p, long n)
{
	u8 *q = p;
	(void)n;
	while (*q)
		q++;
	return q - p;
}

long fnv(u8 *p, long n)
{
	u32 h = 2166136261u;
	for (long i = 0; i < n; i++)
		h = (h ^ p[i]) * 16777619u;
	return h;
}

long crc(u8 *p, long n)
{
	u32 c = ~0u;
	for (long i = 0; i < n; i++) {
		c ^= p[i];
		for (int k = 0; k < 8; k++)
			c = c >> 1 ^ (0xedb88320u & -(c & 1));
	}
	return c;
}

long compare(u8 *p, long n)
{
	long less = 0;
	for (long i = 0; i + 1 < n; i++) {
		if (p[i] < 100 && (p[i] & 3) != 1)
			less += 2;
		else if (p[i] > 200 || p[i] == 150)
			less--;
	}
	return less;
}

long search(u8 *p, long n)
{
	long found = 0;
	for (long i = 0; i < n; i++) {
		int lo = 0, hi = 255;
		while (lo < hi) {
			int m = (lo + hi) / 2;
			if (p[m] < i)
				lo = m + 1;
			else
				hi = m;
		}
		found += lo;
	}
	return found;
}

long insertion(u8 *p, long n)
{
	int *a = (int *)(p + 2048);
	for (long i = 0; i < n; i++)
		a[i] = p[i] * 37 % 101;
	for (long i = 1; i < n; i++) {
		int x = a[i];
		long k = i;
		for (; k > 0 && a[k - 1] > x; k--)
			a[k] = a[k - 1];
		a[k] = x;
	}
	return a[n / 2];
}

struct node {
	struct node *next;
	long v;
};

long list(u8 *p, long n)
{
	struct node *l = (struct node *)(p + 2048), *head = 0;
	for (long i = 0; i < n; i++) {
		l[i].next = head;
		l[i].v = i;
		head = &l[i];
	}
	long s = 0;
	for (; head; head = head->next)
		s ^= head->v;
	return s;
}

NOINLINE static long fibonacci(long n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

long fib(u8 *p, long n)
{
	(void)p;
	return fibonacci(n / 8);
}

NOINLINE static long leaf(long x, long y) { return x * 3 + y; }

long calls(u8 *p, long n)
{
	long s = 0;
	for (long i = 0; i < n; i++)
		s = leaf(s, p[i]);
	return s;
}

NOINLINE static long f0(long x) { return x + 1; }
NOINLINE static long f1(long x) { return x ^ 5; }
NOINLINE static long f2(long x) { return x << 1; }

long pointers(u8 *p, long n)
{
	long (*volatile f[3])(long) = {f0, f1, f2};
	long s = 1;
	for (long i = 0; i < n; i++)
		s = f[p[i] % 3](s);
	return s;
}

long bytecode(u8 *p, long n)
{
	long a = 0, b = 1;
	for (long pc = 0; pc < n; pc++)
		switch (p[pc] & 7) {
		case 0: a += b; break;
		case 1: a ^= 0x55; break;
		case 2: b = a - b; break;
		case 3: a <<= 1; break;
		case 4: b += 7; break;
		case 5: a = -a; break;
		case 6: if (a > b) a -= b; break;
		case 7: b ^= a; break;
		}
	return a + b;
}

long gcd(u8 *p, long n)
{
	long s = 0;
	for (long i = 1; i < n; i += 4) {
		u64 a = p[i] + 1000, b = i;
		while (b) {
			u64 t = a % b;
			a = b;
			b = t;
		}
		s += a;
	}
	return s;
}

long wide(u8 *p, long n)
{
	u64 *x = (u64 *)p, lo = 0, hi = 0;
	for (long i = 0; i < n; i++) {
		unsigned __int128 t = (unsigned __int128)x[i] * x[i + 1] + lo;
		lo = t;
		hi += t >> 64;
	}
	return lo ^ hi;
}

long dot(u8 *p, long n)
{
	double *x = (double *)(p + 2048), s = 0;
	for (long i = 0; i < n; i++)
		x[i] = p[i];
	for (long i = 0; i < n; i++)
		s += x[i] * x[n - 1 - i];
	return s;
}

long polynomial(u8 *p, long n)
{
	double s = 0;
	for (long i = 0; i < n; i++) {
		double x = p[i] * 0.01;
		s += ((x * 0.5 - 0.25) * x + 0.125) * x - 1;
		if (s < -100)
			s /= 2;
	}
	return s * 1000;
}

typedef int v4 __attribute__((vector_size(16)));

long vector(u8 *p, long n)
{
	v4 *x = (v4 *)p, s = {0};
	for (long i = 0; i + 1 < n / 2; i++)
		s += (x[i] ^ x[i + 1]) - (x[i] > s);
	return s[0] + s[3];
}
