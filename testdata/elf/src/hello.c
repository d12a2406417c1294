/* The smallest program: a line and status 0. */
#include "rt.h"
int main(void) {
	puts_("hello, world\n");
	return 0;
}
