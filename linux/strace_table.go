package linux

import (
	"fmt"
	"strings"
	"sync"

	"github.com/gotcg/gotcg/linux/abi"
)

// kindWords are the words of argTable.
var kindWords = sync.OnceValue(func() map[string]argKind {
	return map[string]argKind{
		"int": kInt, "long": kLong, "uint": kUint, "ptr": kHex, "mask": kMask, "octal": kOctal, "fd": kFD, "at": kAtFD,
		"path": kPath, "random": kRandom, "in": kIn, "out": kOut, "iovin": kIovIn, "iovout": kIovOut, "open": kOpen, "atflags": kAtFlags,
		"prot": kProt, "map": kMap, "sig": kSig, "sigset": kSigset, "sigout": kSigOut, "action": kAction,
		"actout": kActOut, "how": kHow, "clock": kClock, "time": kTime, "timeout": kTimeOut, "stat": kStat,
		"whence": kWhence, "res": kRes, "limit": kLimit, "limout": kLimOut, "fcntl": kFcntl, "ioctl": kIoctl,
		"futex": kFutex, "arch": kArch, "access": kAccess, "uname": kUname, "pipe": kPipe, "poll": kPoll, "pollout": kPollOut,
	}
})

// argTable gives the argument kinds of system calls by name, for both ABIs. What is not here is
// written as six hexadecimal numbers.
var argTable = sync.OnceValue(func() map[string]string {
	return map[string]string{
		"brk": "ptr", "mmap": "ptr uint prot map fd mask", "munmap": "ptr uint", "mprotect": "ptr uint prot",
		"mremap": "ptr uint uint mask ptr", "madvise": "ptr uint int", "msync": "ptr uint mask", "mlock": "ptr uint",
		"munlock": "ptr uint", "mincore": "ptr uint ptr", "memfd_create": "path mask", "membarrier": "int mask int",
		"read": "fd out uint", "write": "fd in uint", "readv": "fd iovout int", "writev": "fd iovin int",
		"pread64": "fd out uint long", "pwrite64": "fd in uint long", "preadv": "fd iovout int long", "pwritev": "fd iovin int long",
		"preadv2": "fd iovout int long long mask", "pwritev2": "fd iovin int long long mask", "lseek": "fd long whence",
		"sendfile": "fd fd ptr uint", "copy_file_range": "fd ptr fd ptr uint mask", "splice": "fd ptr fd ptr uint mask",
		"pipe": "pipe", "pipe2": "pipe open", "ioctl": "fd ioctl ptr",
		"open": "path open octal", "openat": "at path open octal", "openat2": "at path ptr uint", "creat": "path octal",
		"close": "fd", "close_range": "fd fd mask", "dup": "fd", "dup2": "fd fd", "dup3": "fd fd open", "fcntl": "fd fcntl mask",
		"flock": "fd int", "fsync": "fd", "fdatasync": "fd", "sync": "", "syncfs": "fd", "fadvise64": "fd long long int",
		"ftruncate": "fd long", "fallocate": "fd mask long long",
		"stat": "path stat", "lstat": "path stat", "fstat": "fd stat", "newfstatat": "at path stat atflags",
		"statx": "at path atflags mask ptr", "access": "path access", "faccessat": "at path access",
		"faccessat2": "at path access atflags", "getdents64": "fd ptr uint", "readlink": "path out uint",
		"readlinkat": "at path out uint", "mkdir": "path octal", "mkdirat": "at path octal", "mknod": "path octal mask",
		"mknodat": "at path octal mask", "unlink": "path", "unlinkat": "at path atflags", "rmdir": "path", "rename": "path path",
		"renameat": "at path at path", "renameat2": "at path at path mask", "link": "path path", "linkat": "at path at path atflags",
		"symlink": "path path", "symlinkat": "path at path", "chmod": "path octal", "fchmod": "fd octal", "fchmodat": "at path octal",
		"fchmodat2": "at path octal atflags", "chown": "path int int", "lchown": "path int int", "fchown": "fd int int",
		"fchownat": "at path int int atflags", "truncate": "path long", "utimensat": "at path ptr atflags", "utimes": "path ptr",
		"utime": "path ptr", "statfs": "path ptr", "fstatfs": "fd ptr", "getcwd": "out uint", "chdir": "path", "fchdir": "fd",
		"umask": "octal", "poll": "pollout int int", "ppoll": "pollout int time ptr uint", "select": "int ptr ptr ptr ptr",
		"pselect6": "int ptr ptr ptr time ptr", "eventfd2": "int open", "epoll_create1": "open", "epoll_ctl": "fd int fd ptr",
		"epoll_wait": "fd ptr int int", "epoll_pwait": "fd ptr int int ptr uint",
		"time": "ptr", "gettimeofday": "ptr ptr", "clock_gettime": "clock timeout", "clock_getres": "clock timeout",
		"nanosleep": "time ptr", "clock_nanosleep": "clock int time ptr", "times": "ptr", "getrusage": "int ptr",
		"uname": "uname", "sysinfo": "ptr", "getrandom": "out uint random", "exit": "int", "exit_group": "int",
		"getpid": "", "gettid": "", "getppid": "", "getuid": "", "geteuid": "", "getgid": "", "getegid": "", "getpgrp": "",
		"getpgid": "int", "getsid": "int", "setpgid": "int int", "setsid": "", "setuid": "int", "setgid": "int",
		"getresuid": "ptr ptr ptr", "getresgid": "ptr ptr ptr", "getgroups": "int ptr", "getrlimit": "res limout",
		"setrlimit": "res limit", "prlimit64": "int res limit limout", "prctl": "int mask mask mask mask", "arch_prctl": "arch mask",
		"set_tid_address": "ptr", "set_robust_list": "ptr uint", "rseq": "ptr uint mask mask", "futex": "ptr futex uint time ptr mask",
		"wait4": "int ptr mask ptr", "waitid": "int int ptr mask ptr", "clone": "mask ptr ptr ptr ptr", "clone3": "ptr uint",
		"fork": "", "vfork": "", "execve": "path ptr ptr", "sched_yield": "", "sched_getaffinity": "int uint ptr",
		"sched_setaffinity": "int uint ptr", "getcpu": "ptr ptr ptr", "getpriority": "int int", "pause": "",
		"rt_sigaction": "sig action actout uint", "rt_sigprocmask": "how sigset sigout uint", "rt_sigpending": "sigout uint",
		"rt_sigsuspend": "sigset uint", "rt_sigtimedwait": "sigset ptr time uint", "rt_sigreturn": "", "sigaltstack": "ptr ptr",
		"kill": "int sig", "tkill": "int sig", "tgkill": "int int sig", "getxattr": "path path ptr uint", "lgetxattr": "path path ptr uint",
		"socket": "int mask int", "socketpair": "int mask int pipe", "bind": "fd ptr uint",
		"connect": "fd ptr uint", "listen": "fd int", "accept": "fd ptr ptr", "accept4": "fd ptr ptr mask", "shutdown": "fd int",
		"getsockname": "fd ptr ptr", "getpeername": "fd ptr ptr", "sendto": "fd in uint mask ptr uint", "recvfrom": "fd out uint mask ptr ptr",
		"sendmmsg": "fd ptr int mask", "recvmmsg": "fd ptr int mask ptr",
		"inotify_init1": "open", "inotify_add_watch": "fd path mask", "inotify_rm_watch": "fd int",
		"capget": "ptr ptr", "capset": "ptr ptr", "pidfd_open": "int open", "pidfd_send_signal": "fd sig ptr mask",
		"sendmsg": "fd ptr mask", "recvmsg": "fd ptr mask", "setsockopt": "fd int int ptr uint", "getsockopt": "fd int int ptr ptr", "alarm": "uint", "setitimer": "int ptr ptr", "personality": "mask",
	}
})

