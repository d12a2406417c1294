package linux

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/gotcg/gotcg/linux/abi"
)

// strace output: one line per system call, in the manner of strace(1). How an argument is
// written is data: strace_table.go gives each system call's argument kinds.

// argKind is how one argument is written.
type argKind uint8

const (
	kNone    argKind = iota
	kInt             // signed 32-bit
	kLong            // signed 64-bit
	kUint            // unsigned 64-bit
	kHex             // pointer, "NULL" for 0
	kMask            // hexadecimal number
	kOctal           // file mode
	kFD              // file descriptor
	kAtFD            // file descriptor or AT_FDCWD
	kPath            // string
	kIn              // bytes, the next argument long
	kOut             // bytes, the result long
	kIovIn           // iovec, the next argument long
	kIovOut          // the same, the result long in all
	kOpen            // open flags; a mode after them is shown only when a file may be made
	kRandom          // getrandom flags
	kAtFlags         // AT_*
	kProt            // PROT_*
	kMap             // MAP_*
	kSig             // signal number
	kSigset          // pointer to a signal set
	kSigOut          // the same, filled
	kAction          // struct sigaction
	kActOut          // the same, filled
	kHow             // SIG_BLOCK ...
	kClock           // clock id
	kTime            // struct timespec
	kTimeOut         // the same, filled
	kStat            // struct stat, filled
	kWhence          // SEEK_*
	kRes             // resource of a limit
	kLimit           // struct rlimit
	kLimOut          // the same, filled
	kFcntl           // fcntl command
	kIoctl           // ioctl request
	kFutex           // futex operation
	kArch            // arch_prctl code
	kAccess          // access mode
	kUname           // struct utsname, filled
	kPipe            // two descriptors, filled
	kPoll            // pollfd array, the next argument long
	kPollOut         // the same after the call
)

// maxString is how much of a string is shown, as strace's -s.
const maxString = 32

// tracer writes one system call.
type tracer struct {
	t    *Task
	s    *Syscall
	args Args
	in   [6]string
	name string
	kind []argKind
}

// traceEnter notes what is to be read before the call runs.
func (t *Task) traceEnter(nr uint64, s *Syscall, a *Args) *tracer {
	tr := &tracer{t: t, s: s, args: *a}
	if s == nil {
		tr.name = fmt.Sprintf("syscall_%#x", nr)
		for i := range tr.in {
			tr.in[i] = hexArg(a[i])
		}
		return tr
	}
	tr.name, tr.kind = s.Name, argKinds(s.Name)
	for i, k := range tr.kind {
		if !isOut(k) {
			tr.in[i] = tr.format(k, i, 0)
		}
	}
	if s.Name == "exit" || s.Name == "exit_group" {
		tr.write("?")
	}
	return tr
}

// exit writes the line once the result is known.
func (tr *tracer) exit(v uint64, e abi.Errno) {
	if tr.name == "exit" || tr.name == "exit_group" {
		tr.t.p.traceExit()
		return
	}
	if internal(e) {
		tr.write("? " + e.Error())
		return
	}
	if tr.s != nil {
		for i, k := range tr.kind {
			if !isOut(k) {
				continue
			}
			if e != 0 {
				tr.in[i] = hexArg(tr.args[i])
			} else {
				tr.in[i] = tr.format(k, i, v)
			}
		}
	}
	switch {
	case e != 0:
		tr.write("-1 " + e.Error())
	case tr.s != nil && pointerResult(tr.s.Name):
		tr.write(fmt.Sprintf("%#x", v))
	case tr.name == "umask":
		tr.write(fmt.Sprintf("%#o", v))
	default:
		tr.write(strconv.FormatInt(int64(v), 10))
	}
}

func (tr *tracer) write(result string) {
	n := 6
	if tr.s != nil {
		n = len(tr.kind)
		if n > 1 && tr.kind[n-2] == kOpen && !strings.Contains(tr.in[n-2], "O_CREAT") && !strings.Contains(tr.in[n-2], "O_TMPFILE") {
			n-- // no mode without a file to create
		}
	}
	line := tr.name + "(" + strings.Join(tr.in[:n], ", ") + ")"
	tr.t.trace("%-39s = %s\n", line, result)
}

// trace writes a line to the trace, with the thread's id in front when there are several.
func (t *Task) trace(format string, args ...any) {
	p := t.p
	if p.cfg.Strace == nil {
		return
	}
	p.mu.Lock()
	many := len(p.tasks) > 1
	p.mu.Unlock()
	if many {
		format = fmt.Sprintf("[pid %5d] ", t.tid) + format
	}
	p.out.Lock()
	defer p.out.Unlock()
	fmt.Fprintf(p.cfg.Strace, format, args...)
}

