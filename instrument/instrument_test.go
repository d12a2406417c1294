package instrument_test

import (
	"encoding/binary"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/instrument"
	_ "github.com/gotcg/gotcg/plugins/all"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
	"github.com/gotcg/gotcg/tcg/ir"
)

// host runs an A64 guest on the engine and is the plugins' Host.
type host struct {
	mu  sync.Mutex
	log strings.Builder
	as  *softmmu.AddressSpace
	e   *tcg.Engine
	v   *tcg.VCPU
	set *instrument.Set
}

func (h *host) Log(text string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.log.WriteString(text)
}

func (h *host) Flush() {
	if h.e != nil {
		h.e.Flush()
	}
}

func (h *host) ReadMemory(addr uint64, buf []byte) bool {
	return h.as.Peek(softmmu.Addr(addr), buf) == len(buf)
}

func (h *host) Counters() [][]uint64 { return [][]uint64{h.v.Counters()} }

const base = 0x10000

// program sums 3, 2, 1 through memory at 0x11000 and makes system call 64.
var program = []uint32{
	0xd2822001, // 00 mov x1, #0x1100
	0xd37cec21, // 04 lsl x1, x1, #4
	0xd2800060, // 08 mov x0, #3
	0xd2800002, // 0c mov x2, #0
	0xf9000020, // 10 str x0, [x1]
	0xf9400023, // 14 ldr x3, [x1]
	0x8b030042, // 18 add x2, x2, x3
	0xf1000400, // 1c subs x0, x0, #1
	0x54ffff81, // 20 b.ne -16
	0xd2800808, // 24 mov x8, #64
	0xd4000001, // 28 svc #0
	0xd503201f, // 2c nop
	0xd4200000, // 30 brk #0
}

func each(t *testing.T, f func(t *testing.T, h *host)) {
	for _, accel := range []tcg.Accel{tcg.AccelInterp, tcg.AccelJIT} {
		for _, mode := range []softmmu.Mode{softmmu.Direct, softmmu.TLB} {
			t.Run(accel.String()+"/"+mode.String(), func(t *testing.T) {
				as, err := softmmu.New(softmmu.Config{Mode: mode})
				require.NoError(t, err)
				defer as.Close()
				require.NoError(t, as.Map(base, 4*softmmu.PageSize, softmmu.RWX, softmmu.Info{}))
				var code []byte
				for _, w := range program {
					code = binary.LittleEndian.AppendUint32(code, w)
				}
				require.Equal(t, len(code), as.Poke(base, code))
				h := &host{as: as}
				h.set = instrument.NewSet(h, arm64.Arch())
				h.e, err = tcg.New(tcg.Config{Arch: arm64.Arch(), Mem: as, Accel: accel, Verify: true, Instr: h.set})
				require.NoError(t, err)
				defer h.e.Close()
				h.v = h.e.NewVCPU()
				f(t, h)
			})
		}
	}
}

// run runs the program from its start; system calls return -2.
func (h *host) run(t *testing.T) {
	h.v.SetPC(base)
	for {
		s := h.v.Run()
		require.Equal(t, tcg.StopException, s.Kind)
		if s.Exc.Kind == ir.ExcBreak {
			break
		}
		require.Equal(t, ir.ExcSyscall, s.Exc.Kind)
		arm64.Arch().WriteReg(h.v.State(), 0, ^uint64(1))
	}
	require.EqualValues(t, 6, arm64.Arch().ReadReg(h.v.State(), 2), "the guest is not disturbed")
}

func (h *host) output() string {
	h.set.Close()
	return h.log.String()
}

func TestInsnCount(t *testing.T) {
	for _, spec := range []string{"insn-count", "insn-count,inline=off"} {
		each(t, func(t *testing.T, h *host) {
			require.NoError(t, h.set.Load(spec))
			h.run(t)
			require.Equal(t, "cpu 0 insns: 23\ntotal insns: 23\n", h.output())
		})
	}
	each(t, func(t *testing.T, h *host) {
		require.NoError(t, h.set.Load("insn-count,sizes=on,match=add,match=sub"))
		h.run(t)
		require.Equal(t, "cpu 0 insns: 23\ntotal insns: 23\nlen 4 bytes: 23 insns\nMatch: add, hits 3\nMatch: sub, hits 3\n", h.output())
	})
}

