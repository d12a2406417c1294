package tcg_test

import (
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/internal/debuglog"
	"github.com/gotcg/gotcg/internal/hostsig"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
	"github.com/gotcg/gotcg/tcg/ir"
)

var (
	hostileBlocks = flag.Uint64("hostile.blocks", 4000, "blocks that TestHostile translates per guest and configuration")
	hostileDebug  = flag.String("hostile.debug", "", "log items (-d) that the engines of TestHostile write to standard error")
	hostileSeed   = flag.Uint64("hostile.seed", 1, "first seed of TestHostile")
)

// hostileMap is the guest's memory map: everything a hostile guest could aim at, with room around.
var hostileMap = []struct {
	at   softmmu.Addr
	n    uint64
	perm softmmu.Perm
}{
	{0x10000, 4 * softmmu.PageSize, softmmu.RWX},
	{0x20000, 2 * softmmu.PageSize, softmmu.RW},
	{0x30000, softmmu.PageSize, softmmu.R},
	{0x7ffff000, 2 * softmmu.PageSize, softmmu.RW},
	{0xfffff000, softmmu.PageSize, softmmu.RW},
	{1<<hostileBits - softmmu.PageSize, softmmu.PageSize, softmmu.RWX},
}

const hostileBits = 40

// hostileVCPU is one configuration that runs the same hostile code as the others.
type hostileVCPU struct {
	name string
	v    *tcg.VCPU
	as   *softmmu.AddressSpace
}

func newHostile(t *testing.T, g hostileGuest, mode softmmu.Mode, accel tcg.Accel) hostileVCPU {
	return newHostileWith(t, g, mode, tcg.Config{Accel: accel})
}

// newHostileWith is newHostile with what cfg says about the engine.
func newHostileWith(t *testing.T, g hostileGuest, mode softmmu.Mode, cfg tcg.Config) hostileVCPU {
	c := softmmu.Config{Mode: mode}
	if mode == softmmu.Direct {
		c.Bits = hostileBits
	}
	as, err := softmmu.New(c)
	require.NoError(t, err)
	for _, m := range hostileMap {
		require.NoError(t, as.Map(m.at, m.n, m.perm, softmmu.Info{}))
	}
	items, err := debuglog.Parse(*hostileDebug)
	require.NoError(t, err)
	cfg.Arch, cfg.Mem, cfg.Verify, cfg.CodeSize, cfg.Log = g.arch, as, true, 1<<20, debuglog.New(os.Stderr, items)
	e, err := tcg.New(cfg)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, e.Close())
		require.NoError(t, as.Close())
	})
	return hostileVCPU{g.arch.Name + "/" + cfg.Accel.String() + "/" + mode.String(), e.NewVCPU(), as}
}

// hostileConfigs are the executors and memory modes of this host.
func hostileConfigs(t *testing.T, g hostileGuest) (l []hostileVCPU) {
	accels := []tcg.Accel{tcg.AccelInterp}
	as, err := softmmu.New(softmmu.Config{})
	require.NoError(t, err)
	if e, err := tcg.New(tcg.Config{Arch: g.arch, Mem: as, Accel: tcg.AccelJIT}); err == nil {
		accels = append(accels, tcg.AccelJIT, tcg.AccelAuto)
		require.NoError(t, e.Close())
	}
	require.NoError(t, as.Close())
	for _, a := range accels {
		if hostsig.Supported {
			l = append(l, newHostile(t, g, softmmu.Direct, a))
		}
		if a != tcg.AccelAuto { // once is enough
			l = append(l, newHostile(t, g, softmmu.TLB, a))
		}
	}
	return l
}

// withRegions are hostileConfigs, and those where all that runs becomes regions.
func withRegions(t *testing.T, g hostileGuest) []hostileVCPU {
	l := hostileConfigs(t, g)
	for _, mode := range []softmmu.Mode{softmmu.Direct, softmmu.TLB} {
		if mode == softmmu.Direct && !hostsig.Supported {
			continue
		}
		c := newHostileWith(t, g, mode, tcg.Config{Tier2: 1})
		c.name += "/regions"
		l = append(l, c)
	}
	return l
}

// canary is host memory that no guest may reach, and canaryAt what a guest would take for its address
// if nothing checked the range: its distance from guest address 0 of the last direct configuration.
var (
	canary   [4096]byte
	canaryAt uint64
)

// aim sets canaryAt for the configurations and fills the canary.
func aim(cs ...hostileVCPU) {
	for i := range canary {
		canary[i] = 0xa5
	}
	for _, c := range cs {
		if b := c.as.Base(); b != 0 {
			canaryAt = uint64(uintptr(unsafe.Pointer(&canary)) - b)
		}
	}
}

func canaryAlive(t *testing.T, seed uint64) {
	for i, b := range canary {
		if b != 0xa5 {
			t.Fatalf("seed %d: the guest wrote to host memory (byte %d is %#x)", seed, i, b)
		}
	}
}

