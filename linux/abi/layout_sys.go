package abi

// Utsname is struct new_utsname, uname(2): six fields of 65 bytes.
type Utsname struct {
	Sysname, Nodename, Release, Version, Machine, Domainname string
}

// UtsnameSize is the size of struct new_utsname, in bytes.
const UtsnameSize = 6 * 65

// Encode writes u to b[:UtsnameSize]; longer strings are cut to 64 bytes.
func (u *Utsname) Encode(b []byte) {
	clear(b[:UtsnameSize])
	for i, s := range []string{u.Sysname, u.Nodename, u.Release, u.Version, u.Machine, u.Domainname} {
		copy(b[65*i:65*i+64], s)
	}
}

// Rlimit is struct rlimit64: soft and hard limit.
type Rlimit struct{ Cur, Max uint64 }

// RlimitSize is the size of struct rlimit64, in bytes.
const RlimitSize = 16

// Encode writes r to b[:RlimitSize].
func (r Rlimit) Encode(b []byte) {
	le.PutUint64(b, r.Cur)
	le.PutUint64(b[8:], r.Max)
}

// DecodeRlimit reads an Rlimit from b[:RlimitSize].
func DecodeRlimit(b []byte) Rlimit { return Rlimit{le.Uint64(b), le.Uint64(b[8:])} }

// Winsize is struct winsize: terminal rows, columns and pixels.
type Winsize struct{ Row, Col, Xpixel, Ypixel uint16 }

// WinsizeSize is the size of struct winsize, in bytes.
const WinsizeSize = 8

// Encode writes w to b[:WinsizeSize].
func (w Winsize) Encode(b []byte) {
	for i, v := range []uint16{w.Row, w.Col, w.Xpixel, w.Ypixel} {
		le.PutUint16(b[2*i:], v)
	}
}

// DecodeWinsize reads a Winsize from b[:WinsizeSize].
func DecodeWinsize(b []byte) Winsize {
	return Winsize{le.Uint16(b), le.Uint16(b[2:]), le.Uint16(b[4:]), le.Uint16(b[6:])}
}

// Termios is the kernel's struct termios as TCGETS fills it (asm-generic/termbits.h): 19
// control characters and no speed words, unlike the C library's.
type Termios struct {
	Iflag, Oflag, Cflag, Lflag uint32
	Line                       uint8
	Cc                         [19]uint8
}

// TermiosSize is the size of the kernel's struct termios, in bytes.
const TermiosSize = 36

// Encode writes t to b[:TermiosSize].
func (t *Termios) Encode(b []byte) {
	for i, v := range []uint32{t.Iflag, t.Oflag, t.Cflag, t.Lflag} {
		le.PutUint32(b[4*i:], v)
	}
	b[16] = t.Line
	copy(b[17:TermiosSize], t.Cc[:])
}

// DecodeTermios reads a Termios from b[:TermiosSize].
func DecodeTermios(b []byte) Termios {
	t := Termios{Iflag: le.Uint32(b), Oflag: le.Uint32(b[4:]), Cflag: le.Uint32(b[8:]), Lflag: le.Uint32(b[12:]), Line: b[16]}
	copy(t.Cc[:], b[17:TermiosSize])
	return t
}

// Sysinfo is struct sysinfo, sysinfo(2).
type Sysinfo struct {
	Uptime                                                   int64
	Loads                                                    [3]uint64
	TotalRAM, FreeRAM, SharedRAM, BufferRAM, TotalSw, FreeSw uint64
	Procs                                                    uint16
	TotalHigh, FreeHigh                                      uint64
	Unit                                                     uint32
}

// SysinfoSize is the size of struct sysinfo, in bytes.
const SysinfoSize = 112

// Encode writes s to b[:SysinfoSize].
func (s *Sysinfo) Encode(b []byte) {
	clear(b[:SysinfoSize])
	for i, v := range []uint64{uint64(s.Uptime), s.Loads[0], s.Loads[1], s.Loads[2], s.TotalRAM,
		s.FreeRAM, s.SharedRAM, s.BufferRAM, s.TotalSw, s.FreeSw} {
		le.PutUint64(b[8*i:], v)
	}
	le.PutUint16(b[80:], s.Procs)
	le.PutUint64(b[88:], s.TotalHigh)
	le.PutUint64(b[96:], s.FreeHigh)
	le.PutUint32(b[104:], s.Unit)
}

// Rusage is struct rusage, getrusage(2). Times are seconds and microseconds.
type Rusage struct {
	Utime, Stime Timespec
	// Rest holds ru_maxrss, ixrss, idrss, isrss, minflt, majflt, nswap, inblock, oublock,
	// msgsnd, msgrcv, nsignals, nvcsw, nivcsw.
	Rest [14]int64
}

// RusageSize is the size of struct rusage, in bytes.
const RusageSize = 144

// Encode writes r to b[:RusageSize].
func (r *Rusage) Encode(b []byte) {
	r.Utime.Encode(b)
	r.Stime.Encode(b[16:])
	for i, v := range r.Rest {
		le.PutUint64(b[32+8*i:], uint64(v))
	}
}

// Tms is struct tms, times(2), in clock ticks.
type Tms struct{ Utime, Stime, Cutime, Cstime int64 }

// TmsSize is the size of struct tms, in bytes.
const TmsSize = 32

// Encode writes t to b[:TmsSize].
func (t Tms) Encode(b []byte) {
	for i, v := range []int64{t.Utime, t.Stime, t.Cutime, t.Cstime} {
		le.PutUint64(b[8*i:], uint64(v))
	}
}

// Auxv is one entry of the auxiliary vector, getauxval(3).
type Auxv struct{ Type, Value uint64 }

// AuxvSize is the size of one entry, in bytes.
const AuxvSize = 16

// Encode writes a to b[:AuxvSize].
func (a Auxv) Encode(b []byte) {
	le.PutUint64(b, a.Type)
	le.PutUint64(b[8:], a.Value)
}
