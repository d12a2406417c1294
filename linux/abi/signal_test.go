package abi

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// offsetOf finds where an encoder puts the bytes that set changes: the first byte that differs.
func offsetOf(t *testing.T, size int, zero, set func(b []byte)) int {
	a, b := make([]byte, size), make([]byte, size)
	zero(a)
	set(b)
	for i := range a {
		if a[i] != b[i] {
			return i
		}
	}
	t.Fatal("nothing changed")
	return 0
}

type offsetRow struct {
	expr string // a C constant expression
	want int
}

func signalRows(t *testing.T) (both, x64, a64 []offsetRow) {
	si := func(set func(*Siginfo)) int {
		return offsetOf(t, SiginfoSize, (&Siginfo{}).Encode, func(b []byte) { var s Siginfo; set(&s); s.Encode(b) })
	}
	fd := func(signo Signal, code int32, union int) int { // where byte union of the union lands in a signalfd_siginfo
		s := Siginfo{Signo: int32(signo), Code: code}
		return offsetOf(t, SignalfdSize, s.EncodeSignalfd, func(b []byte) { u := s; u.Union[union] = 1; u.EncodeSignalfd(b) })
	}
	both = []offsetRow{
		{"sizeof(siginfo_t)", SiginfoSize}, {"sizeof(stack_t)", SigaltstackSize}, {"sizeof(struct sigevent)", SigeventSize},
		{"sizeof(struct itimerspec)", ItimerspecSize}, {"sizeof(struct signalfd_siginfo)", SignalfdSize},
		{"offsetof(siginfo_t, si_errno)", si(func(s *Siginfo) { s.Errno = 1 })},
		{"offsetof(siginfo_t, si_code)", si(func(s *Siginfo) { s.Code = 1 })},
		{"offsetof(siginfo_t, si_pid)", si(func(s *Siginfo) { s.SetUser(1, 0) })},
		{"offsetof(siginfo_t, si_uid)", si(func(s *Siginfo) { s.SetUser(0, 1) })},
		{"offsetof(siginfo_t, si_value)", si(func(s *Siginfo) { s.SetValue(1) })},
		{"offsetof(siginfo_t, si_addr)", si(func(s *Siginfo) { s.SetFault(1) })},
		{"offsetof(siginfo_t, si_timerid)", si(func(s *Siginfo) { s.SetTimer(1, 0, 0) })},
		{"offsetof(siginfo_t, si_overrun)", si(func(s *Siginfo) { s.SetTimer(0, 1, 0) })},
		{"offsetof(struct signalfd_siginfo, ssi_pid)", fd(SIGUSR1, SI_USER, 0)},
		{"offsetof(struct signalfd_siginfo, ssi_uid)", fd(SIGUSR1, SI_TKILL, 4)},
		{"offsetof(struct signalfd_siginfo, ssi_int)", fd(SIGUSR1, SI_QUEUE, 8)},
		{"offsetof(struct signalfd_siginfo, ssi_ptr) + 4", fd(SIGUSR1, SI_QUEUE, 12)},
		{"offsetof(struct signalfd_siginfo, ssi_tid)", fd(SIGALRM, SI_TIMER, 0)},
		{"offsetof(struct signalfd_siginfo, ssi_overrun)", fd(SIGALRM, SI_TIMER, 4)},
		{"offsetof(struct signalfd_siginfo, ssi_addr)", fd(SIGSEGV, SEGV_MAPERR, 0)},
		{"offsetof(struct signalfd_siginfo, ssi_status)", fd(SIGCHLD, 1, 8)},
		{"offsetof(struct signalfd_siginfo, ssi_band)", fd(SIGIO, 1, 0)},
		{"offsetof(struct signalfd_siginfo, ssi_fd)", fd(SIGIO, 1, 8)},
		{"offsetof(ucontext_t, uc_flags)", UCFlags}, {"offsetof(ucontext_t, uc_stack)", UCStack},
		{"offsetof(struct sigevent, sigev_notify)", 12}, {"offsetof(struct sigevent, sigev_signo)", 8},
	}
	cx := func(set func(*SigcontextX64)) int {
		return offsetOf(t, UcontextX64Size, (&SigcontextX64{}).Encode, func(b []byte) { var s SigcontextX64; set(&s); s.Encode(b) })
	}
	greg := func(n string) string { return "offsetof(ucontext_t, uc_mcontext.gregs[REG_" + n + "])" }
	for i, n := range []string{"R8", "R9", "R10", "R11", "R12", "R13", "R14", "R15", "RDI", "RSI", "RBP", "RBX", "RDX", "RAX", "RCX", "RSP", "RIP"} {
		x64 = append(x64, offsetRow{greg(n), cx(func(s *SigcontextX64) { s.GPR[i] = 1 })})
	}
	fx := func(set func(*FXState)) int {
		return offsetOf(t, FXStateSize, (&FXState{}).Encode, func(b []byte) { var s FXState; set(&s); s.Encode(b) })
	}
	x64 = append(x64, []offsetRow{
		{greg("EFL"), cx(func(s *SigcontextX64) { s.Flags = 1 })},
		{greg("CSGSFS"), cx(func(s *SigcontextX64) { s.CS = 1 })},
		{greg("ERR"), cx(func(s *SigcontextX64) { s.Err = 1 })},
		{greg("TRAPNO"), cx(func(s *SigcontextX64) { s.Trapno = 1 })},
		{greg("OLDMASK"), cx(func(s *SigcontextX64) { s.Oldmask = 1 })},
		{greg("CR2"), cx(func(s *SigcontextX64) { s.CR2 = 1 })},
		{"offsetof(ucontext_t, uc_mcontext.fpregs)", cx(func(s *SigcontextX64) { s.Fpstate = 1 })},
		{"offsetof(ucontext_t, uc_sigmask)", UCMaskX64},
		{"sizeof(struct _libc_fpstate)", FXStateSize},
		{"offsetof(struct _libc_fpstate, swd)", fx(func(f *FXState) { f.FSW = 1 })},
		{"offsetof(struct _libc_fpstate, ftw)", fx(func(f *FXState) { f.FTW = 1 })},
		{"offsetof(struct _libc_fpstate, fop)", fx(func(f *FXState) { f.FOP = 1 })},
		{"offsetof(struct _libc_fpstate, rip)", fx(func(f *FXState) { f.FIP = 1 })},
		{"offsetof(struct _libc_fpstate, rdp)", fx(func(f *FXState) { f.FDP = 1 })},
		{"offsetof(struct _libc_fpstate, mxcsr)", fx(func(f *FXState) { f.MXCSR = 1 })},
		{"offsetof(struct _libc_fpstate, mxcr_mask)", fx(func(f *FXState) { f.MXCSRMask = 1 })},
		{"offsetof(struct _libc_fpstate, _st[1])", fx(func(f *FXState) { f.ST[1][0] = 1 })},
		{"offsetof(struct _libc_fpstate, _xmm[15])", fx(func(f *FXState) { f.XMM[15][0] = 1 })},
	}...)
	ca := func(set func(*SigcontextA64)) int {
		return offsetOf(t, UcontextA64Size, (&SigcontextA64{}).Encode, func(b []byte) { var s SigcontextA64; set(&s); s.Encode(b) })
	}
	a64 = []offsetRow{
		{"sizeof(ucontext_t)", UcontextA64Size},
		{"offsetof(ucontext_t, uc_sigmask)", UCMaskA64},
		{"offsetof(ucontext_t, uc_mcontext)", ucMctxA64},
		{"offsetof(ucontext_t, uc_mcontext.fault_address)", ca(func(s *SigcontextA64) { s.FaultAddress = 1 })},
		{"offsetof(ucontext_t, uc_mcontext.regs[30])", ca(func(s *SigcontextA64) { s.X[30] = 1 })},
		{"offsetof(ucontext_t, uc_mcontext.sp)", ca(func(s *SigcontextA64) { s.SP = 1 })},
		{"offsetof(ucontext_t, uc_mcontext.pc)", ca(func(s *SigcontextA64) { s.PC = 1 })},
		{"offsetof(ucontext_t, uc_mcontext.pstate)", ca(func(s *SigcontextA64) { s.Pstate = 1 })},
		{"offsetof(ucontext_t, uc_mcontext.__reserved)", A64Records},
		{"sizeof(struct fpsimd_context)", FpsimdContextSize}, {"sizeof(struct esr_context)", EsrContextSize},
		{"sizeof(struct extra_context)", ExtraContextSize}, {"FPSIMD_MAGIC", FPSIMD_MAGIC}, {"ESR_MAGIC", ESR_MAGIC},
		{"EXTRA_MAGIC", EXTRA_MAGIC}, {"offsetof(struct fpsimd_context, vregs)", 16}, {"offsetof(struct extra_context, size)", 16},
	}
	return both, x64, a64
}

