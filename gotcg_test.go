package gotcg_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg"
)

const base = 0x10000

// newMachine makes a machine with code at base and a page of stack below.
func newMachine(t testing.TB, cfg gotcg.Config, code ...byte) *gotcg.Machine {
	m, err := gotcg.New(cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, m.Close()) })
	require.NoError(t, m.Map(base, 0x1000, gotcg.R|gotcg.W|gotcg.X))
	require.NoError(t, m.Map(base-0x1000, 0x1000, gotcg.R|gotcg.W))
	require.NoError(t, m.WriteMem(base, code))
	require.NoError(t, m.SetReg("rsp", base))
	m.SetPC(base)
	return m
}

// accels are the executors this host has.
func accels(t testing.TB) []gotcg.Accel {
	m, err := gotcg.New(gotcg.Config{Accel: gotcg.JIT})
	if err != nil {
		return []gotcg.Accel{gotcg.Interp}
	}
	require.NoError(t, m.Close())
	return []gotcg.Accel{gotcg.JIT, gotcg.Interp}
}

// every runs f under each executor and memory mode.
func every(t *testing.T, f func(t *testing.T, cfg gotcg.Config)) {
	for _, a := range accels(t) {
		for _, mem := range []gotcg.MemMode{gotcg.Direct, gotcg.TLB} {
			t.Run(a.String()+"/"+mem.String(), func(t *testing.T) { f(t, gotcg.Config{Accel: a, Mem: mem, Verify: true}) })
		}
	}
}

var sum = []byte{
	0x31, 0xc0, // xor eax, eax
	0xb9, 0x64, 0, 0, 0, // mov ecx, 100
	0x01, 0xc8, // add eax, ecx
	0xff, 0xc9, // dec ecx
	0x75, 0xfa, // jnz -6
	0x0f, 0x05, // syscall
}

func TestRaise(t *testing.T) {
	every(t, func(t *testing.T, cfg gotcg.Config) {
		m := newMachine(t, cfg, sum...)
		x, err := m.Run(context.Background())
		require.NoError(t, err)
		require.Equal(t, gotcg.Raised, x.Kind)
		require.Equal(t, gotcg.Syscall, x.Exception.Kind)
		rax, err := m.Reg("rax")
		require.NoError(t, err)
		require.EqualValues(t, 5050, rax)
	})
}

func TestUntilAndLimit(t *testing.T) {
	every(t, func(t *testing.T, cfg gotcg.Config) {
		m := newMachine(t, cfg, sum...)
		x, err := m.Run(context.Background(), gotcg.Until(base+11))
		require.NoError(t, err)
		require.Equal(t, gotcg.UntilReached, x.Kind)
		require.EqualValues(t, base+11, x.PC)
		x, err = m.Run(context.Background(), gotcg.Limit(3*10))
		require.NoError(t, err)
		require.Equal(t, gotcg.LimitReached, x.Kind)
		require.EqualValues(t, base+11, x.PC, "ten times round the loop")
		rcx, _ := m.Reg("rcx")
		require.EqualValues(t, 89, rcx)
		x, err = m.Run(context.Background())
		require.NoError(t, err)
		require.Equal(t, gotcg.Raised, x.Kind)
		rax, _ := m.Reg("rax")
		require.EqualValues(t, 5050, rax)
	})
}

// TestCancel stops an endless loop by its context and by Stop, while the garbage collector runs.
func TestCancel(t *testing.T) {
	every(t, func(t *testing.T, cfg gotcg.Config) {
		m := newMachine(t, cfg, 0xeb, 0xfe) // jmp self
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		defer cancel()
		x, err := m.Run(ctx)
		require.NoError(t, err)
		require.Equal(t, gotcg.Stopped, x.Kind)

		var wg sync.WaitGroup
		wg.Go(func() {
			for range 3 {
				runtime.GC()
			}
			m.Stop()
		})
		x, err = m.Run(context.Background())
		require.NoError(t, err)
		require.Equal(t, gotcg.Stopped, x.Kind)
		wg.Wait()
	})
}

