package difftest

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/cpu/x86"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
	"github.com/gotcg/gotcg/tcg/ir"
)

// hammerLoop adds 1 to eight counters in R9D iterations, each with another locked instruction.
var hammerLoop = []string{
	"f048830701",                 // lock add qword [rdi], 1
	"f0ff4708",                   // lock inc dword [rdi+8]
	"b801000000", "f0480fc14710", // mov eax, 1; lock xadd [rdi+16], rax
	"f8", "f04883571801", // clc; lock adc qword [rdi+24], 1
	"f048836f20ff",         // lock sub qword [rdi+32], -1
	"488b4728",             // mov rax, [rdi+40]
	"488d5801",             // 1: lea rbx, [rax+1]
	"f0480fb15f28", "75f4", // lock cmpxchg [rdi+40], rbx; jne 1b
	"488b4730", "488b5738", // mov rax, [rdi+48]; mov rdx, [rdi+56]
	"488d5801", "488d4a02", // 2: lea rbx, [rax+1]; lea rcx, [rdx+2]
	"f0480fc74f30", "75f0", // lock cmpxchg16b [rdi+48]; jne 2b
	"41ffc9", "0f85", // dec r9d; jnz loop
}

// TestLockedHammer has two vCPUs count in the same memory, in every executor.
func TestLockedHammer(t *testing.T) {
	const vcpus, n = 2, 5000
	loop, err := hex.DecodeString(strings.Join(hammerLoop, ""))
	require.NoError(t, err)
	code := binary.LittleEndian.AppendUint32(loop, uint32(-int32(len(loop)+4)))
	code = append(code, 0xcc)
	for _, v := range []struct {
		name  string
		accel tcg.Accel
		mode  softmmu.Mode
	}{{"interp", tcg.AccelInterp, softmmu.TLB}, {"jit direct", tcg.AccelJIT, softmmu.Direct}, {"jit tlb", tcg.AccelJIT, softmmu.TLB}} {
		t.Run(v.name, func(t *testing.T) {
			as, err := softmmu.New(softmmu.Config{Mode: v.mode})
			require.NoError(t, err)
			defer as.Close()
			require.NoError(t, as.Map(codeBase, 4096, softmmu.RW, softmmu.Info{}))
			require.NoError(t, as.Map(dataBase, 4096, softmmu.RW, softmmu.Info{}))
			as.Write(codeBase, code)
			require.NoError(t, as.Protect(codeBase, 4096, softmmu.R|softmmu.X))
			e, err := tcg.New(tcg.Config{Arch: x86.Arch, Mem: as, Accel: v.accel, CodeSize: 1 << 20})
			if errors.Is(err, tcg.ErrNoJIT) {
				t.Skip("no JIT on this host")
			}
			require.NoError(t, err)
			defer e.Close()
			var wg sync.WaitGroup
			for range vcpus {
				c := e.NewVCPU()
				s := x86.StateAt(c.State())
				s.Reg[x86.RDI], s.Reg[x86.R9], s.RIP = dataBase, n, codeBase
				wg.Go(func() {
					stop := c.Run()
					if stop.Exc.Kind != ir.ExcBreak {
						t.Errorf("stopped by %v %v", stop.Kind, stop.Exc)
					}
				})
			}
			wg.Wait()
			var b [64]byte
			as.Read(dataBase, b[:])
			for i := range 8 {
				want := uint64(vcpus * n)
				if i == 7 {
					want *= 2
				}
				require.Equal(t, want, binary.LittleEndian.Uint64(b[8*i:]), "counter %d", i)
			}
		})
	}
}
