/* Integer and string work with known results: a sieve, a hash, sorting, matrices, divisions. */
#include "rt.h"
static u32 rng = 12345;
static u32 next(void) { return rng = rng * 1664525u + 1013904223u; }
static u8 sieve[20000];
static u32 arr[2000];
static u64 fnv(const u8 *p, u64 n) {
	u64 h = 0xcbf29ce484222325ul;
	while (n--) h = (h ^ *p++) * 0x100000001b3ul;
	return h;
}
static void sort(u32 *a, i64 n) {
	for (i64 gap = n / 2; gap; gap /= 2)
		for (i64 i = gap; i < n; i++)
			for (i64 j = i; j >= gap && a[j - gap] > a[j]; j -= gap) {
				u32 t = a[j];
				a[j] = a[j - gap];
				a[j - gap] = t;
			}
}
static u32 crc(const u8 *p, u64 n) {
	u32 c = ~0u;
	while (n--) {
		c ^= *p++;
		for (int k = 0; k < 8; k++) c = c >> 1 ^ (0xedb88320u & -(c & 1));
	}
	return ~c;
}
int main(void) {
	int primes = 0;
	for (int i = 2; i < 20000; i++) {
		if (sieve[i]) continue;
		primes++;
		for (int j = 2 * i; j < 20000; j += i) sieve[j] = 1;
	}
	show("primes", primes);
	show("fnv", fnv(sieve, sizeof sieve));
	for (int i = 0; i < 2000; i++) arr[i] = next();
	sort(arr, 2000);
	for (int i = 1; i < 2000; i++) check(arr[i - 1] <= arr[i]);
	show("sorted", fnv((u8 *)arr, sizeof arr));
	show("crc", crc((u8 *)arr, sizeof arr));
	u64 acc = 0;
	i64 sacc = 0;
	for (int i = 0; i < 5000; i++) {
		u64 a = (u64)next() << 32 | next(), b = next() | 1;
		acc += a / b ^ a % b;
		sacc += (i64)a / (i64)b - (i64)a % (i32)b;
		acc = acc << (b & 63) | acc >> (-b & 63);
		acc ^= (u64)((unsigned __int128)a * b >> 64);
		acc += __builtin_clzl(b) + __builtin_ctzl(a | 1ul << 63);
		acc ^= __builtin_bswap64(a);
	}
	show("arith", acc);
	show("signed", sacc);
	double x = 1.0, sum = 0;
	for (int i = 1; i < 3000; i++) {
		x = x * 1.0000123 + 0.5 / i;
		sum += x / (i + 0.25) - (float)x;
	}
	union { double d; u64 u; } v = {sum};
	show("double", v.u);
	return 0;
}