// argKinds parses name's line of argTable.
func argKinds(name string) []argKind {
	l, ok := argTable()[name]
	if !ok {
		return []argKind{kMask, kMask, kMask, kMask, kMask, kMask}
	}
	out := []argKind{}
	for _, w := range strings.Fields(l) {
		out = append(out, kindWords()[w])
	}
	return out
}

// pointerResult tells whether a call's result is an address.
func pointerResult(name string) bool { return name == "brk" || name == "mmap" || name == "mremap" }

// names writes a number: by name when values has it, else as flags.
type names struct {
	values map[uint64]string
	flags  []flagName
	// more makes further values, when the first is asked for.
	more func() map[uint64]string
}

type flagName struct {
	bit  uint64
	name string
}

func (n names) name(v uint64) string {
	v &= 0xffffffff
	if s, ok := n.values[v]; ok {
		return s
	}
	if n.more != nil {
		if s, ok := n.more()[v]; ok {
			return s
		}
	}
	if n.flags == nil {
		return fmt.Sprintf("%#x", v)
	}
	if s := flagTail(v, n.flags); s != "" {
		return s[1:]
	}
	return "0"
}

// flagTail writes flags, each with "|" before it.
func flagTail(v uint64, l []flagName) string {
	s := ""
	for _, f := range l {
		if v&f.bit == f.bit {
			s += "|" + f.name
			v &^= f.bit
		}
	}
	if v != 0 {
		s += fmt.Sprintf("|%#x", v)
	}
	return s
}

var openNames = []string{"O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE"}

