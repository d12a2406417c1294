//go:build linux

package linux

import (
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/linux/abi"
	"github.com/gotcg/gotcg/softmmu"
)

// fuzzSpared are the calls that would end the guest or its threads, or that go to the disks of the whole host.
var fuzzSpared = []string{"exit", "exit_group", "clone", "clone3", "sync", "syncfs"}

// fuzzSmall are the calls whose sizes are kept small, since the host does as it is told: a fallocate fills the disk.
var fuzzSmall = []string{"fallocate", "sendfile", "copy_file_range", "splice", "mknod", "mknodat", "socket", "socketpair", "sync_file_range"}

// fuzzer makes up system calls.
type fuzzer struct {
	*rand.Rand
	arch  abi.Arch
	paths []uint64 // addresses of path names
}

// value returns an argument: a number at an edge, an address, a descriptor, a path, or a mixture.
func (f *fuzzer) value() uint64 {
	edges := [...]uint64{0, 1, 2, 3, 7, 8, 16, 64, 4095, 4096, 4097, 1 << 16, 1 << 20, 1<<31 - 1, 1 << 31, 1<<32 - 1, 1 << 32, 1 << 46, userEnd - 4096, userEnd,
		1 << 47, 1 << 52, 1 << 62, 1<<63 - 1, 1 << 63, ^uint64(0), ^uint64(4095), ^uint64(99), 0x400000, 0x401000, 0x403000, 0x40000000}
	switch f.IntN(8) {
	case 0, 1:
		return edges[f.IntN(len(edges))]
	case 2:
		return uint64(f.IntN(24)) // a descriptor, or a small number
	case 3:
		return scratch + uint64(f.IntN(1<<16))
	case 4:
		return scratch + uint64(f.IntN(64))<<12
	case 5:
		return f.paths[f.IntN(len(f.paths))]
	case 6:
		return 1 << f.IntN(64)
	}
	return edges[f.IntN(len(edges))] + uint64(f.IntN(3)) - 1
}

// call makes up a call.
func (f *fuzzer) call() (nr uint64, a Args) {
	nr = uint64(f.IntN(f.arch.SyscallCount() + 8))
	name := f.arch.SyscallName(nr)
	if slices.Contains(fuzzSpared, name) {
		return f.call()
	}
	for i := range a {
		a[i] = f.value()
		if slices.Contains(fuzzSmall, name) && a[i]-scratch > 1<<20 {
			a[i] &= 0xfff
		}
	}
	switch name { // no devices, no FIFOs, whose open waits in the host, and no sockets but local ones
	case "socket", "socketpair":
		a[0] = 1
	case "mknod":
		a[1] = a[1]&0o777 | 0o100000
	case "mknodat":
		a[2] = a[2]&0o777 | 0o100000
	}
	return nr, a
}

// TestFuzzSyscalls makes random system calls on four threads at once: gotcg neither panics nor hangs, and the guest's calls still work after
// it. GOTCG_FUZZ_SYSCALLS is how many calls each thread makes, GOTCG_FUZZ_SEED the first seed.
func TestFuzzSyscalls(t *testing.T) {
	number := func(name string, otherwise int) int {
		if v, err := strconv.Atoi(os.Getenv(name)); err == nil {
			return v
		}
		return otherwise
	}
	calls, seed := number("GOTCG_FUZZ_SYSCALLS", 3000), uint64(number("GOTCG_FUZZ_SEED", 1))
	for _, a := range []abi.Arch{abi.X64, abi.A64} {
		for _, m := range []softmmu.Mode{softmmu.Auto, softmmu.TLB} {
			t.Run(a.String()+"/"+m.String(), func(t *testing.T) {
				null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
				require.NoError(t, err)
				defer null.Close()
				g := newGuest(t, a, m, Config{Sysroot: t.TempDir(), Stdin: null, Stdout: null, Stderr: null})
				fuzzGuest(g, seed, calls)
			})
		}
	}
}

func fuzzGuest(g *guest, seed uint64, calls int) {
	var paths []uint64
	for _, s := range []string{"/", ".", "a", "b", "/d/../../a", "/proc/self/fd/3", "/proc/self/mem", "/proc/self/maps", "/dev/fd/4", "", "c/d"} {
		paths = append(paths, g.str(s))
	}
	stop, over := make(chan struct{}), make(chan struct{})
	go func() { // waits end
		defer close(over)
		for {
			select {
			case <-stop:
				return
			case <-time.After(time.Millisecond):
				g.p.Interrupt()
			}
		}
	}()
	var all sync.WaitGroup
	for i := range uint64(4) {
		t, err := g.p.newTask(&fakeCPU{arch: g.cpu.arch, regs: map[int]uint64{1: scratch + 0x8000}}, newTID(), "fuzz", 0)
		require.NoError(g.t, err)
		f := &fuzzer{Rand: rand.New(rand.NewPCG(seed, i)), arch: g.p.abi, paths: paths}
		all.Go(func() {
			for range calls {
				nr, a := f.call()
				t.dispatch(nr, &a)
			}
			t.close()
		})
	}
	all.Wait()
	close(stop)
	<-over
	require.NotZero(g.t, g.must("getpid"))
}
