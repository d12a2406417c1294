package hostcode

import (
	"bytes"
	"encoding/binary"
	"os"
	"os/signal"
	"runtime"
	"runtime/pprof"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/gotcg/gotcg/internal/execmem"
	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/stretchr/testify/require"
)

// machine is a code buffer with a vCPU header.
type machine struct {
	h   *backend.Header
	buf *execmem.Buffer
	mem []byte // guest memory
	off int
}

const faultStub = 0 // a RET: the fault is in the header

func newMachine(t testing.TB) *machine {
	buf, err := execmem.New(65536)
	require.NoError(t, err)
	mem, err := syscall.Mmap(-1, 0, 2*4096, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	require.NoError(t, err)
	require.NoError(t, syscall.Mprotect(mem[4096:], syscall.PROT_NONE))
	raw := make([]uint64, (int(backend.HeaderSize)+4096+64)/8)
	base := unsafe.Pointer(&raw[0])
	h := (*backend.Header)(unsafe.Add(base, -uintptr(base)&63))
	h.GuestFPEnv = 0x1f80
	h.GuestBase = uint64(uintptr(unsafe.Pointer(&mem[0])))
	m := &machine{h: h, buf: buf, mem: mem}
	m.code(0xc3)
	require.NoError(t, Register(buf, buf.Addr()+faultStub))
	t.Cleanup(func() {
		Unregister(buf)
		require.NoError(t, buf.Close())
		require.NoError(t, syscall.Munmap(mem))
		runtime.KeepAlive(raw)
	})
	return m
}

// code adds machine code and returns its host address.
func (m *machine) code(b ...byte) uintptr {
	at := m.off
	copy(m.buf.Write()[at:], b)
	m.off = (at + len(b) + 15) &^ 15
	return m.buf.Addr() + uintptr(at)
}

// busy adds a loop that polls the interrupt word.
func (m *machine) busy() uintptr {
	c := []byte{0x83, 0xbd, 0, 0, 0, 0, 0, 0x74, 0xf7, 0xc3} // cmp dword [rbp+off], 0; je back; ret
	off := backend.OffInterrupt - backend.StateBias
	binary.LittleEndian.PutUint32(c[2:], uint32(off))
	return m.code(c...)
}

// loop runs the busy loop until stop, and counts how often it was left.
func (m *machine) loop(stop *atomic.Bool) (left int) {
	at := m.busy()
	for !stop.Load() {
		atomic.StoreUint32(&m.h.Interrupt, 0)
		Enter(m.h, at)
		left++
	}
	return left
}

// halt makes loops end.
func halt(stop *atomic.Bool, ms ...*machine) {
	stop.Store(true)
	for range 50 {
		for _, m := range ms {
			atomic.StoreUint32(&m.h.Interrupt, 1)
		}
		time.Sleep(time.Millisecond)
	}
}

// within fails the test process if f hangs.
func within(t *testing.T, d time.Duration, f func()) {
	timer := time.AfterFunc(d, func() { panic(t.Name() + " hangs") })
	defer timer.Stop()
	f()
}

func TestEnter(t *testing.T) {
	findFSGSBase()
	for _, fast := range []bool{true, false} {
		if fast && !fsgsbase {
			continue
		}
		saved := fsgsbase
		fsgsbase = fast
		m := newMachine(t)
		m.h.GuestLimit = 0x123456789abc
		binary.LittleEndian.PutUint64(m.mem[16:], 0x1122334455667788)
		off := make([]byte, 4)
		put := func(o int32) []byte {
			binary.LittleEndian.PutUint32(off, uint32(o-backend.StateBias))
			return off
		}
		c := []byte{0xb8, 16, 0, 0, 0, 0x65, 0x48, 0x8b, 0x00} // mov eax, 16; mov rax, gs:[rax]
		c = append(append(c, 0x48, 0x89, 0x85), put(backend.OffRegs)...)
		c = append(append(c, 0x4c, 0x89, 0xb5), put(backend.OffRegs+8)...)  // mov [rbp+], r14
		c = append(append(c, 0x0f, 0xae, 0x9d), put(backend.OffRegs+16)...) // stmxcsr
		c = append(append(c, 0x0f, 0xae, 0x95), put(backend.OffRegs+24)...) // ldmxcsr
		// Clobber everything that Go could care about.
		c = append(c, 0x31, 0xdb, 0x4d, 0x31, 0xe4, 0x4d, 0x31, 0xed, 0x4d, 0x31, 0xf6, 0x4d, 0x31, 0xff,
			0x66, 0x45, 0x0f, 0x76, 0xff, 0xfd, 0xc3) // pcmpeqd xmm15, xmm15; std; ret
		m.h.GuestFPEnv = 0x7f80
		m.h.Regs[3] = 0x3fbf
		at := m.code(c...)
		Enter(m.h, at)
		require.Equal(t, uint64(0x1122334455667788), m.h.Regs[0])
		require.Equal(t, uint64(0x123456789abc), m.h.Regs[1])
		require.Equal(t, uint64(0x7f80), m.h.Regs[2])
		require.Equal(t, uint32(0x3fbf), m.h.GuestFPEnv)
		require.Equal(t, uint32(0x1f80), m.h.HostFPEnv&0xffc0)
		m.h.GuestFPEnv = 0x5f81
		Reenter(m.h, at)
		require.Equal(t, uint64(0x1122334455667788), m.h.Regs[0])
		require.Equal(t, uint64(0x5f81), m.h.Regs[2])
		if fsgsbase { // the code has not said that it changes the MXCSR: it is not read
			require.Equal(t, uint32(0x5f81), m.h.GuestFPEnv)
		}
		require.Equal(t, uint32(0x1f80), m.h.HostFPEnv&0xffc0)
		var zero [4]float64
		require.Equal(t, [4]float64{}, zero)
		one, three := 1.0, 3.0
		require.Equal(t, 0.3333333333333333, one/three)
		fsgsbase = saved
	}
}

func TestFaultsInCode(t *testing.T) {
	m := newMachine(t)
	at := m.code(0xb8, 0x08, 0x10, 0, 0, 0x65, 0x48, 0x8b, 0x00, 0x0f, 0x0b) // mov eax, 0x1008; load; ud2
	Enter(m.h, at)
	require.Equal(t, uint64(at)+5, m.h.FaultPC)
	require.Equal(t, m.h.GuestBase+0x1008, m.h.FaultAddr)
	require.Equal(t, uint64(syscall.SIGSEGV), m.h.FaultSig)

	at = m.code(0x31, 0xc9, 0xf7, 0xf1, 0x0f, 0x0b) // xor ecx, ecx; div ecx
	Enter(m.h, at)
	require.Equal(t, uint64(at)+2, m.h.FaultPC)
	require.Equal(t, uint64(syscall.SIGFPE), m.h.FaultSig)

	// A file that is cut short.
	f, err := os.CreateTemp(t.TempDir(), "f")
	require.NoError(t, err)
	defer f.Close()
	require.NoError(t, f.Truncate(4096))
	b, err := syscall.Mmap(int(f.Fd()), 0, 4096, syscall.PROT_READ, syscall.MAP_SHARED)
	require.NoError(t, err)
	defer syscall.Munmap(b)
	require.NoError(t, f.Truncate(0))
	m.h.GuestBase = uint64(uintptr(unsafe.Pointer(&b[0])))
	at = m.code(0x31, 0xc0, 0x65, 0x48, 0x8b, 0x00, 0x0f, 0x0b)
	Enter(m.h, at)
	require.Equal(t, uint64(at)+2, m.h.FaultPC)
	require.Equal(t, uint64(syscall.SIGBUS), m.h.FaultSig)
}

func TestGCDuringBusyLoop(t *testing.T) {
	m := newMachine(t)
	var stop atomic.Bool
	done := make(chan int)
	go func() { done <- m.loop(&stop) }()
	time.Sleep(time.Millisecond)
	within(t, 20*time.Second, func() {
		for range 20 {
			runtime.GC()
		}
	})
	halt(&stop, m)
	require.Positive(t, <-done)
}

func TestProfileDuringBusyLoop(t *testing.T) {
	m := newMachine(t)
	var stop atomic.Bool
	done := make(chan int)
	var prof bytes.Buffer
	require.NoError(t, pprof.StartCPUProfile(&prof))
	go func() { done <- m.loop(&stop) }()
	within(t, 20*time.Second, func() {
		for end := time.Now().Add(300 * time.Millisecond); time.Now().Before(end); {
			runtime.GC()
		}
	})
	halt(&stop, m)
	<-done
	pprof.StopCPUProfile()
	require.Greater(t, prof.Len(), 100)
}

func TestGoFaultsAndSignalsStillWork(t *testing.T) {
	m := newMachine(t)
	var stop atomic.Bool
	done := make(chan int)
	go func() { done <- m.loop(&stop) }()
	ch := make(chan os.Signal, 100)
	signal.Notify(ch, syscall.SIGUSR1, syscall.SIGURG)
	defer signal.Stop(ch)
	within(t, 20*time.Second, func() {
		for range 100 {
			require.Panics(t, func() {
				var p *[16]int
				p[3] = 1
			})
			require.Panics(t, func() {
				zero := 0
				_ = 1 / zero
			})
		}
		require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGUSR1))
		for s := range ch {
			if s == syscall.SIGUSR1 {
				break
			}
		}
	})
	halt(&stop, m)
	<-done
}

