package tcg_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/cpu/x86"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
	"github.com/gotcg/gotcg/tcg/backend/hostcode"
	"github.com/gotcg/gotcg/tcg/ir"
)

// gdb numbers of the x86 registers the tests use.
const (
	gRAX = 0
	gRCX = 2
	gRSI = 4
	gRDI = 5
	gRSP = 7
)

// smcCases are x86 programs that write to code. All end in SYSCALL with the result in EAX.
var smcCases = []struct {
	name string
	at   uint64 // in the code region
	code []byte
	data []byte // at 0x20000
	regs map[int]uint64
	want uint64
}{
	{
		name: "next instruction, byte store",
		code: []byte{
			0xc6, 0x07, 0x2a, // mov byte [rdi], 42
			0xb8, 0x01, 0, 0, 0, // mov eax, 1
			0x0f, 0x05,
		},
		regs: map[int]uint64{gRDI: 4}, want: 42,
	},
	{
		name: "own bytes",
		code: []byte{
			0xc7, 0x07, 0xb0, 0x07, 0x0f, 0x05, // mov dword [rdi], {mov al, 7; syscall}: over itself
			0xeb, 0xf8, // jmp back
		},
		regs: map[int]uint64{gRDI: 0}, want: 7,
	},
	{
		name: "immediate of a loop, ten times",
		code: []byte{
			0xb8, 0, 0, 0, 0, // mov eax, imm
			0xff, 0xc0, // inc eax
			0x89, 0x07, // mov [rdi], eax
			0x83, 0xf8, 0x0a, // cmp eax, 10
			0x75, 0xf2, // jne 0
			0x0f, 0x05,
		},
		regs: map[int]uint64{gRDI: 1}, want: 10,
	},
	{
		name: "rep stosb over what follows",
		code: []byte{
			0xf3, 0xaa, // rep stosb
			0xf4, 0xf4, 0xf4, 0xf4, // hlt, becomes nop
			0x0f, 0x05,
		},
		regs: map[int]uint64{gRDI: 2, gRCX: 4, gRAX: 0x90}, want: 0x90,
	},
	{
		name: "rep movsb over what follows",
		code: []byte{
			0xf3, 0xa4, // rep movsb
			0xf4, 0xf4, 0xf4, 0xf4, 0xf4,
			0x0f, 0x05,
		},
		data: []byte{0xb8, 0x99, 0, 0, 0},
		regs: map[int]uint64{gRDI: 2, gRCX: 5, gRSI: 0x20000}, want: 0x99,
	},
	{
		name: "rep stosb with 32-bit addresses over what follows",
		code: []byte{
			0x67, 0xf3, 0xaa, // rep stosb [edi]
			0xf4, 0xf4, 0xf4, 0xf4,
			0x0f, 0x05,
		},
		regs: map[int]uint64{gRDI: 3, gRCX: 4, gRAX: 0x90}, want: 0x90,
	},
	{
		name: "rep stosq over what other ways lead to, too",
		code: []byte{
			0x85, 0xc9, // test ecx, ecx
			0x75, 0x0a, // jne 14
			0x85, 0xf6, // 4: test esi, esi
			0x74, 0x09, // je 17
			0x90,       // nop
			0xeb, 0x06, // jmp 17
			0xf4, 0xf4, 0xf4,
			0xf3, 0x48, 0xab, // 14: rep stosq
			0xb8, 0x01, 0, 0, 0, // 17: mov eax, 1
			0x0f, 0x05,
		},
		// Becomes mov eax, 42; syscall; nop, again and again.
		regs: map[int]uint64{gRDI: 17, gRCX: 32, gRSI: 1, gRAX: 0x90050f0000002ab8}, want: 0x2a,
	},
	{
		name: "locked read-modify-write of the next immediate",
		code: []byte{
			0xf0, 0xff, 0x07, // lock inc dword [rdi]
			0xb8, 0x29, 0, 0, 0,
			0x0f, 0x05,
		},
		regs: map[int]uint64{gRDI: 4}, want: 0x2a,
	},
	{
		name: "store across two code pages",
		at:   0xff8,
		code: []byte{
			0x48, 0x89, 0x37, // mov [rdi], rsi: bytes ffd-1004
			0xeb, 0x00, // jmp .+2
			0xb8, 0x01, 0, 0, 0, // ffd: mov eax, 1
			0x0f, 0x05,
		},
		regs: map[int]uint64{gRDI: 5, gRSI: 0x90050f0000002ab8}, want: 0x2a,
	},
	{
		name: "push onto the next instruction",
		code: []byte{
			0x56,                            // push rsi
			0xb8, 0x01, 0, 0, 0, 0x90, 0x90, // mov eax, 1
			0x0f, 0x05,
		},
		regs: map[int]uint64{gRSP: 9, gRSI: 0x0f909000000033b8}, want: 0x33,
	},
	{
		name: "call pushes onto the code after its target",
		code: []byte{
			0xe8, 0x00, 0x00, 0x00, 0x00, // call next
			0xb8, 0x01, 0, 0, 0, // mov eax, 1
			0x90, 0x90, 0x90, 0x90, // becomes add [rax], al, twice: more code written to
			0x0f, 0x05,
		},
		// The return address, 0x10005, lands on the immediate and the NOPs.
		regs: map[int]uint64{gRSP: 6 + 8}, want: 0x10005,
	},
}

