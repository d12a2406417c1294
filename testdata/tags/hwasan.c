/* A small HWASan runtime for tagged.c: a byte of shadow for 16 of memory, checked by calls. Apache-2.0, part of gotcg. */
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
static uint8_t *shadow; static uint64_t seed = 1;
#define UN(p) ((uint64_t)(p) << 8 >> 8)
__attribute__((constructor)) static void init(void) { shadow = mmap(0, 1ul << 43, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0); if (shadow == MAP_FAILED) abort(); }
static inline void check(uint64_t p, uint64_t n) { if (shadow[UN(p) >> 4] != p >> 56 || shadow[UN(p + n - 1) >> 4] != p >> 56) abort(); }
#define C(n) void __hwasan_load##n##_noabort(uint64_t p) { if (shadow[UN(p) >> 4] != p >> 56) abort(); } void __hwasan_store##n##_noabort(uint64_t p) { if (shadow[UN(p) >> 4] != p >> 56) abort(); }
C(1) C(2) C(4) C(8) C(16)
void __hwasan_loadN_noabort(uint64_t p, uint64_t n) { check(p, n); }
void __hwasan_storeN_noabort(uint64_t p, uint64_t n) { check(p, n); }
uint8_t __hwasan_generate_tag(void) { seed = seed * 6364136223846793005u + 1; return seed >> 56; }
void __hwasan_tag_memory(uint64_t p, uint8_t t, uint64_t n) { p = UN(p); for (uint64_t i = 0; i < (n + 15) / 16; i++) shadow[(p >> 4) + i] = t; }
void __hwasan_handle_longjmp(void *p) {}
void *hwasan_alloc(uint64_t n) { void *p = aligned_alloc(16, (n + 15) & ~15ul); uint8_t t = __hwasan_generate_tag(); __hwasan_tag_memory((uint64_t)p, t, n); return (void *)((uint64_t)p | (uint64_t)t << 56); }
