package litmus

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
	"github.com/gotcg/gotcg/tcg/ir"
)

// rwxBase is a page that the guests' code writes code to.
const rwxBase = 0x40000

// writeAndCall has a vCPU write the number of the round into a function of its own and call it, which must return
// that number: SDM vol. 3 8.1.3 (self-modifying code), and on A64 after the maintenance that Arm ARM B2.7.4 wants.
// x86: RDI is the function (mov eax, imm32; ret) at 3 mod 4, RCX counts down. A64: X5 is it (movz w0, #n; ret), X9 counts down.
func writeAndCall(g *guest) (code []byte, function func(at uint64) (uint64, []byte)) {
	if g.arch == arm64.Arch() {
		return words(
				0x531b6923,             // lsl w3, w9, #5
				0x2a040063,             // orr w3, w3, w4 (movz w0, #0)
				0xb90000a3,             // str w3, [x5]
				0xd50b7b25, 0xd5033b9f, // dc cvau, x5; dsb ish
				0xd50b7525, 0xd5033b9f, // ic ivau, x5; dsb ish
				0xd5033fdf, 0xd63f00a0, // isb; blr x5
				0x6b09001f, 0x54000081, // cmp w0, w9; b.ne fail
				0xf1000529, 0x54fffe81, // subs x9, x9, #1; b.ne start
				0xd4200000, 0x00000000, // brk; fail: udf
			), func(at uint64) (uint64, []byte) {
				return at, words(0x52800000, 0xd65f03c0)
			}
	}
	return unhex("89 4f 01 ff d7 39 c8 75 06 ff c9 75 f3 cc 90 0f 0b"), // mov [rdi+1], ecx; call rdi; cmp eax, ecx; jne fail; dec ecx; jnz start; int3; nop; fail: ud2
		func(at uint64) (uint64, []byte) { return at + 3, unhex("b8 00 00 00 00 c3") }
}

// TestOwnCode lets several vCPUs change code in one page, each its own function, while they all run code of that page:
// invalidations of the page, and translations of code in it, happen all the time, and no vCPU may ever run what
// it has overwritten.
func TestOwnCode(t *testing.T) {
	for _, g := range guests {
		for _, mo := range modes() {
			t.Run(g.arch.Name+"/"+mo.String(), func(t *testing.T) {
				const cpus = 3
				m := newMachine(t, g, mo, cpus)
				require.NoError(t, m.as.Map(rwxBase, softmmu.PageSize, softmmu.RWX, softmmu.Info{}))
				code, function := writeAndCall(g)
				m.load(codeBase, code)
				var pcs []uint64
				for c := range cpus {
					at, f := function(rwxBase + uint64(c)*line)
					m.load(at, f)
					pcs = append(pcs, codeBase)
					if g.arch == arm64.Arch() {
						m.set(c, 5, at)
						m.set(c, 9, 300)
						m.set(c, 4, 0x52800000)
						continue
					}
					m.set(c, 5, at)
					m.set(c, 2, 300)
					m.set(c, 7, dataBase+0x8000+uint64(c)*0x1000)
				}
				m.run(pcs)
			})
		}
	}
}

// TestProtectStops has vCPUs store to a page as fast as they can while its permission to be written is taken and given
// back: once it is taken, nothing there changes any more, and no store is lost without a fault.
func TestProtectStops(t *testing.T) {
	for _, g := range guests {
		for _, mo := range modes() {
			t.Run(g.arch.Name+"/"+mo.String(), func(t *testing.T) {
				const cpus = 2
				m := newMachine(t, g, mo, cpus)
				inc := unhex("48 ff 07 eb fb") // 1: inc qword [rdi]; jmp 1b
				if g.arch == arm64.Arch() {
					inc = words(0xf94000a1, 0x91000421, 0xf90000a1, 0x17fffffd) // 1: ldr x1, [x5]; add; str x1, [x5]; b 1b
				}
				m.load(codeBase, inc)
				var stop atomic.Bool
				var faults atomic.Int64
				var wg sync.WaitGroup
				for c := range cpus {
					m.set(c, 5, dataBase+uint64(c)*line)
					m.cpu[c].SetPC(codeBase)
					wg.Go(func() {
						for !stop.Load() {
							switch s := m.cpu[c].Run(); {
							case s.Kind == tcg.StopException && s.Exc.Kind == ir.ExcMemory && s.Exc.Fault.Kind == ir.FaultPerm:
								faults.Add(1)
								time.Sleep(20 * time.Microsecond)
							case s.Kind != tcg.StopInterrupt:
								t.Errorf("%+v", s)
								return
							}
						}
					})
				}
				var a, b uint64
				// On a busy machine it takes a while until the vCPUs run.
				for i := 0; i < 8 || (faults.Load() == 0 || a == 0) && i < 100_000 && !t.Failed(); i++ {
					if err := m.as.Protect(dataBase, softmmu.PageSize, softmmu.R); err != nil {
						t.Error(err)
					}
					a, b = m.counts()
					time.Sleep(50 * time.Microsecond)
					if c, d := m.counts(); a != c || b != d {
						t.Errorf("stores after mprotect: %d, %d became %d, %d", a, b, c, d)
						break
					}
					if err := m.as.Protect(dataBase, softmmu.PageSize, softmmu.RW); err != nil {
						t.Error(err)
					}
					time.Sleep(100 * time.Microsecond)
				}
				stop.Store(true)
				for _, c := range m.cpu {
					c.Interrupt()
				}
				wg.Wait()
				require.Positive(t, faults.Load())
				a, _ = m.counts()
				require.Positive(t, a)
			})
		}
	}
}

func (m *machine) counts() (a, b uint64) {
	a, _, _ = m.as.Load(dataBase, 8)
	b, _, _ = m.as.Load(dataBase+line, 8)
	return a, b
}