var openBits = []flagName{
	{abi.O_CREAT, "O_CREAT"}, {abi.O_EXCL, "O_EXCL"}, {abi.O_NOCTTY, "O_NOCTTY"}, {abi.O_TRUNC, "O_TRUNC"},
	{abi.O_APPEND, "O_APPEND"}, {abi.O_NONBLOCK, "O_NONBLOCK"}, {abi.O_SYNC, "O_SYNC"}, {abi.O_DSYNC, "O_DSYNC"},
	{abi.O_ASYNC, "O_ASYNC"}, {abi.O_DIRECT, "O_DIRECT"}, {abi.O_LARGEFILE, "O_LARGEFILE"}, {abi.O_TMPFILE, "O_TMPFILE"},
	{abi.O_DIRECTORY, "O_DIRECTORY"}, {abi.O_NOFOLLOW, "O_NOFOLLOW"}, {abi.O_NOATIME, "O_NOATIME"},
	{abi.O_CLOEXEC, "O_CLOEXEC"}, {abi.O_PATH, "O_PATH"},
}

// openToX64 renumbers AArch64's open flags.
func openToX64(v uint64) uint64 {
	const moved = abi.O_DIRECTORY_A64 | abi.O_NOFOLLOW_A64 | abi.O_DIRECT_A64 | abi.O_LARGEFILE_A64
	out := v &^ moved
	for _, m := range [][2]uint64{{abi.O_DIRECTORY_A64, abi.O_DIRECTORY}, {abi.O_NOFOLLOW_A64, abi.O_NOFOLLOW},
		{abi.O_DIRECT_A64, abi.O_DIRECT}, {abi.O_LARGEFILE_A64, abi.O_LARGEFILE}} {
		if v&m[0] != 0 {
			out |= m[1]
		}
	}
	return out
}

var saFlags = names{flags: []flagName{
	{abi.SA_NOCLDSTOP, "SA_NOCLDSTOP"}, {abi.SA_NOCLDWAIT, "SA_NOCLDWAIT"}, {abi.SA_SIGINFO, "SA_SIGINFO"},
	{abi.SA_RESTORER, "SA_RESTORER"}, {abi.SA_ONSTACK, "SA_ONSTACK"}, {abi.SA_RESTART, "SA_RESTART"},
	{abi.SA_NODEFER, "SA_NODEFER"}, {abi.SA_EXPOSE_TAGBITS, "SA_EXPOSE_TAGBITS"}, {abi.SA_RESETHAND, "SA_RESETHAND"},
}}

var pollBits = names{flags: []flagName{
	{abi.POLLIN, "POLLIN"}, {abi.POLLPRI, "POLLPRI"}, {abi.POLLOUT, "POLLOUT"}, {abi.POLLERR, "POLLERR"},
	{abi.POLLHUP, "POLLHUP"}, {abi.POLLNVAL, "POLLNVAL"},
}}