func TestBBCount(t *testing.T) {
	for _, spec := range []string{"bb-count", "bb-count,inline=off"} {
		each(t, func(t *testing.T, h *host) {
			require.NoError(t, h.set.Load(spec))
			h.run(t)
			// start to b.ne, twice the loop, mov to svc, nop to brk
			require.Equal(t, "CPU0: bb's: 5, insns: 23\nTotal: bb's: 5, insns: 23\n", h.output())
		})
	}
}

func TestMem(t *testing.T) {
	for _, spec := range []string{"mem", "mem,callback=on"} {
		each(t, func(t *testing.T, h *host) {
			require.NoError(t, h.set.Load(spec))
			h.run(t)
			require.Equal(t, "mem accesses: 6\nloads: 3\nstores: 3\n", h.output())
		})
	}
	each(t, func(t *testing.T, h *host) {
		require.NoError(t, h.set.Load("mem,track=r,print-accesses"))
		h.run(t)
		require.Equal(t, `insn_vaddr,insn_symbol,mem_vaddr,mem_hwaddr,access_size,access_type,mem_value
0x10014,,0x11000,0x11000,8,load,0x0000000000000003
0x10014,,0x11000,0x11000,8,load,0x0000000000000002
0x10014,,0x11000,0x11000,8,load,0x0000000000000001
mem accesses: 3
loads: 3
`, h.output())
	})
}

func TestExecLog(t *testing.T) {
	each(t, func(t *testing.T, h *host) {
		require.NoError(t, h.set.Load("exec-log,afilter=0x10010,afilter=0x1001c,reg=x0"))
		h.run(t)
		l := strings.Split(strings.TrimSpace(h.output()), "\n")
		require.Len(t, l, 6)
		require.Regexp(t, `(?i)^0, 0x10010, 0xf9000020, "str x0, ?\[x1\]", store, 0x11000$`, l[0])
		require.Regexp(t, `(?i)^0, 0x1001c, 0xf1000400, "subs x0, ?x0, ?#(0x)?1", x0 -> 0x0000000000000002$`, l[1])
	})
}

func TestSyscallLog(t *testing.T) {
	each(t, func(t *testing.T, h *host) {
		require.NoError(t, h.set.Load("syscall-log"))
		require.NoError(t, h.set.Load("syscall-log,print=on"))
		h.run(t)
		require.Equal(t, "syscall #64\nsyscall #64 returned -> -2\n"+
			"syscall no.  calls  errors\n64           1      1\n", h.output())
	})
}

// chooser wants one address at a time and changes its mind from its own event.
type chooser struct {
	*instrument.Instance
	want  map[uint64]bool
	calls []uint64
	then  func(p *chooser, pc uint64)
}

func (p *chooser) NeedsBeforeInsn(pc uint64, _ *instrument.CPU) bool { return p.want[pc] }

func (p *chooser) BeforeInsn(pc uint64, _ *instrument.CPU) {
	p.calls = append(p.calls, pc)
	p.then(p, pc)
}

