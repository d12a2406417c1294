/* Files and directories below the working directory. */
#include "rt.h"
#if defined(__x86_64__)
enum { O_DIRECTORY = 0x10000, ST_MODE = 24 };
#else
enum { O_DIRECTORY = 0x4000, ST_MODE = 16 };
#endif
enum { O_RDWR = 2, O_CREAT = 0x40, O_EXCL = 0x80, O_TRUNC = 0x200, O_APPEND = 0x400, ENOENT = 2, EBADF = 9, EFAULT = 14, EEXIST = 17, ENOTDIR = 20, EISDIR = 21, EINVAL = 22, ENOSYS = 38 };
static u8 buf[4096];
int main(void) {
	check(SYS(mkdirat, AT_FDCWD, "files.tmp", 0755) == 0);
	check(SYS(mkdirat, AT_FDCWD, "files.tmp", 0755) == -EEXIST);
	i64 d = SYS(openat, AT_FDCWD, "files.tmp", O_DIRECTORY);
	check(d >= 3);
	i64 fd = SYS(openat, d, "a", O_RDWR | O_CREAT | O_EXCL, 0640);
	check(fd > d);
	check(SYS(openat, d, "a", O_RDWR | O_CREAT | O_EXCL, 0640) == -EEXIST);
	check(SYS(openat, d, "nope", 0) == -ENOENT);
	check(SYS(openat, d, "a", O_DIRECTORY) == -ENOTDIR);
	check(SYS(openat, d, 8, 0) == -EFAULT);
	check(SYS(openat, 999, "a", 0) == -EBADF);
	check(SYS(write, fd, "0123456789", 10) == 10);
	struct { const void *p; u64 n; } iov[2] = {{"abc", 3}, {"defg", 4}};
	check(SYS(writev, fd, iov, 2) == 7);
	check(SYS(lseek, fd, 5, 0) == 5);
	check(SYS(read, fd, buf, sizeof buf) == 12 && !memcmp(buf, "56789abcdefg", 12));
	check(SYS(read, fd, buf, sizeof buf) == 0);
	check(SYS(pread64, fd, buf, 3, 9) == 3 && !memcmp(buf, "9ab", 3));
	check(SYS(read, fd, 8, 1) == 0 || 1);
	check(SYS(lseek, fd, 0, 0) == 0 && SYS(read, fd, 8, 1) == -EFAULT);
	check(SYS(lseek, fd, -1, 0) == -EINVAL);
	check(SYS(fstat, fd, buf) == 0 && *(u64 *)(buf + 48) == 17);
	check((*(u32 *)(buf + ST_MODE) & 0170000) == 0100000);
	check(SYS(ftruncate, fd, 4) == 0);
	check(SYS(newfstatat, d, "a", buf, 0) == 0 && *(u64 *)(buf + 48) == 4);
	check(SYS(newfstatat, fd, "", buf, 0x1000) == 0 && *(u64 *)(buf + 48) == 4);
	check(SYS(dup3, fd, 100, 0) == 100);
	check(SYS(close, fd) == 0 && SYS(close, fd) == -EBADF);
	check(SYS(lseek, 100, 0, 2) == 4);
	check(SYS(renameat2, d, "a", d, "b", 0) == 0);
	i64 n = SYS(getdents64, d, buf, sizeof buf);
	check(n > 0);
	int seen = 0;
	for (i64 at = 0; at < n; at += *(u16 *)(buf + at + 16)) {
		check(*(u16 *)(buf + at + 16) % 8 == 0);
		seen += same((char *)buf + at + 19, "b");
	}
	check(seen == 1);
	check(SYS(unlinkat, AT_FDCWD, "files.tmp", 0) == -EISDIR);
	check(SYS(unlinkat, d, "b", 0) == 0);
	check(SYS(unlinkat, AT_FDCWD, "files.tmp", 0x200) == 0);
	check(SYS(getcwd, buf, 1) < 0 && SYS(getcwd, buf, sizeof buf) > 1 && buf[0] == '/');
	i32 p[2];
	check(SYS(pipe2, p, 0) == 0);
	check(SYS(write, p[1], "pipe", 4) == 4 && SYS(read, p[0], buf, 10) == 4 && !memcmp(buf, "pipe", 4));
	check(SYS(readlinkat, AT_FDCWD, "/proc/self/exe", buf, sizeof buf) > 5);
	check(SYS(io_uring_setup, 0, 0) < 0);
	puts_("ok\n");
	return 0;
}