// TestSignalOffsets compares the layouts with the C headers where a compiler for the guest is
// installed. The rows are also checked among themselves by TestSignalRoundTrips.
func TestSignalOffsets(t *testing.T) {
	both, x64, a64 := signalRows(t)
	for _, c := range []struct {
		name string
		rows []offsetRow
		cc   []string
	}{{"x64", x64, []string{"x86_64-linux-gnu-gcc", "gcc"}}, {"a64", a64, []string{"aarch64-linux-gnu-gcc"}}} {
		t.Run(c.name, func(t *testing.T) {
			var src bytes.Buffer
			src.WriteString("#define _GNU_SOURCE\n#include <stddef.h>\n#include <signal.h>\n#include <time.h>\n#include <ucontext.h>\n#include <sys/signalfd.h>\n")
			if c.name == "a64" {
				src.WriteString("#include <asm/sigcontext.h>\n")
			}
			for _, r := range append(both[:len(both):len(both)], c.rows...) {
				fmt.Fprintf(&src, "_Static_assert((%s) == %d, \"%s\");\n", r.expr, r.want, r.expr)
			}
			file := filepath.Join(t.TempDir(), "offsets.c")
			require.NoError(t, os.WriteFile(file, src.Bytes(), 0o644))
			for _, cc := range c.cc {
				m, err := exec.Command(cc, "-dumpmachine").Output()
				if err != nil || strings.HasPrefix(string(m), "x86_64") != (c.name == "x64") {
					continue
				}
				out, err := exec.Command(cc, "-fsyntax-only", file).CombinedOutput()
				require.NoError(t, err, "%s", out)
				return
			}
			t.Logf("no C compiler for %s: not compared", c.name)
		})
	}
}