// TestTwoMachines runs machines of both kinds of executor and memory concurrently.
func TestTwoMachines(t *testing.T) {
	var wg sync.WaitGroup
	for i := range 8 {
		m := newMachine(t, gotcg.Config{Mem: []gotcg.MemMode{gotcg.Direct, gotcg.TLB}[i%2], Accel: accels(t)[i/4%len(accels(t))]}, sum...)
		wg.Go(func() {
			for range 50 {
				m.SetPC(base)
				x, err := m.Run(context.Background())
				rax, _ := m.Reg("rax")
				if err != nil || x.Kind != gotcg.Raised || rax != 5050 {
					t.Errorf("machine %d: %v, %v, rax %d", i, x, err, rax)
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestErrors(t *testing.T) {
	m := newMachine(t, gotcg.Config{}, 0x90)
	_, err := m.Reg("x0")
	require.EqualError(t, err, `gotcg: no register "x0" on x86-64`)
	require.Error(t, m.SetReg("pc", 1))
	require.Error(t, m.Map(1, 1, gotcg.R), "not a multiple of the page size")
	require.Error(t, m.ReadMem(0, make([]byte, 1)))
	require.Error(t, m.WriteMem(1<<50, make([]byte, 1)))
	for _, c := range []gotcg.Config{{Arch: 7}, {Accel: 7}, {Mem: 7}, {CodeSize: -1}, {InjectFlush: -1}, {AddressBits: 60}, {Opt: "x"}} {
		_, err = gotcg.New(c)
		require.ErrorContains(t, err, "gotcg: ")
	}
	require.Equal(t, "Arch(7)", gotcg.Arch(7).String())
	_, err = gotcg.New(gotcg.Config{LogItems: "nonsense"})
	require.ErrorContains(t, err, `"nonsense"`)
	_, err = gotcg.Load("gotcg_test.go", gotcg.Config{})
	require.ErrorContains(t, err, "gotcg_test.go")
	_, err = gotcg.Load("no such file", gotcg.Config{})
	require.ErrorContains(t, err, "no such file")
}

// Raw code in an empty machine: map it, set registers, run it, look at what it did.
func ExampleNew() {
	m, err := gotcg.New(gotcg.Config{Arch: gotcg.X86_64})
	if err != nil {
		panic(err)
	}
	defer m.Close()
	m.Map(0x1000, 0x1000, gotcg.R|gotcg.X)
	m.WriteMem(0x1000, []byte{
		0x48, 0x8d, 0x04, 0x3f, // lea rax, [rdi+rdi]
		0x0f, 0x05, // syscall
	})
	m.SetReg("rdi", 21)
	m.SetPC(0x1000)
	exit, err := m.Run(context.Background())
	if err != nil {
		panic(err)
	}
	rax, _ := m.Reg("rax")
	fmt.Println(exit.Exception.Kind, rax)
	// Output: syscall 42
}

// A fault is a value, with the precise state of the instruction that caused it.
func ExampleMachine_Run_fault() {
	m, err := gotcg.New(gotcg.Config{Arch: gotcg.AArch64})
	if err != nil {
		panic(err)
	}
	defer m.Close()
	m.Map(0x1000, 0x1000, gotcg.R|gotcg.X)
	m.WriteMem(0x1000, []byte{0x20, 0x00, 0x40, 0xf9}) // ldr x0, [x1]
	m.SetReg("x1", 0xdead0000)
	m.SetPC(0x1000)
	exit, err := m.Run(context.Background())
	fmt.Println(exit, err)
	// Output: read fault at address 0xdead0000, pc 0x1000 <nil>
}

// Until stops before an address, Limit after a number of instructions.
func ExampleUntil() {
	m, err := gotcg.New(gotcg.Config{})
	if err != nil {
		panic(err)
	}
	defer m.Close()
	m.Map(0x1000, 0x1000, gotcg.R|gotcg.X)
	m.WriteMem(0x1000, []byte{0xff, 0xc0, 0xeb, 0xfc}) // inc eax; jmp -4
	m.SetPC(0x1000)
	m.Run(context.Background(), gotcg.Limit(2001))
	rax, _ := m.Reg("rax")
	exit, _ := m.Run(context.Background(), gotcg.Until(0x1000))
	fmt.Println(rax, exit)
	// Output: 1001 until at pc 0x1000
}

// TestClosed: a machine that is closed touches neither its memory nor its code.
func TestClosed(t *testing.T) {
	for _, mem := range []gotcg.MemMode{gotcg.Direct, gotcg.TLB} {
		m := newMachine(t, gotcg.Config{Mem: mem}, sum...)
		_, err := m.Run(context.Background())
		require.NoError(t, err)
		h := m.HookInsns(0, 1<<20, func(*gotcg.CPU, uint64) {})
		require.NoError(t, m.Close())
		require.NoError(t, m.Close())
		_, err = m.Run(context.Background())
		const closed = "gotcg: the machine is closed"
		require.EqualError(t, err, closed)
		require.EqualError(t, m.Map(base, 4096, gotcg.R), closed)
		require.EqualError(t, m.Protect(base, 4096, gotcg.R), closed)
		require.EqualError(t, m.Unmap(base, 4096), closed)
		require.EqualError(t, m.MapMMIO(base, 4096, gotcg.R, nil), closed)
		require.EqualError(t, m.LoadPlugin("insn-count"), closed)
		require.EqualError(t, m.AddPlugin("x", nil), closed)
		require.Error(t, m.ReadMem(base, make([]byte, 1)))
		require.Error(t, m.WriteMem(base, make([]byte, 1)))
		h.Remove()
		m.HookMem(0, 1<<20, func(*gotcg.CPU, uint64, gotcg.Access) {}).Remove()
		m.Flush()
		m.Stop()
		require.False(t, m.Signal(15))
	}
}

// TestRegBytes: registers wider than 64 bits, of raw code.
func TestRegBytes(t *testing.T) {
	for arch, name := range map[gotcg.Arch]string{gotcg.X86_64: "xmm3", gotcg.AArch64: "v31"} {
		m, err := gotcg.New(gotcg.Config{Arch: arch})
		require.NoError(t, err)
		defer m.Close()
		require.Contains(t, m.RegNames(), name)
		v := []byte("0123456789abcdef")
		require.NoError(t, m.SetRegBytes(name, v))
		got, err := m.RegBytes(name)
		require.NoError(t, err)
		require.Equal(t, v, got)
		low, err := m.Reg(name)
		require.NoError(t, err)
		require.Equal(t, uint64(0x3736353433323130), low)
		require.EqualError(t, m.SetRegBytes(name, v[1:]), "gotcg: 15 bytes for register "+name+" of 16")
		require.NoError(t, m.SetReg(name, 1))
		got, _ = m.RegBytes(name)
		require.Equal(t, append([]byte{1}, make([]byte, 15)...), got)
	}
}

// TestFromHook: what a hook cannot do is an error, not a deadlock.
func TestFromHook(t *testing.T) {
	every(t, func(t *testing.T, cfg gotcg.Config) {
		m := newMachine(t, cfg, sum...)
		calls := 0
		m.HookInsns(base, base, func(*gotcg.CPU, uint64) {
			calls++
			_, err := m.Run(context.Background())
			require.EqualError(t, err, "gotcg: a Run of the machine is under way")
			require.Error(t, m.Close())
		})
		_, err := m.Run(context.Background())
		require.NoError(t, err)
		require.Equal(t, 1, calls)
		m.HookInsns(base, base, func(*gotcg.CPU, uint64) { panic("mine") })
		m.SetPC(base)
		require.PanicsWithValue(t, "mine", func() { _, _ = m.Run(context.Background()) })
		require.NoError(t, m.Close())
	})
}