func TestSelfModifyingX86(t *testing.T) {
	g := hostileGuests(t)[0]
	require.Same(t, x86.Arch, g.arch)
	all := withRegions(t, g)
	if hostcode.Supported {
		c := newHostileWith(t, g, softmmu.TLB, tcg.Config{Lockstep: true, Tier2: 3})
		c.name += "/lockstep"
		all = append(all, c)
	}
	for _, c := range all {
		for _, k := range smcCases {
			t.Run(c.name+"/"+k.name, func(t *testing.T) {
				defer watch(t.Name(), 20*time.Second).Stop()
				base := uint64(hostileMap[0].at) + k.at
				for range 12 { // the second time the translation is there, or after some more
					c.as.Poke(softmmu.Addr(base), k.code)
					c.as.Poke(0x20000, k.data)
					g.arch.WriteReg(c.v.State(), gRAX, 0)
					for r, v := range k.regs {
						if (r == gRDI || r == gRSP) && v < 0x10000 {
							v += base
						}
						g.arch.WriteReg(c.v.State(), r, v)
					}
					c.v.SetPC(base)
					s := c.v.Run()
					require.Equal(t, ir.ExcSyscall, s.Exc.Kind, "%+v", s)
					require.Equal(t, k.want, g.arch.ReadReg(c.v.State(), gRAX)&0xffffffff)
				}
			})
		}
	}
}

// TestCodePageData runs a loop that stores to data on its own page: slow, but right.
func TestCodePageData(t *testing.T) {
	g := hostileGuests(t)[0]
	code := []byte{
		0xff, 0x07, // inc dword [rdi]
		0xff, 0xc8, // dec eax
		0x75, 0xfa, // jne 0
		0x0f, 0x05,
	}
	for _, c := range hostileConfigs(t, g) {
		t.Run(c.name, func(t *testing.T) {
			base := hostileMap[0].at
			c.as.Poke(base, code)
			g.arch.WriteReg(c.v.State(), gRAX, 1000)
			g.arch.WriteReg(c.v.State(), gRDI, uint64(base)+0x800)
			c.v.SetPC(uint64(base))
			s := c.v.Run()
			require.Equal(t, ir.ExcSyscall, s.Exc.Kind)
			n, _, _ := c.as.Load(base+0x800, 4)
			require.EqualValues(t, 1000, n)
		})
	}
}

// TestCrossPageInstruction runs an instruction whose second page changes under it.
func TestCrossPageInstruction(t *testing.T) {
	g := hostileGuests(t)[0]
	for _, c := range hostileConfigs(t, g) {
		t.Run(c.name, func(t *testing.T) {
			as, base := c.as, softmmu.Addr(0x11000)
			at := uint64(base) - 2
			as.Poke(base-2, []byte{0xb8, 0x01, 0, 0, 0, 0x0f, 0x05})
			run := func() (ir.ExcKind, uint64) {
				c.v.SetPC(at)
				s := c.v.Run()
				return s.Exc.Kind, g.arch.ReadReg(c.v.State(), gRAX)
			}
			for i := uint64(1); i < 4; i++ {
				require.True(t, as.Store(base-1, 1, i, 0).OK(), "first page")
				k, eax := run()
				require.Equal(t, ir.ExcSyscall, k)
				require.Equal(t, i, eax&0xff)
				require.True(t, as.Store(base, 1, i, 0).OK(), "second page")
				k, eax = run()
				require.Equal(t, ir.ExcSyscall, k)
				require.Equal(t, i<<8|i, eax)
				require.NoError(t, as.Protect(base, softmmu.PageSize, softmmu.RW))
				k, _ = run()
				require.Equal(t, ir.ExcMemory, k)
				require.Equal(t, at, c.v.PC())
				require.NoError(t, as.Protect(base, softmmu.PageSize, softmmu.RWX))
				k, _ = run()
				require.Equal(t, ir.ExcSyscall, k)
			}
			require.NoError(t, as.Unmap(base, softmmu.PageSize))
			k, _ := run()
			require.Equal(t, ir.ExcMemory, k)
			require.Equal(t, at, c.v.PC())
		})
	}
}

// TestManyWritableCodePages translates from more writable pages than may be write-protected at once.
func TestManyWritableCodePages(t *testing.T) {
	g := hostileGuests(t)[0]
	for _, c := range hostileConfigs(t, g) {
		if c.as.Mode() != softmmu.Direct {
			continue // no limit
		}
		t.Run(c.name, func(t *testing.T) {
			const base, pages = softmmu.Addr(0x10000000), softmmu.MaxWritableCode + 100
			require.NoError(t, c.as.Map(base, pages*softmmu.PageSize, softmmu.RWX, softmmu.Info{}))
			// Each page: jump to the next one but one; the last ones hold SYSCALL.
			next := []byte{0xe9, 0xfb, 0x1f, 0, 0}
			for i := softmmu.Addr(0); i < pages; i++ {
				code := next
				if i >= pages-2 {
					code = []byte{0x0f, 0x05}
				}
				require.True(t, c.as.Store(base+i*softmmu.PageSize, 8, le64(code), 0).OK())
			}
			for _, first := range []softmmu.Addr{0, 1, 0} {
				c.v.SetPC(uint64(base + first*softmmu.PageSize))
				s := c.v.Run()
				require.Equal(t, ir.ExcSyscall, s.Exc.Kind)
				require.EqualValues(t, base+(pages-2+first)*softmmu.PageSize+2, c.v.PC())
			}
			// The code is still tracked.
			at := base + 4*softmmu.PageSize
			require.True(t, c.as.Store(at, 8, le64([]byte{0x0f, 0x05}), 0).OK())
			c.v.SetPC(uint64(base))
			require.Equal(t, ir.ExcSyscall, c.v.Run().Exc.Kind)
			require.EqualValues(t, at+2, c.v.PC())
		})
	}
}

func le64(b []byte) (v uint64) {
	for i, x := range b {
		v |= uint64(x) << (8 * i)
	}
	return v
}
