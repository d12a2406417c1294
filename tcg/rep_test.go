package tcg_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/softmmu"
)

// repProgram runs a repeated string instruction between others, whose registers, vectors and flags are under way.
func repProgram(op []byte) []byte {
	code := []byte{
		0x48, 0x83, 0xc3, 0x01, // add rbx, 1
		0x66, 0x0f, 0xfe, 0xc8, // paddd xmm1, xmm0
		0x4c, 0x8d, 0x44, 0x33, 0x05, // lea r8, [rbx+rsi+5]
		0x48, 0x8d, 0x7f, 0x01, // lea rdi, [rdi+1]
		0x49, 0x81, 0xc1, 0x00, 0x00, 0x00, 0x70, // add r9, 0x70000000: carry and more
	}
	code = append(code, op...)
	return append(code,
		0x48, 0x83, 0xd2, 0x00, // adc rdx, 0
		0x4c, 0x01, 0xc3, // add rbx, r8
		0x66, 0x0f, 0xfe, 0xd1, // paddd xmm2, xmm1
		0x48, 0x83, 0xc6, 0x02, // add rsi, 2
		0x0f, 0x05, // syscall
	)
}

// repOps are the instructions: those that the host does, and others.
var repOps = [][]byte{
	{0xf3, 0xaa}, {0xf3, 0x66, 0xab}, {0xf3, 0xab}, {0xf3, 0x48, 0xab}, {0x67, 0xf3, 0xaa}, {0xf3, 0x64, 0xaa},
	{0xf3, 0xa4}, {0xf3, 0x66, 0xa5}, {0xf3, 0xa5}, {0xf3, 0x48, 0xa5}, {0x67, 0xf3, 0xa4}, {0xf3, 0x64, 0xa4},
}

// repRun is one run: registers before, and what is there after.
type repRun struct {
	regs map[int]uint64
	down bool
}

func newRepRun(r *rand.Rand) repRun {
	x := repRun{regs: map[int]uint64{}, down: r.IntN(6) == 0}
	for n := range 16 {
		x.regs[n] = r.Uint64()
	}
	x.regs[gRSI], x.regs[gRDI] = hostilePointer(r)-1, hostilePointer(r)-1
	switch r.IntN(6) {
	case 0: // overlapping
		x.regs[gRSI] = x.regs[gRDI] + 1 - r.Uint64N(20) + 10
	case 1:
		x.regs[gRDI] = r.Uint64()
	case 2: // not in what follows
		x.regs[gRDI] = 0x20000 + r.Uint64N(0x1800)
	}
	n := uint64(0)
	switch r.IntN(8) {
	case 0:
	case 1, 2:
		n = r.Uint64N(8)
	case 3, 4:
		n = 16 + r.Uint64N(3)
	case 5, 6:
		n = r.Uint64N(600)
	default: // always comes to an end of memory, unless that is where it begins
		n = r.Uint64() >> r.IntN(50)
	}
	x.regs[gRCX] = n
	return x
}

// spoils reports whether the code may be written over: what it does then is another test's concern, and may take for ever.
func (x *repRun) spoils(n uint64) bool {
	from, to := uint64(hostileMap[0].at)+0xf0, uint64(hostileMap[0].at)+0x110+n
	dst, size := x.regs[gRDI], min(x.regs[gRCX], 1<<40)*8
	if x.down {
		dst -= size
	}
	return dst&0xffffffff < to && dst&0xffffffff+size+16 > from // addresses may be 32 bits wide
}

// do runs code and returns a text of all that can be seen.
func (x *repRun) do(t *testing.T, g hostileGuest, c hostileVCPU, code []byte) string {
	page := make([]byte, softmmu.PageSize)
	for _, m := range hostileMap {
		for a := m.at; a < m.at+softmmu.Addr(m.n); a += softmmu.PageSize {
			for i := range page {
				page[i] = byte(i*7) + byte(a>>12)
			}
			c.as.Poke(a, page)
		}
	}
	require.Equal(t, len(code), c.as.Poke(hostileMap[0].at+0x100, code))
	g.arch.InitState(c.v.State())
	for n, v := range x.regs {
		g.arch.WriteReg(c.v.State(), n, v)
	}
	if x.down {
		g.arch.WriteReg(c.v.State(), g.arch.RegByName("eflags").Num, 0x602)
	}
	c.v.SetPC(uint64(hostileMap[0].at) + 0x100)
	s := c.v.Run()
	text := fmt.Sprintf("%d %+v\n", s.Kind, s.Exc)
	var buf [64]byte
	for _, r := range g.arch.Regs {
		n := r.Read(c.v.State(), buf[:])
		text += fmt.Sprintf("%s=%x ", r.Name, buf[:n])
	}
	for _, m := range hostileMap {
		all := make([]byte, m.n)
		c.as.Peek(m.at, all)
		sum := uint64(0)
		for i, b := range all {
			sum = sum*0x9e3779b97f4a7c15 + uint64(b)*uint64(i+1)
		}
		text += fmt.Sprintf("\n%x: %x", uint64(m.at), sum)
	}
	return text
}

// TestRep compares repeated string instructions of all lengths and places with the interpreter's.
func TestRep(t *testing.T) {
	g := hostileGuests(t)[0]
	l := withRegions(t, g)
	defer watch(t.Name(), time.Minute).Stop()
	r := rand.New(rand.NewPCG(7, 8))
	runs, faults := 0, 0
	for i := range 240 {
		code := repProgram(repOps[i%len(repOps)])
		for range 3 { // the code may be there
			x := newRepRun(r)
			if x.spoils(uint64(len(code))) {
				continue
			}
			if x.regs[gRCX] > 1<<22 { // it would take long where it is done one by one
				x.regs[gRCX] = 1<<21 + x.regs[gRCX]%100
			}
			runs++
			wants := map[softmmu.Mode]string{} // they name some faults differently
			for _, c := range l {
				got, mode := x.do(t, g, c, code), c.as.Mode()
				if wants[mode] == "" {
					wants[mode] = got
				}
				require.Equal(t, wants[mode], got, "%d %s %+v %x", i, c.name, x, code)
			}
			if strings.Contains(wants[softmmu.TLB], "Kind:memory") {
				faults++
			}
		}
	}
	t.Log(faults, "of", runs, "did not come to their end")
	require.Greater(t, faults, runs/10)
}
