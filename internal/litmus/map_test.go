package litmus

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
	"github.com/gotcg/gotcg/tcg/ir"
)

// TestMapRaces has vCPUs load, store and add atomically all over eight pages whose mappings and permissions change
// all the time. An access is done or faults as the map said at some moment; those to the pages that never change are
// all done, whatever happens beside them.
func TestMapRaces(t *testing.T) {
	const (
		base    = dataBase + 0x40000
		pages   = 8
		stable  = 3 // a page nobody changes
		changes = 5000
	)
	code := map[*guest][]byte{
		// add rbx, 1358h; mov rax, rbx; and eax, 7ff8h; add rax, rsi; inc qword [rax]; lock inc qword [rax];
		// movups xmm0, [rax]; dec rcx; jnz start; int3
		guests[0]: unhex("48 81 c3 58 13 00 00 48 89 d8 25 f8 7f 00 00 48 01 f0 48 ff 00 f0 48 ff 00 0f 10 00 48 ff c9 75 df cc"),
		// add x1, x1, #0x358; and x2, x1, #0x7ff8; add x2, x2, x0; ldr x3, [x2]; add x3, x3, #1; str x3, [x2];
		// 1: ldxr x4, [x2]; add x4, x4, #1; stxr w5, x4, [x2]; cbnz w5, 1b; ldadd x3, x3, [x2]; subs x9, x9, #1; b.ne start; brk
		guests[1]: words(0x910d6021, 0x927d2c22, 0x8b000042, 0xf9400043, 0x91000463, 0xf9000043,
			0xc85f7c44, 0x91000484, 0xc8057c44, 0x35ffffa5, 0xf8230043, 0xf1000529, 0x54fffe81, 0xd4200000),
	}
	for _, g := range guests {
		for _, mo := range modes() {
			t.Run(g.arch.Name+"/"+mo.String(), func(t *testing.T) {
				const cpus = 2
				m := newMachine(t, g, mo, cpus)
				m.load(codeBase, code[g])
				var wg sync.WaitGroup
				var stop atomic.Bool
				var faults atomic.Int64
				for c := range cpus {
					m.set(c, 4, base) // rsi
					m.set(c, 1, uint64(c)*0x777)
					if g.arch == arm64.Arch() {
						m.set(c, 0, base)
					}
					m.cpu[c].SetPC(codeBase)
					wg.Go(func() {
						for {
							s := m.cpu[c].Run()
							f := s.Exc.Fault
							if s.Kind == tcg.StopInterrupt && stop.Load() {
								return
							}
							if s.Kind == tcg.StopException && s.Exc.Kind == ir.ExcBreak {
								m.cpu[c].SetPC(codeBase)
								continue
							}
							if s.Kind != tcg.StopException || s.Exc.Kind != ir.ExcMemory || f.Addr>>12 == base>>12+stable {
								t.Errorf("%+v", s)
								return
							}
							faults.Add(1)
							m.cpu[c].SetPC(codeBase)
						}
					})
				}
				rnd := rand.New(rand.NewPCG(5, 6))
				for i := 0; (i < changes || faults.Load() < 1000) && !t.Failed(); i++ {
					p := rnd.IntN(pages)
					if p == stable {
						continue
					}
					a := softmmu.Addr(base + p*softmmu.PageSize)
					switch rnd.IntN(6) {
					case 0:
						_ = m.as.Unmap(a, softmmu.PageSize)
					case 1:
						_ = m.as.Protect(a, softmmu.PageSize, softmmu.Perm(rnd.UintN(4)))
					case 2:
						_ = m.as.Discard(a, softmmu.PageSize)
					case 3:
						_ = m.as.Remap(a, softmmu.PageSize, softmmu.Addr(base+(pages+p)*softmmu.PageSize), softmmu.PageSize)
					default:
						_ = m.as.Map(a, softmmu.PageSize, softmmu.RWX, softmmu.Info{})
					}
				}
				stop.Store(true)
				for _, c := range m.cpu {
					c.Interrupt()
				}
				wg.Wait()
			})
		}
	}
}