// isOut tells whether a kind can only be written after the call.
func isOut(k argKind) bool {
	switch k {
	case kOut, kIovOut, kSigOut, kActOut, kTimeOut, kStat, kLimOut, kUname, kPipe, kPollOut:
		return true
	}
	return false
}

func hexArg(v uint64) string {
	if v == 0 {
		return "NULL"
	}
	return fmt.Sprintf("%#x", v)
}

// format writes argument i as kind k; ret is the result for kinds that need it.
func (tr *tracer) format(k argKind, i int, ret uint64) string {
	v := tr.args[i]
	next := uint64(0)
	if i < 5 {
		next = tr.args[i+1]
	}
	switch k {
	case kInt, kFD:
		return strconv.Itoa(int(int32(v)))
	case kLong:
		return strconv.FormatInt(int64(v), 10)
	case kUint:
		return strconv.FormatUint(v, 10)
	case kHex:
		return hexArg(v)
	case kMask:
		if v == 0 {
			return "0"
		}
		return fmt.Sprintf("%#x", v)
	case kOctal:
		return fmt.Sprintf("%#o", uint32(v))
	case kAtFD:
		if int32(v) == abi.AT_FDCWD {
			return "AT_FDCWD"
		}
		return strconv.Itoa(int(int32(v)))
	case kPath:
		return tr.path(v)
	case kIn:
		return tr.bytes(v, next)
	case kOut:
		return tr.bytes(v, ret)
	case kIovIn, kIovOut:
		if k == kIovIn {
			ret = ^uint64(0)
		}
		return tr.iovec(v, next, ret)
	case kOpen:
		fl := v
		if tr.t.p.abi == abi.A64 {
			fl = openToX64(v)
		}
		return openNames[fl&abi.O_ACCMODE] + flagTail(fl&0xffffffff&^abi.O_ACCMODE, openBits)
	}
	if l, ok := kindNames()[k]; ok {
		return l.name(v)
	}
	return tr.structure(k, v, next)
}

// structure writes arguments that point at structures.
func (tr *tracer) structure(k argKind, v, next uint64) string {
	if v == 0 {
		return "NULL"
	}
	var b [144]byte
	read := func(n int) bool { return tr.t.copyIn(v, b[:n]) == 0 }
	switch k {
	case kSigset, kSigOut:
		if read(8) {
			return sigset(getU64(b[:]))
		}
	case kAction, kActOut:
		if read(abi.SigactionSize) {
			s := abi.DecodeSigaction(b[:])
			h := map[uint64]string{abi.SIG_DFL: "SIG_DFL", abi.SIG_IGN: "SIG_IGN"}[s.Handler]
			if h == "" {
				h = fmt.Sprintf("%#x", s.Handler)
			}
			return fmt.Sprintf("{sa_handler=%s, sa_mask=%s, sa_flags=%s}", h, sigset(s.Mask), saFlags.name(s.Flags))
		}
	case kTime, kTimeOut:
		if read(abi.TimespecSize) {
			s := abi.DecodeTimespec(b[:])
			return fmt.Sprintf("{tv_sec=%d, tv_nsec=%d}", s.Sec, s.Nsec)
		}
	case kLimit, kLimOut:
		if read(abi.RlimitSize) {
			l := abi.DecodeRlimit(b[:])
			return fmt.Sprintf("{rlim_cur=%s, rlim_max=%s}", limit(l.Cur), limit(l.Max))
		}
	case kPipe:
		if read(8) {
			return fmt.Sprintf("[%d, %d]", uint32(getU64(b[:])), uint32(getU64(b[:])>>32))
		}
	case kUname:
		var u [abi.UtsnameSize]byte
		if tr.t.copyIn(v, u[:]) == 0 {
			return fmt.Sprintf("{sysname=%q, nodename=%q, ...}", cstr(u[:65]), cstr(u[65:130]))
		}
	case kStat:
		n := abi.StatSize(tr.t.p.abi)
		if read(n) {
			return statText(tr.t.p.abi, b[:n])
		}
	case kPoll, kPollOut:
		return tr.pollfds(v, next, k == kPollOut)
	}
	return fmt.Sprintf("%#x", v)
}

func cstr(b []byte) string {
	for i, c := range b {
		if c == 0 {
			return string(b[:i])
		}
	}
	return string(b)
}

