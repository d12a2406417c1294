package abi

// Sigaction is struct kernel_sigaction, rt_sigaction(2), the same on both guests (AArch64
// has the restorer field too).
type Sigaction struct {
	Handler, Flags, Restorer, Mask uint64
}

// SigactionSize is the size of struct kernel_sigaction, in bytes.
const SigactionSize = 32

// SigsetSize is the size of the kernel's sigset_t, in bytes.
const SigsetSize = 8

// Encode writes s to b[:SigactionSize].
func (s Sigaction) Encode(b []byte) {
	for i, v := range []uint64{s.Handler, s.Flags, s.Restorer, s.Mask} {
		le.PutUint64(b[8*i:], v)
	}
}

// DecodeSigaction reads a Sigaction from b[:SigactionSize].
func DecodeSigaction(b []byte) Sigaction {
	return Sigaction{le.Uint64(b), le.Uint64(b[8:]), le.Uint64(b[16:]), le.Uint64(b[24:])}
}

// Sigaltstack is stack_t, sigaltstack(2).
type Sigaltstack struct {
	SP    uint64
	Flags uint32
	Size  uint64
}

// SigaltstackSize is the size of stack_t, in bytes.
const SigaltstackSize = 24

// Encode writes s to b[:SigaltstackSize].
func (s Sigaltstack) Encode(b []byte) {
	le.PutUint64(b, s.SP)
	le.PutUint64(b[8:], uint64(s.Flags))
	le.PutUint64(b[16:], s.Size)
}

// DecodeSigaltstack reads a Sigaltstack from b[:SigaltstackSize].
func DecodeSigaltstack(b []byte) Sigaltstack {
	return Sigaltstack{le.Uint64(b), le.Uint32(b[8:]), le.Uint64(b[16:])}
}

// Siginfo is siginfo_t, sigaction(2): three numbers and a union that Code says how to read.
// The methods whose names begin with Set fill the union's forms; it is the guest's bytes, so
// that what rt_sigqueueinfo(2) queues arrives as it was.
type Siginfo struct {
	Signo, Errno, Code int32
	Union              [112]byte // from offset 16 on
}

// SiginfoSize is the size of siginfo_t, in bytes.
const SiginfoSize = 128

// Encode writes s to b[:SiginfoSize].
func (s *Siginfo) Encode(b []byte) {
	le.PutUint32(b[0:], uint32(s.Signo))
	le.PutUint32(b[4:], uint32(s.Errno))
	le.PutUint32(b[8:], uint32(s.Code))
	le.PutUint32(b[12:], 0)
	copy(b[16:SiginfoSize], s.Union[:])
}

// DecodeSiginfo reads a Siginfo from b[:SiginfoSize].
func DecodeSiginfo(b []byte) Siginfo {
	s := Siginfo{Signo: int32(le.Uint32(b)), Errno: int32(le.Uint32(b[4:])), Code: int32(le.Uint32(b[8:]))}
	copy(s.Union[:], b[16:SiginfoSize])
	return s
}

// SetUser fills the form of kill(2): sender's process and user.
func (s *Siginfo) SetUser(pid, uid int) {
	le.PutUint32(s.Union[0:], uint32(pid))
	le.PutUint32(s.Union[4:], uint32(uid))
}

// SetValue sets si_value of sigqueue(3), mq_notify(3) and timers.
func (s *Siginfo) SetValue(v uint64) { le.PutUint64(s.Union[8:], v) }

// SetTimer fills the form of timer_create(2): si_timerid, si_overrun and si_value.
func (s *Siginfo) SetTimer(id, overrun int32, value uint64) {
	le.PutUint32(s.Union[0:], uint32(id))
	le.PutUint32(s.Union[4:], uint32(overrun))
	s.SetValue(value)
}

// SetFault sets si_addr.
func (s *Siginfo) SetFault(addr uint64) { le.PutUint64(s.Union[0:], addr) }

// PID, UID, Value, Addr, TimerID and Overrun read the union's forms.
func (s *Siginfo) PID() int32     { return int32(le.Uint32(s.Union[0:])) }
func (s *Siginfo) UID() uint32    { return le.Uint32(s.Union[4:]) }
func (s *Siginfo) Value() uint64  { return le.Uint64(s.Union[8:]) }
func (s *Siginfo) Addr() uint64   { return le.Uint64(s.Union[0:]) }
func (s *Siginfo) TimerID() int32 { return int32(le.Uint32(s.Union[0:])) }
func (s *Siginfo) Overrun() int32 { return int32(le.Uint32(s.Union[4:])) }

