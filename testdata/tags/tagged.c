/* Trees, arrays, matrices and bytes by pointers with tags, as programs under HWASan have them; for docs/performance.md.
 *	aarch64-linux-gnu-gcc -O2 -static -o tagged tagged.c
 *	tagged u N	without tags
 *	tagged t N	each pointer from the heap with a tag of its own
 *	aarch64-linux-gnu-gcc -O2 -DHWASAN -fsanitize=kernel-hwaddress -c tagged.c; aarch64-linux-gnu-gcc -O2 -static -o hwasan tagged.o hwasan.c
 * Apache-2.0, part of gotcg. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
static int use;
static uint64_t next = 0x9e3779b97f4a7c15;
#ifdef HWASAN
void *hwasan_alloc(uint64_t);
#define alloc hwasan_alloc
#define tag(p) (p)
#else
static void *tag(void *p) {
	next = next * 6364136223846793005u + 1442695040888963407u;
	return use ? (void *)((uintptr_t)p | (next >> 56) << 56) : p;
}
static void *alloc(uint64_t n) { return tag(malloc(n)); }
#endif
struct node { struct node *left, *right; uint64_t key, n; };
static struct node *pool; static int used;
static struct node *put(struct node *t, uint64_t k) {
	if (!t) { t = tag(&pool[used++]); t->left = t->right = 0; t->key = k; t->n = 0; return t; }
	for (struct node *p = t;;) {
		p->n++;
		struct node **to = k < p->key ? &p->left : &p->right;
		if (!*to) { *to = tag(&pool[used++]); (*to)->left = (*to)->right = 0; (*to)->key = k; (*to)->n = 0; return t; }
		p = *to;
	}
}
static uint64_t walk(struct node *t) { return t ? walk(t->left) * 3 + t->n + walk(t->right) : 1; }
static void sort(uint32_t *a, int n) { // heap sort
	for (int s = n / 2, e = n; e > 1;) {
		uint32_t v;
		if (s > 0) v = a[--s]; else { v = a[--e]; a[e] = a[0]; }
		int i = s;
		for (int c; (c = 2 * i + 1) < e; i = c) { if (c + 1 < e && a[c] < a[c + 1]) c++; if (a[c] <= v) break; a[i] = a[c]; }
		a[i] = v;
	}
}
int main(int argc, char **argv) {
	use = argc > 1 && argv[1][0] == 't';
	int scale = argc > 2 ? atoi(argv[2]) : 1;
	uint64_t sum = 0, r = 88172645463325252u;
	for (int s = 0; s < scale; s++) {
		pool = alloc(40000 * sizeof *pool); used = 0;
		struct node *t = 0;
		for (int i = 0; i < 30000; i++) { r ^= r << 13; r ^= r >> 7; r ^= r << 17; t = put(t, r); }
		for (int i = 0; i < 10; i++) sum = sum * 31 + walk(t);
		int n = 100000;
		uint32_t *a = alloc(n * sizeof *a), *b = alloc(n * sizeof *b);
		for (int i = 0; i < n; i++) { r ^= r << 13; r ^= r >> 7; r ^= r << 17; a[i] = r; }
		sort(a, n);
		for (int k = 0; k < 20; k++) { for (int i = 0; i < n; i++) b[i] = a[i] * 3 + (i ? b[i-1] : 0); sum += b[k * 11]; }
		double *m = alloc(3 * 96 * 96 * 8), *x = m, *y = m + 96 * 96, *z = m + 2 * 96 * 96;
		for (int i = 0; i < 96 * 96; i++) x[i] = i % 17, y[i] = i % 23;
		for (int i = 0; i < 96; i++) for (int j = 0; j < 96; j++) { double v = 0; for (int k = 0; k < 96; k++) v += x[i * 96 + k] * y[k * 96 + j]; z[i * 96 + j] = v; }
		sum += (uint64_t)z[96 * 5 + 5];
		char *c = alloc(1 << 16); for (int k = 0; k < 40; k++) { for (int i = 0; i < 1 << 16; i++) c[i] = i * k >> 3; for (int i = 0; i < 1 << 16; i += 3) sum += c[i] ^ k; }
	}
	printf("%llx\n", (unsigned long long)sum);
}