// statText shows the two fields of struct stat that strace(1) shows.
func statText(a abi.Arch, b []byte) string {
	at := 16
	if a == abi.X64 {
		at = 24
	}
	mode := uint32(getU64(b[at : at+8]))
	typ := map[uint32]string{abi.S_IFREG: "S_IFREG", abi.S_IFDIR: "S_IFDIR", abi.S_IFCHR: "S_IFCHR", abi.S_IFBLK: "S_IFBLK",
		abi.S_IFIFO: "S_IFIFO", abi.S_IFLNK: "S_IFLNK", abi.S_IFSOCK: "S_IFSOCK"}[mode&abi.S_IFMT]
	return fmt.Sprintf("{st_mode=%s|%#o, st_size=%d, ...}", typ, mode&^abi.S_IFMT, getU64(b[48:]))
}

func limit(v uint64) string {
	switch {
	case v == abi.RLIM_INFINITY:
		return "RLIM64_INFINITY"
	case v > 1024 && v%1024 == 0:
		return fmt.Sprintf("%d*1024", v/1024)
	}
	return strconv.FormatUint(v, 10)
}

// sigset writes a signal set as strace does: names without SIG, "~" for one mostly full.
func sigset(v uint64) string {
	pre := ""
	if v == ^uint64(0) {
		return "~[]"
	}
	if v>>32 == 1<<32-1 {
		pre, v = "~", ^v
	}
	var l []string
	for s := abi.Signal(1); s <= abi.NSIG; s++ {
		if v&(1<<(s-1)) != 0 {
			l = append(l, strings.TrimPrefix(s.String(), "SIG"))
		}
	}
	return pre + "[" + strings.Join(l, " ") + "]"
}

// path writes a string argument.
func (tr *tracer) path(a uint64) string {
	if a == 0 {
		return "NULL"
	}
	s, e := tr.t.readString(a, abi.PATH_MAX, abi.ENAMETOOLONG)
	if e != 0 {
		return fmt.Sprintf("%#x", a)
	}
	return quote([]byte(s))
}

// bytes writes n bytes at a, the first maxString of them.
func (tr *tracer) bytes(a, n uint64) string {
	b := make([]byte, min(n, maxString))
	if tr.t.copyIn(a, b) != 0 {
		return hexArg(a)
	}
	s := quote(b)
	if n > maxString {
		s += "..."
	}
	return s
}

// quote writes bytes as a C string, strace's way: octal escapes for what is not printable.
func quote(b []byte) string {
	var s strings.Builder
	s.WriteByte('"')
	for i, c := range b {
		switch {
		case c == '"' || c == '\\':
			s.WriteByte('\\')
			s.WriteByte(c)
		case c >= ' ' && c < 0x7f:
			s.WriteByte(c)
		case c >= '\t' && c <= '\r':
			s.WriteString([]string{`\t`, `\n`, `\v`, `\f`, `\r`}[c-'\t'])
		case i+1 < len(b) && b[i+1] >= '0' && b[i+1] <= '7':
			fmt.Fprintf(&s, `\%03o`, c)
		default:
			fmt.Fprintf(&s, `\%o`, c)
		}
	}
	s.WriteByte('"')
	return s.String()
}

// iovec writes an iovec array; total bounds the bytes shown.
func (tr *tracer) iovec(a, n, total uint64) string {
	if n > 16 {
		return hexArg(a)
	}
	raw := make([]byte, n*abi.IovecSize)
	if tr.t.copyIn(a, raw) != 0 {
		return hexArg(a)
	}
	var l []string
	for i := range n {
		v := abi.DecodeIovec(raw[i*abi.IovecSize:])
		k := min(v.Len, total)
		total -= k
		l = append(l, fmt.Sprintf("{iov_base=%s, iov_len=%d}", tr.bytes(v.Base, k), v.Len))
	}
	return "[" + strings.Join(l, ", ") + "]"
}

// pollfds writes a pollfd array, before or after the call.
func (tr *tracer) pollfds(a, n uint64, after bool) string {
	if n > 32 {
		return hexArg(a)
	}
	raw := make([]byte, n*abi.PollFdSize)
	if tr.t.copyIn(a, raw) != 0 {
		return hexArg(a)
	}
	var l []string
	for i := range n {
		p := abi.DecodePollFd(raw[i*abi.PollFdSize:])
		s := fmt.Sprintf("{fd=%d, events=%s", p.FD, pollBits.name(uint64(uint16(p.Events))))
		if after {
			s += ", revents=" + pollBits.name(uint64(uint16(p.Revents)))
		}
		l = append(l, s+"}")
	}
	return "[" + strings.Join(l, ", ") + "]"
}

// traceExit writes strace's last line.
func (p *Process) traceExit() {
	if x := p.exit.Load(); p.cfg.Strace != nil && x != nil && x.Signal == 0 {
		p.out.Lock()
		defer p.out.Unlock()
		fmt.Fprintf(p.cfg.Strace, "+++ exited with %d +++\n", x.Code)
	}
}