// SiginfoForm says which form of the union is filled.
type SiginfoForm uint8

// Forms of siginfo_t's union, sigaction(2).
const (
	FormUser  SiginfoForm = iota // pid, uid
	FormTimer                    // timerid, overrun, value
	FormPoll                     // band, fd
	FormFault                    // addr
	FormChild                    // pid, uid, status, times
	FormRT                       // pid, uid, value
	FormSys                      // call_addr, syscall, arch
)

// Form tells the union's form by signal and code, as the kernel's siginfo_layout.
func (s *Siginfo) Form() SiginfoForm {
	switch c := s.Code; {
	case c == SI_TIMER:
		return FormTimer
	case c == SI_SIGIO:
		return FormPoll
	case c < 0 && c != SI_TKILL:
		return FormRT
	case c <= 0 || c >= SI_KERNEL:
		return FormUser
	}
	switch Signal(s.Signo) {
	case SIGILL, SIGFPE, SIGSEGV, SIGBUS, SIGTRAP:
		return FormFault
	case SIGCHLD:
		return FormChild
	case SIGIO:
		return FormPoll
	case SIGSYS:
		return FormSys
	}
	return FormUser
}

// SignalfdSize is the size of struct signalfd_siginfo, in bytes.
const SignalfdSize = 128

// EncodeSignalfd writes s to b[:SignalfdSize] as struct signalfd_siginfo, signalfd(2).
func (s *Siginfo) EncodeSignalfd(b []byte) {
	clear(b[:SignalfdSize])
	le.PutUint32(b[0:], uint32(s.Signo))
	le.PutUint32(b[4:], uint32(s.Errno))
	le.PutUint32(b[8:], uint32(s.Code))
	u := s.Union[:]
	switch s.Form() {
	case FormUser:
		copy(b[12:20], u)
	case FormRT:
		copy(b[12:20], u)
		copy(b[44:48], u[8:]) // ssi_int
		copy(b[48:56], u[8:]) // ssi_ptr
	case FormTimer:
		copy(b[24:28], u)
		copy(b[32:36], u[4:])
		copy(b[44:48], u[8:])
		copy(b[48:56], u[8:])
	case FormPoll:
		copy(b[28:32], u)
		copy(b[20:24], u[8:])
	case FormFault:
		copy(b[72:80], u)
	case FormChild:
		copy(b[12:20], u)
		copy(b[40:44], u[8:])
		copy(b[56:64], u[16:])
		copy(b[64:72], u[24:])
	case FormSys:
		copy(b[88:96], u)
		copy(b[84:88], u[8:])
		copy(b[96:100], u[12:])
	}
}

// Sigevent is struct sigevent, timer_create(2).
type Sigevent struct {
	Value         uint64
	Signo, Notify int32
	TID           int32 // SIGEV_THREAD_ID
}

// SigeventSize is the size of struct sigevent, in bytes.
const SigeventSize = 64

// DecodeSigevent reads a Sigevent from b[:SigeventSize].
func DecodeSigevent(b []byte) Sigevent {
	return Sigevent{le.Uint64(b), int32(le.Uint32(b[8:])), int32(le.Uint32(b[12:])), int32(le.Uint32(b[16:]))}
}

// Itimerspec is struct itimerspec, timer_settime(2); struct itimerval has the same layout with
// microseconds in Nsec.
type Itimerspec struct{ Interval, Value Timespec }

// ItimerspecSize is the size of struct itimerspec, in bytes.
const ItimerspecSize = 32

// Encode writes t to b[:ItimerspecSize].
func (t Itimerspec) Encode(b []byte) {
	t.Interval.Encode(b)
	t.Value.Encode(b[16:])
}

// DecodeItimerspec reads an Itimerspec from b[:ItimerspecSize].
func DecodeItimerspec(b []byte) Itimerspec {
	return Itimerspec{DecodeTimespec(b), DecodeTimespec(b[16:])}
}
