/* pcre [jit]: counts matches of a few expressions in 400 kB of text, interpreted or by machine code that is made of them. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>

enum { size = 400000, rounds = 6 };

int main(int argc, char **argv)
{
	static const char *const exprs[] = {"[a-z]+@[a-z]+\\.com", "(\\d+)-(\\d+)", "(a|b|c)+d?e", "\\b\\w{3,7}\\b"};
	static unsigned char text[size];
	for (int i = 0; i < size; i++)
		text[i] = "abcdefghij klmnop@example.com 12-34\n"[(i * 7 + i / 13) % 35];
	int n = 0;
	for (int e = 0; e < 4; e++) {
		int err;
		PCRE2_SIZE at;
		pcre2_code *re = pcre2_compile((PCRE2_SPTR)exprs[e], PCRE2_ZERO_TERMINATED, 0, &err, &at, 0);
		if (argc > 1 && pcre2_jit_compile(re, PCRE2_JIT_COMPLETE)) {
			fprintf(stderr, "pcre: no JIT\n");
			return 1;
		}
		pcre2_match_data *m = pcre2_match_data_create_from_pattern(re, 0);
		for (int r = 0; r < rounds; r++)
			for (at = 0; pcre2_match(re, text, size, at, 0, m, 0) > 0; n++) {
				PCRE2_SIZE end = pcre2_get_ovector_pointer(m)[1];
				at = end > at ? end : at + 1;
			}
	}
	printf("%d\n", n);
	return 0;
}
