//go:build linux && amd64

package hostcount

import (
	"bufio"
	"context"
	"debug/elf"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/cpu"
	"golang.org/x/sys/unix"

	"github.com/gotcg/gotcg"
)

var update = flag.Bool("update", false, "rewrite testdata/executed.txt")

// Where a snippet's data and stack are, and the code it returns to.
const (
	data  = 0x100000
	stack = 0x200000
	home  = 0x300000
)

// count is the snippets' n.
const count = 24

// warm is how often a snippet runs before it is counted.
const warm = 200

// guest tells the guests apart.
type guest struct {
	name       string
	arch       gotcg.Arch
	args       [2]string
	sp, result string
	back       []byte // a system call
}

var guests = []guest{
	{"x64", gotcg.X86_64, [2]string{"rdi", "rsi"}, "rsp", "rax", []byte{0x0f, 0x05}},
	{"a64", gotcg.AArch64, [2]string{"x0", "x1"}, "sp", "x0", []byte{0x01, 0, 0, 0xd4}},
}

// snippet is a machine with the snippets in it, and where one of them begins.
type snippet struct {
	g     *guest
	m     *gotcg.Machine
	entry uint64
	n     uint64 // the second argument
}

// file returns the snippets' program for a guest, and their names in the order of the addresses.
func (g *guest) file() (*elf.File, []elf.Symbol, error) {
	f, err := elf.Open(filepath.Join("testdata", "snippets."+g.name))
	if err != nil {
		return nil, nil, err
	}
	all, err := f.Symbols()
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	all = slices.DeleteFunc(all, func(s elf.Symbol) bool {
		return elf.ST_TYPE(s.Info) != elf.STT_FUNC || elf.ST_BIND(s.Info) != elf.STB_GLOBAL
	})
	slices.SortFunc(all, func(a, b elf.Symbol) int { return int(a.Value) - int(b.Value) })
	return f, all, nil
}