// kindNames are the kinds that are a number with names.
var kindNames = sync.OnceValue(func() map[argKind]names {
	return map[argKind]names{
		kAtFlags: {flags: []flagName{
			{abi.AT_SYMLINK_NOFOLLOW, "AT_SYMLINK_NOFOLLOW"}, {abi.AT_REMOVEDIR, "AT_REMOVEDIR"},
			{abi.AT_SYMLINK_FOLLOW, "AT_SYMLINK_FOLLOW"}, {abi.AT_NO_AUTOMOUNT, "AT_NO_AUTOMOUNT"}, {abi.AT_EMPTY_PATH, "AT_EMPTY_PATH"},
		}},
		kProt: {values: map[uint64]string{0: "PROT_NONE"}, flags: []flagName{
			{abi.PROT_READ, "PROT_READ"}, {abi.PROT_WRITE, "PROT_WRITE"}, {abi.PROT_EXEC, "PROT_EXEC"},
			{abi.PROT_GROWSDOWN, "PROT_GROWSDOWN"}, {abi.PROT_GROWSUP, "PROT_GROWSUP"},
		}},
		kMap: {flags: []flagName{
			{abi.MAP_SHARED_VALIDATE, "MAP_SHARED_VALIDATE"}, {abi.MAP_SHARED, "MAP_SHARED"}, {abi.MAP_PRIVATE, "MAP_PRIVATE"},
			{abi.MAP_FIXED, "MAP_FIXED"}, {abi.MAP_ANONYMOUS, "MAP_ANONYMOUS"}, {abi.MAP_32BIT, "MAP_32BIT"},
			{abi.MAP_GROWSDOWN, "MAP_GROWSDOWN"}, {abi.MAP_DENYWRITE, "MAP_DENYWRITE"}, {abi.MAP_LOCKED, "MAP_LOCKED"},
			{abi.MAP_NORESERVE, "MAP_NORESERVE"}, {abi.MAP_POPULATE, "MAP_POPULATE"}, {abi.MAP_STACK, "MAP_STACK"},
			{abi.MAP_HUGETLB, "MAP_HUGETLB"}, {abi.MAP_FIXED_NOREPLACE, "MAP_FIXED_NOREPLACE"},
		}},
		kRandom: {flags: []flagName{{abi.GRND_NONBLOCK, "GRND_NONBLOCK"}, {abi.GRND_RANDOM, "GRND_RANDOM"}, {abi.GRND_INSECURE, "GRND_INSECURE"}}},
		kHow:    {values: map[uint64]string{0: "SIG_BLOCK", 1: "SIG_UNBLOCK", 2: "SIG_SETMASK"}},
		kWhence: {values: map[uint64]string{0: "SEEK_SET", 1: "SEEK_CUR", 2: "SEEK_END", 3: "SEEK_DATA", 4: "SEEK_HOLE"}},
		kClock: {values: map[uint64]string{0: "CLOCK_REALTIME", 1: "CLOCK_MONOTONIC", 2: "CLOCK_PROCESS_CPUTIME_ID",
			3: "CLOCK_THREAD_CPUTIME_ID", 4: "CLOCK_MONOTONIC_RAW", 5: "CLOCK_REALTIME_COARSE", 6: "CLOCK_MONOTONIC_COARSE", 7: "CLOCK_BOOTTIME"}},
		kAccess: {values: map[uint64]string{0: "F_OK"}, flags: []flagName{{4, "R_OK"}, {2, "W_OK"}, {1, "X_OK"}}},
		kRes: {values: map[uint64]string{0: "RLIMIT_CPU", 1: "RLIMIT_FSIZE", 2: "RLIMIT_DATA", 3: "RLIMIT_STACK", 4: "RLIMIT_CORE",
			5: "RLIMIT_RSS", 6: "RLIMIT_NPROC", 7: "RLIMIT_NOFILE", 8: "RLIMIT_MEMLOCK", 9: "RLIMIT_AS"}},
		kArch: {values: map[uint64]string{abi.ARCH_SET_GS: "ARCH_SET_GS", abi.ARCH_SET_FS: "ARCH_SET_FS", abi.ARCH_GET_FS: "ARCH_GET_FS", abi.ARCH_GET_GS: "ARCH_GET_GS"}},
		kFcntl: {values: map[uint64]string{abi.F_DUPFD: "F_DUPFD", abi.F_GETFD: "F_GETFD", abi.F_SETFD: "F_SETFD", abi.F_GETFL: "F_GETFL",
			abi.F_SETFL: "F_SETFL", abi.F_GETLK: "F_GETLK", abi.F_SETLK: "F_SETLK", abi.F_SETLKW: "F_SETLKW", abi.F_DUPFD_CLOEXEC: "F_DUPFD_CLOEXEC",
			abi.F_GETPIPE_SZ: "F_GETPIPE_SZ", abi.F_SETPIPE_SZ: "F_SETPIPE_SZ"}},
		kIoctl: {values: map[uint64]string{abi.TCGETS: "TCGETS", abi.TCSETS: "TCSETS", abi.TCSETSW: "TCSETSW", abi.TCSETSF: "TCSETSF",
			abi.TIOCGWINSZ: "TIOCGWINSZ", abi.TIOCSWINSZ: "TIOCSWINSZ", abi.TIOCGPGRP: "TIOCGPGRP", abi.TIOCSPGRP: "TIOCSPGRP", abi.FIONREAD: "FIONREAD", abi.FIONBIO: "FIONBIO"}},
		kFutex: {more: sync.OnceValue(futexNames)},
		kSig:   {more: sync.OnceValue(signalNames)},
	}
})

func signalNames() map[uint64]string {
	m := map[uint64]string{0: "0"}
	for s := abi.Signal(1); s <= abi.NSIG; s++ {
		m[uint64(s)] = s.String()
	}
	return m
}

func futexNames() map[uint64]string {
	m := map[uint64]string{}
	for i, n := range []string{"WAIT", "WAKE", "FD", "REQUEUE", "CMP_REQUEUE", "WAKE_OP", "LOCK_PI", "UNLOCK_PI",
		"TRYLOCK_PI", "WAIT_BITSET", "WAKE_BITSET", "WAIT_REQUEUE_PI", "CMP_REQUEUE_PI", "LOCK_PI2"} {
		m[uint64(i)] = "FUTEX_" + n
		m[uint64(i)|abi.FUTEX_PRIVATE_FLAG] = "FUTEX_" + n + "_PRIVATE"
		m[uint64(i)|abi.FUTEX_PRIVATE_FLAG|abi.FUTEX_CLOCK_REALTIME] = "FUTEX_" + n + "_PRIVATE|FUTEX_CLOCK_REALTIME"
	}
	return m
}