// hostilePointer returns a register value: near something, at an edge, or anything.
func hostilePointer(r *rand.Rand) uint64 {
	switch r.UintN(16) {
	case 3:
		return canaryAt + r.Uint64N(uint64(len(canary)))
	case 0:
		return r.Uint64()
	case 1:
		return uint64(r.Int64N(64)) - 32
	case 2:
		return 1<<r.UintN(64) - r.Uint64N(32)
	}
	m := hostileMap[r.IntN(len(hostileMap))]
	switch r.UintN(16) {
	case 0:
		return uint64(m.at) - r.Uint64N(20)
	case 1:
		return uint64(m.at) + m.n - r.Uint64N(20)
	}
	return uint64(m.at) + r.Uint64N(m.n)
}

// reset gives the guest new code, memory and registers, the same for every configuration.
func (h *hostileVCPU) reset(g hostileGuest, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 7))
	for _, m := range hostileMap {
		b := make([]byte, m.n)
		switch {
		case m.perm&softmmu.X != 0:
			g.gen(r, b)
			g.scrub(b)
		case m.perm&softmmu.W != 0:
			for i := 0; i < len(b); i += 8 {
				binary.LittleEndian.PutUint64(b[i:], hostilePointer(r))
			}
		}
		h.as.Poke(m.at, b)
	}
	state := unsafe.Slice((*byte)(h.v.State()), g.arch.StateSize)
	clear(state)
	g.arch.InitState(h.v.State())
	for _, n := range g.regs {
		g.arch.WriteReg(h.v.State(), n, hostilePointer(r))
	}
	h.v.SetPC(uint64(hostileMap[0].at) + r.Uint64N(0x400)*uint64(g.arch.InsnAlign))
}

// outcome is what must not depend on how the guest is run.
type outcome struct {
	stop  string
	state []byte
}

func (h *hostileVCPU) outcome(g hostileGuest, s tcg.Stop) outcome {
	x := s.Exc
	if x.Fault.Kind == ir.FaultRange { // the TLB form has no range
		x.Fault.Kind = ir.FaultUnmapped
	}
	o := outcome{stop: fmt.Sprintf("%s %+v", s.Kind, x)}
	o.state = bytes.Clone(unsafe.Slice((*byte)(h.v.State()), g.arch.StateSize))
	return o
}

func (h *hostileVCPU) memory() (all []byte) {
	for _, m := range hostileMap {
		b := make([]byte, m.n)
		h.as.Peek(m.at, b)
		all = append(all, b...)
	}
	return all
}

// watch ends the process if a run takes too long: it cannot be stopped otherwise.
func watch(what string, d time.Duration) *time.Timer {
	return time.AfterFunc(d, func() {
		fmt.Fprintf(os.Stderr, "%s hangs\n", what)
		panic("hang")
	})
}

// TestHostile runs random code from the same random state in every configuration, for a limited number
// of instructions, and compares state and memory. No run may panic, hang, or touch host memory.
func TestHostile(t *testing.T) {
	for _, g := range hostileGuests(t) {
		t.Run(g.arch.Name, func(t *testing.T) {
			cs := slices.DeleteFunc(hostileConfigs(t, g), func(c hostileVCPU) bool {
				return strings.Contains(c.name, tcg.AccelAuto.String()) // as the JIT under a limit
			})
			aim(cs...)
			seed := *hostileSeed
			for ; cs[0].v.Engine().Stats().Translated < *hostileBlocks; seed++ {
				hostileRound(t, g, cs, seed)
				canaryAlive(t, seed)
				if t.Failed() {
					return
				}
			}
			t.Logf("%v", hostileStops)
			clear(hostileStops)
			t.Logf("%d rounds of up to %d instructions", seed-*hostileSeed, hostileLimit*hostileStarts)
			for _, c := range cs {
				s := c.v.Engine().Stats()
				t.Logf("%s: %d blocks, %d entries, %d faults, %d redone, %d invalidated", c.name, s.Translated, s.Entries, s.Faults, s.Redone, s.Invalidated)
			}
		})
	}
}

// hostileStops counts why runs ended.
var hostileStops = map[string]int{}

// A round starts the code at hostileStarts places and runs up to hostileLimit instructions from each.
const (
	hostileLimit  = 100
	hostileStarts = 64
)