func newSnippet(g *guest, name string, cfg gotcg.Config) (*snippet, error) {
	cfg.Arch = g.arch
	f, syms, err := g.file()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	i := slices.IndexFunc(syms, func(s elf.Symbol) bool { return s.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("no snippet %q", name)
	}
	m, err := gotcg.New(cfg)
	if err != nil {
		return nil, err
	}
	put := func(at uint64, b []byte, p gotcg.Perm) {
		lo := at &^ 0xfff
		err = errors.Join(err, m.Map(lo, (at+uint64(len(b))+0xfff)&^0xfff-lo, p), m.WriteMem(at, b))
	}
	for _, p := range f.Progs {
		if p.Type == elf.PT_LOAD && p.Filesz > 0 {
			b := make([]byte, p.Filesz)
			if _, e := p.ReadAt(b, 0); e != nil {
				return nil, e
			}
			put(p.Vaddr, b, gotcg.R|gotcg.X)
		}
	}
	put(home, g.back, gotcg.R|gotcg.X)
	put(data, make([]byte, 0x4000), gotcg.R|gotcg.W)
	put(stack-0x10000, make([]byte, 0x11000), gotcg.R|gotcg.W)
	return &snippet{g, m, syms[i].Value, count}, err
}

// call prepares and runs the snippet once, and returns what it returns.
func (s *snippet) call() (uint64, error) {
	if err := s.prepare(); err != nil {
		return 0, err
	}
	return s.run()
}

func (s *snippet) prepare() error {
	b := make([]byte, 4096)
	for i := range b {
		b[i] = byte(i + 1)
	}
	back := binary.LittleEndian.AppendUint64(nil, home)
	return errors.Join(s.m.WriteMem(data, b), s.m.WriteMem(stack-8, back), s.registers())
}

// registers sets what a function is called with; x86-64 has the return address in memory.
func (s *snippet) registers() (err error) {
	set := func(name string, v uint64) { err = errors.Join(err, s.m.SetReg(name, v)) }
	set(s.g.sp, stack)
	if s.g.arch == gotcg.X86_64 {
		set(s.g.sp, stack-8)
	} else {
		set("x30", home)
	}
	set(s.g.args[0], data)
	set(s.g.args[1], s.n)
	s.m.SetPC(s.entry)
	return err
}

func (s *snippet) run() (uint64, error) {
	x, err := s.m.Run(context.Background())
	if err != nil {
		return 0, err
	}
	if x.Kind != gotcg.Raised || x.Exception.Kind != gotcg.Syscall {
		return 0, fmt.Errorf("the snippet ended with %v", x)
	}
	return s.m.Reg(s.g.result)
}

// TestMain is also the process that is traced: it says where its code buffer is, waits, runs the snippet and exits.
func TestMain(m *testing.M) {
	what := strings.Fields(os.Getenv("HOSTCOUNT"))
	if len(what) == 0 {
		os.Exit(m.Run())
	}
	if err := traced(what); err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
}

func traced(what []string) error {
	runtime.LockOSThread()
	dir, err := os.MkdirTemp("", "hostcount")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	cfg := gotcg.Config{Accel: gotcg.JIT, PerfMap: filepath.Join(dir, "map")}
	tiers[what[2]](&cfg)
	g := &guests[slices.IndexFunc(guests, func(g guest) bool { return g.name == what[0] })]
	s, err := newSnippet(g, what[1], cfg)
	if err != nil {
		return err
	}
	for range warm {
		if _, err := s.call(); err != nil {
			return err
		}
	}
	text, err := os.ReadFile(cfg.PerfMap)
	if err != nil {
		return err
	}
	_ = os.RemoveAll(dir)
	if err := s.prepare(); err != nil {
		return err
	}
	fmt.Println(unix.Gettid(), strings.Fields(string(text))[0])
	var b [1]byte
	if _, _, e := unix.RawSyscall(unix.SYS_READ, 0, uintptr(unsafe.Pointer(&b[0])), 1); e != 0 {
		return e
	}
	if _, err := s.run(); err != nil {
		return err
	}
	unix.Exit(0)
	return nil
}

// tiers are the configurations that are counted, by name.
var tiers = map[string]func(*gotcg.Config){
	"tier1": func(c *gotcg.Config) { c.Tier2 = -1 },
	"tier2": func(c *gotcg.Config) { c.Tier2 = 20 },
}

// bufferSize is the size of the code buffer.
const bufferSize = 64 << 20

// errTrace: this host does not let a process be traced.
var errTrace = errors.New("no tracing here")

// hostInsns returns how many host instructions of generated code a call of a snippet executes when it is warm.
func hostInsns(t *testing.T, g *guest, name, tier string) (int, error) {
	exe, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), "HOSTCOUNT="+g.name+" "+name+" "+tier, "GOGC=off", "GODEBUG=asyncpreemptoff=1")
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	var tid int
	var base uint64
	_, err = fmt.Sscanf(line, "%d %x", &tid, &base)
	require.NoError(t, err, line)

	runtime.LockOSThread() // the tracer is a thread
	defer runtime.UnlockOSThread()
	tr := tracer{tid: tid, lo: base, hi: base + bufferSize}
	if err := unix.PtraceSeize(tid); err != nil {
		return 0, fmt.Errorf("%w: %w", errTrace, err)
	}
	if err := errors.Join(unix.PtraceInterrupt(tid), tr.wait()); err != nil {
		return 0, err
	}
	_, err = in.Write([]byte{0})
	require.NoError(t, err)
	return tr.count()
}

// callSite is the address of the call of generated code in this program, 0 until a tracer has found it.
var callSite uint64

// tracer counts what a thread executes between lo and hi.
type tracer struct {
	tid    int
	lo, hi uint64
	ws     unix.WaitStatus
	regs   unix.PtraceRegs
}

// wait waits for the thread's next stop, and reads its registers.
func (t *tracer) wait() error {
	for {
		_, err := unix.Wait4(t.tid, &t.ws, unix.WALL, nil)
		switch {
		case err == unix.EINTR:
		case err != nil || !t.ws.Stopped():
			return err
		default:
			return unix.PtraceGetRegs(t.tid, &t.regs)
		}
	}
}

// resume lets the thread go on, for one instruction or without end, with the signal it stopped for.
func (t *tracer) resume(how uintptr) error {
	sig := t.ws.StopSignal()
	if sig == unix.SIGTRAP || t.ws.TrapCause() != -1 {
		sig = 0
	}
	if _, _, e := unix.RawSyscall6(unix.SYS_PTRACE, how, uintptr(t.tid), 0, uintptr(sig), 0, 0); e != 0 {
		return e
	}
	return t.wait()
}

