/* pack zstd|zlib|xz|brotli: packs and unpacks a megabyte. */
#include <brotli/decode.h>
#include <brotli/encode.h>
#include <lzma.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

enum { size = 1 << 20 };
static unsigned char in[size], packed[2 * size], back[size];

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	unsigned s = 1;
	for (int i = 0; i < size; i++) {
		s = s * 1103515245 + 12345;
		in[i] = s >> 28 < 6 ? "etaoin shrdlu"[(s >> 16) % 13] : i > 999 ? in[i - 1 - (s >> 20) % 999] : 'x';
	}
	size_t n = sizeof packed, m = size, at = 0;
	if (!strcmp(how, "zstd")) {
		n = ZSTD_compress(packed, n, in, size, 9);
		ZSTD_decompress(back, size, packed, n);
	} else if (!strcmp(how, "zlib")) {
		compress2(packed, &n, in, size, 6);
		uncompress(back, &m, packed, n);
	} else if (!strcmp(how, "xz")) {
		uint64_t memory = 1 << 28;
		size_t room = n;
		n = 0;
		lzma_easy_buffer_encode(4, LZMA_CHECK_CRC64, NULL, in, size, packed, &n, room);
		lzma_stream_buffer_decode(&memory, 0, NULL, packed, &at, n, back, &(size_t){0}, size);
	} else if (!strcmp(how, "brotli")) {
		BrotliEncoderCompress(5, 22, BROTLI_MODE_GENERIC, size, in, &n, packed);
		BrotliDecoderDecompress(n, packed, &m, back);
	}
	printf("%zu\n", n);
	return memcmp(in, back, size) != 0;
}