// TestChangingMind: a plugin that asks for one instruction, then for another after a flush, sees exactly
// the executions it asked for; without a flush a no works at once, and a yes does not.
func TestChangingMind(t *testing.T) {
	rows := []struct {
		name string
		then func(p *chooser, pc uint64)
		want []uint64
	}{
		{"flush", func(p *chooser, pc uint64) {
			p.want = map[uint64]bool{0x1001c: true}
			p.Flush()
		}, []uint64{0x10010, 0x1001c, 0x1001c, 0x1001c}},
		{"no at once", func(p *chooser, pc uint64) {
			if len(p.calls) == 2 {
				p.want = map[uint64]bool{}
			}
		}, []uint64{0x10010, 0x10010}},
		{"yes after a flush only", func(p *chooser, pc uint64) {
			if len(p.calls) == 2 {
				p.want = map[uint64]bool{0x10010: true, 0x10014: true}
			}
		}, []uint64{0x10010, 0x10010, 0x10010}},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			each(t, func(t *testing.T, h *host) {
				p := &chooser{want: map[uint64]bool{0x10010: true}, then: r.then}
				require.NoError(t, h.set.Add("chooser", func(i *instrument.Instance) (any, error) {
					p.Instance = i
					return p, nil
				}))
				h.run(t)
				require.Equal(t, r.want, p.calls)
			})
		})
	}
}

// reader reads memory and registers from an event.
type reader struct{ x1, x2, pc, mem uint64 }

func (p *reader) NeedsBeforeInsn(pc uint64, _ *instrument.CPU) bool { return pc == 0x1001c }

func (p *reader) BeforeInsn(_ uint64, c *instrument.CPU) {
	p.x1, p.x2, p.pc = c.Register(1), c.Register(2), c.Register(c.Arch().Roles.PC)
	var buf [8]byte
	if c.ReadMemory(p.x1, buf[:]) {
		p.mem = binary.LittleEndian.Uint64(buf[:])
	}
	if c.ReadMemory(0xdead0000, buf[:]) || c.ReadRegister(9999, buf[:]) != 0 {
		p.mem = 0
	}
}

func TestReads(t *testing.T) {
	each(t, func(t *testing.T, h *host) {
		p := new(reader)
		require.NoError(t, h.set.Add("reader", func(*instrument.Instance) (any, error) { return p, nil }))
		h.run(t)
		require.Equal(t, reader{0x11000, 6, 0x1001c, 1}, *p)
	})
}

// TestAddRemove adds and removes plugins between runs: what is not loaded does nothing.
func TestAddRemove(t *testing.T) {
	each(t, func(t *testing.T, h *host) {
		h.run(t)
		require.NoError(t, h.set.Load("insn-count"))
		require.False(t, h.set.Unused())
		h.run(t)
		require.True(t, h.set.Remove("insn-count"))
		require.False(t, h.set.Remove("insn-count"))
		require.True(t, h.set.Unused())
		h.run(t)
		require.Equal(t, "cpu 0 insns: 23\ntotal insns: 23\n", h.output())
	})
}

func TestLoadErrors(t *testing.T) {
	set := instrument.NewSet(&host{}, arm64.Arch())
	for spec, msg := range map[string]string{
		"nonsense":                     `instrument: no plugin "nonsense"; there are bb-count, exec-log, insn-count, mem, syscall-log`,
		"bb-count,x=1":                 `instrument: plugin bb-count has no argument "x"; it has inline`,
		"mem,track=q":                  `instrument: plugin mem: argument track: "q" is not one of r, w, rw`,
		"mem,track":                    `instrument: plugin mem: argument track needs a value`,
		"mem,inline=on,callback=on":    `instrument: plugin mem: inline and callback exclude each other`,
		"insn-count,inline=maybe":      `instrument: plugin insn-count: argument inline: "maybe" is neither on nor off`,
		"insn-count,inline=1,inline=0": `instrument: plugin insn-count: argument inline is given twice`,
		"exec-log,afilter=zz":          `instrument: plugin exec-log: argument afilter: "zz" is not a number`,
		"exec-log,reg=rax":             `instrument: plugin exec-log: reg "rax": no register of aarch64 has such a name`,
		"exec-log,reg=[":               `instrument: plugin exec-log: reg "[": syntax error in pattern`,
	} {
		require.EqualError(t, set.Load(spec), msg)
	}
	for _, i := range instrument.Plugins() {
		require.NotEmpty(t, i.Help)
		require.NotEmpty(t, i.Doc)
		for _, a := range i.Args {
			require.NotEmpty(t, a.Help, "%s %s", i.Name, a.Name)
		}
	}
}