func (t *tracer) inside() bool { return t.ws.Stopped() && t.regs.Rip >= t.lo && t.regs.Rip < t.hi }

// count takes the thread to its end and returns how many instructions it executes inside. Outside it takes single steps
// only to find the call that leads inside, which is at the same place in every process.
func (t *tracer) count() (n int, err error) {
	var call [1]byte
	for err == nil && t.ws.Stopped() {
		from := t.regs.Rip
		switch {
		case t.inside():
			n++
			err = t.resume(unix.PTRACE_SINGLESTEP)
		case callSite == 0:
			if err = t.resume(unix.PTRACE_SINGLESTEP); t.inside() {
				callSite = from
			}
		default:
			if _, err = unix.PtracePeekText(t.tid, uintptr(callSite), call[:]); err != nil {
				break
			}
			if _, err = unix.PtracePokeText(t.tid, uintptr(callSite), []byte{0xcc}); err != nil { // int3
				break
			}
			if err = t.resume(unix.PTRACE_CONT); err != nil || !t.ws.Stopped() {
				break
			}
			if _, err = unix.PtracePokeText(t.tid, uintptr(callSite), call[:]); err != nil {
				break
			}
			if t.regs.Rip == callSite+1 && t.ws.StopSignal() == unix.SIGTRAP {
				t.regs.Rip--
				if err = unix.PtraceSetRegs(t.tid, &t.regs); err == nil {
					err = t.resume(unix.PTRACE_SINGLESTEP)
				}
			}
		}
	}
	if err == nil && t.ws.ExitStatus() != 0 {
		err = fmt.Errorf("the traced process ended with status %#x", uint32(t.ws))
	}
	return n, err
}

// guestInsns returns how many guest instructions the call takes, and what it returns.
func guestInsns(t *testing.T, g *guest, name string, accel gotcg.Accel) (insns, result uint64) {
	s, err := newSnippet(g, name, gotcg.Config{Accel: accel, Count: true})
	require.NoError(t, err)
	result, err = s.call()
	require.NoError(t, err)
	insns = s.m.Stats().Insns
	require.NoError(t, s.m.Close())
	return insns, result
}

const header = `# Host instructions executed by warm generated code for a call of a function of snippets.c, by a guest instruction:
# guest instructions, host instructions and the ratio for each guest and tier. See hostcount_test.go; rewritten with -update.
`

// TestExecuted compares what is executed with testdata/executed.txt.
func TestExecuted(t *testing.T) {
	if !cpu.X86.HasBMI1 || !cpu.X86.HasBMI2 {
		t.Skip("the recorded counts are of a host with BMI1 and BMI2")
	}
	names := []string{"tier1", "tier2"}
	var out strings.Builder
	out.WriteString(header)
	fmt.Fprintf(&out, "%-12s", "")
	for _, g := range guests {
		fmt.Fprintf(&out, " %6s", g.name)
		for _, tier := range names {
			fmt.Fprintf(&out, " %7s %6s", tier, "ratio")
		}
	}
	out.WriteByte('\n')
	_, syms, err := guests[0].file()
	require.NoError(t, err)
	for _, s := range syms {
		fmt.Fprintf(&out, "%-12s", s.Name)
		var first uint64
		for i := range guests {
			g := &guests[i]
			insns, result := guestInsns(t, g, s.Name, gotcg.JIT)
			again, same := guestInsns(t, g, s.Name, gotcg.Interp)
			require.Equal(t, insns, again, s.Name)
			require.Equal(t, result, same, s.Name)
			if i == 0 {
				first = result
			}
			require.Equal(t, first, result, s.Name)
			fmt.Fprintf(&out, " %6d", insns)
			for _, tier := range names {
				n, err := hostInsns(t, g, s.Name, tier)
				if errors.Is(err, errTrace) {
					t.Skip("the host does not let a process be traced (ptrace)")
				}
				require.NoError(t, err)
				fmt.Fprintf(&out, " %7d %6.2f", n, float64(n)/float64(insns))
			}
		}
		out.WriteByte('\n')
	}
	file := filepath.Join("testdata", "executed.txt")
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(out.String()), 0o666))
		return
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), out.String(), "if the change is meant: go test ./internal/hostcount -update")
}