// A fault sent by somebody is not a fault of the code, even while a thread is in it.
func TestSentFaultGoesToGo(t *testing.T) {
	m := newMachine(t)
	var stop atomic.Bool
	done := make(chan int)
	go func() { done <- m.loop(&stop) }()
	ch := make(chan os.Signal, 10)
	signal.Notify(ch, syscall.SIGSEGV)
	defer signal.Stop(ch)
	within(t, 20*time.Second, func() {
		for range 5 {
			require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGSEGV))
			require.Equal(t, syscall.SIGSEGV, <-ch)
		}
	})
	halt(&stop, m)
	<-done
	require.Zero(t, m.h.FaultSig)
}

func TestManyMachines(t *testing.T) {
	var stop atomic.Bool
	var wg sync.WaitGroup
	var ms []*machine
	for i := range 8 {
		m := newMachine(t)
		ms = append(ms, m)
		wg.Go(func() {
			busy := m.busy()
			addr := uint32(0x1000 + i*8)
			c := []byte{0xb8, 0, 0, 0, 0, 0x65, 0x48, 0x8b, 0x00, 0x0f, 0x0b}
			binary.LittleEndian.PutUint32(c[1:], addr)
			at := m.code(c...)
			for n := 0; !stop.Load(); n++ {
				m.h.FaultPC, m.h.FaultAddr = 0, 0
				Enter(m.h, at)
				if m.h.FaultPC != uint64(at)+5 || m.h.FaultAddr != m.h.GuestBase+uint64(addr) {
					t.Errorf("machine %d: fault at %#x address %#x", i, m.h.FaultPC, m.h.FaultAddr)
					return
				}
				if n%1000 == 0 {
					atomic.StoreUint32(&m.h.Interrupt, 0)
					Enter(m.h, busy)
				}
			}
		})
	}
	within(t, 30*time.Second, func() {
		for end := time.Now().Add(300 * time.Millisecond); time.Now().Before(end); {
			runtime.GC()
		}
		halt(&stop, ms...)
		wg.Wait()
	})
}

func BenchmarkEnter(b *testing.B) {
	m := newMachine(b)
	at := m.code(0xc3)
	for b.Loop() {
		Enter(m.h, at)
	}
}

func BenchmarkFault(b *testing.B) {
	m := newMachine(b)
	at := m.code(0xb8, 0x08, 0x10, 0, 0, 0x65, 0x48, 0x8b, 0x00)
	for b.Loop() {
		Enter(m.h, at)
	}
}