func TestSignalRoundTrips(t *testing.T) {
	b := make([]byte, UcontextA64Size)
	si := Siginfo{Signo: 1, Errno: 2, Code: 3, Union: [112]byte{0: 4, 111: 5}}
	si.Encode(b)
	require.Equal(t, si, DecodeSiginfo(b))
	si.SetTimer(7, 8, 9)
	require.Equal(t, []any{int32(7), int32(8), uint64(9)}, []any{si.TimerID(), si.Overrun(), si.Value()})
	x := SigcontextX64{Flags: 1, CS: 2, GS: 3, FS: 4, SS: 5, Err: 6, Trapno: 7, Oldmask: 8, CR2: 9, Fpstate: 10}
	x.GPR[0], x.GPR[16] = 11, 12
	x.Encode(b)
	require.Equal(t, x, DecodeSigcontextX64(b))
	f := FXState{FCW: 1, FSW: 2, FOP: 3, FTW: 4, FIP: 5, FDP: 6, MXCSR: 7, MXCSRMask: 8}
	f.ST[7], f.XMM[15] = [10]byte{9: 1}, [16]byte{15: 2}
	f.Encode(b)
	require.Equal(t, f, DecodeFXState(b))
	a := SigcontextA64{FaultAddress: 1, SP: 2, PC: 3, Pstate: 4}
	a.X[0], a.X[30] = 5, 6
	a.Encode(b)
	require.Equal(t, a, DecodeSigcontextA64(b))
	v := FpsimdContext{FPSR: 1, FPCR: 2}
	v.V[31] = [16]byte{15: 3}
	v.Encode(b)
	require.Equal(t, v, DecodeFpsimdContext(b))
	it := Itimerspec{Timespec{1, 2}, Timespec{3, 4}}
	it.Encode(b)
	require.Equal(t, it, DecodeItimerspec(b))
}

func TestSiginfoForm(t *testing.T) {
	for _, r := range []struct {
		sig  Signal
		code int32
		want SiginfoForm
	}{
		{SIGUSR1, SI_USER, FormUser}, {SIGUSR1, SI_TKILL, FormUser}, {SIGUSR1, SI_QUEUE, FormRT}, {SIGALRM, SI_TIMER, FormTimer},
		{SIGSEGV, SEGV_MAPERR, FormFault}, {SIGSEGV, SI_KERNEL, FormUser}, {SIGIO, SI_SIGIO, FormPoll}, {SIGCHLD, 1, FormChild},
		{SIGSYS, 1, FormSys}, {SIGUSR1, 5, FormUser}, {SIGSEGV, SI_MESGQ, FormRT},
	} {
		require.Equal(t, r.want, (&Siginfo{Signo: int32(r.sig), Code: r.code}).Form(), "%v %d", r.sig, r.code)
	}
}