func hostileRound(t *testing.T, g hostileGuest, cs []hostileVCPU, seed uint64) {
	for i := range cs {
		cs[i].reset(g, seed)
	}
	r := rand.New(rand.NewPCG(seed, 8))
	for start := range hostileStarts {
		var first outcome
		from := cs[0].v.PC()
		for i := range cs {
			c := &cs[i]
			w := watch(fmt.Sprintf("%s seed %d start %d", c.name, seed, start), 20*time.Second)
			c.v.SetLimit(hostileLimit)
			s := c.v.Run()
			for s.Kind == tcg.StopException && s.Exc.Kind == ir.ExcSyscall {
				s = c.v.Run()
			}
			w.Stop()
			o := c.outcome(g, s)
			if i == 0 {
				first = o
				hostileStops[s.Kind.String()+" "+s.Exc.Kind.String()]++
				continue
			}
			if o.stop != first.stop || !bytes.Equal(o.state, first.state) {
				t.Errorf("seed %d start %d from %#x: %s and %s differ\n%s\n%s", seed, start, from, cs[0].name, c.name,
					first.stop, o.stop)
				diffState(t, g, first.state, o.state)
				diffMem(t, cs[0].memory(), c.memory())
				t.Log(listing(g, &cs[0], from, cs[0].v.PC()))
				return
			}
		}
		pc := hostileNext(r, g, from, cs[0].v.PC())
		for i := range cs {
			cs[i].v.SetPC(pc)
		}
		for _, reg := range g.regs { // keep pointers about, for the code to get somewhere
			if r.UintN(2) == 0 {
				continue
			}
			val := hostilePointer(r)
			for i := range cs {
				g.arch.WriteReg(cs[i].v.State(), reg, val)
			}
		}
	}
	mem := cs[0].memory()
	for i := range cs[1:] {
		if m := cs[i+1].memory(); !bytes.Equal(mem, m) {
			t.Errorf("seed %d: memory of %s and %s differs", seed, cs[0].name, cs[i+1].name)
			diffMem(t, mem, m)
		}
	}
}

// hostileNext returns where to go on after a stop at pc: mostly a little further on.
func hostileNext(r *rand.Rand, g hostileGuest, from, pc uint64) uint64 {
	m := hostileMap[0]
	if r.UintN(8) == 0 || pc == from || pc < uint64(m.at) || pc >= uint64(m.at)+m.n-64 {
		pc = uint64(m.at) + r.Uint64N(m.n)
	}
	return (pc + r.Uint64N(3)*uint64(g.arch.InsnAlign)) &^ uint64(g.arch.InsnAlign-1)
}

// listing disassembles from an address up to another, if that is near.
func listing(g hostileGuest, c *hostileVCPU, from, to uint64) string {
	var s strings.Builder
	for n := 0; n < 40 && (n < 5 || from <= to); n++ {
		b := make([]byte, g.arch.MaxInsnLen)
		b = b[:c.as.Peek(softmmu.Addr(from), b)]
		text, k := g.arch.Disas(b, from)
		k = max(k, g.arch.InsnAlign)
		fmt.Fprintf(&s, "%#x: %-32x %s\n", from, b[:min(k, len(b))], text)
		from += uint64(k)
	}
	return s.String()
}

func diffState(t *testing.T, g hostileGuest, a, b []byte) {
	for i := 0; i+8 <= len(a); i += 8 {
		x, y := binary.LittleEndian.Uint64(a[i:]), binary.LittleEndian.Uint64(b[i:])
		if x == y {
			continue
		}
		name := ""
		for _, gl := range g.arch.Globals {
			if int(gl.Offset) == i || gl.Type == ir.V128 && int(gl.Offset)+8 == i {
				name = gl.Name
			}
		}
		t.Logf("state+%#x %-8s %016x %016x", i, name, x, y)
	}
}

func diffMem(t *testing.T, a, b []byte) {
	n := 0
	for i := 0; i+8 <= len(a) && n < 16; i += 8 {
		x, y := binary.LittleEndian.Uint64(a[i:]), binary.LittleEndian.Uint64(b[i:])
		if x != y {
			t.Logf("memory %#x: %016x %016x", i, x, y)
			n++
		}
	}
}

// TestHostileFree runs the same kind of code without a limit, so that blocks are chained, until the
// guest stops it or a timer does.
func TestHostileFree(t *testing.T) {
	for _, g := range hostileGuests(t) {
		for _, c := range hostileConfigs(t, g) {
			t.Run(c.name, func(t *testing.T) {
				c.v.SetLimit(-1)
				aim(c)
				interrupts := 0
				blocks := func() uint64 { s := c.v.Engine().Stats(); return s.Translated + s.Colds }
				for seed := *hostileSeed; blocks() < *hostileBlocks; seed++ {
					c.reset(g, seed)
					r := rand.New(rand.NewPCG(seed, 9))
					for start := range hostileStarts {
						w := watch(fmt.Sprintf("%s seed %d start %d", c.name, seed, start), 20*time.Second)
						from := c.v.PC()
						stop := time.AfterFunc(2*time.Millisecond, c.v.Interrupt)
						s := c.v.Run()
						stop.Stop()
						w.Stop()
						if s.Kind == tcg.StopInterrupt {
							interrupts++
						}
						require.NotEqual(t, tcg.StopError, s.Kind, "seed %d: %v", seed, s.Err)
						c.v.SetPC(hostileNext(r, g, from, c.v.PC()))
						g.arch.WriteReg(c.v.State(), g.regs[r.IntN(len(g.regs))], hostilePointer(r))
					}
					canaryAlive(t, seed)
				}
				t.Logf("%d loops interrupted, %d blocks entered", interrupts, c.v.Engine().Stats().Entries)
			})
		}
	}
}
