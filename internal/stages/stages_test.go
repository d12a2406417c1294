//go:build unix

package stages

import (
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/cpu/x86"
	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/backend/amd64"
	"github.com/gotcg/gotcg/tcg/ir"
	"github.com/gotcg/gotcg/tcg/opt"
)

// guest is code to translate: its blocks one after the other, as an engine would cut them.
type guest struct {
	arch   *cpu.Arch
	pc     uint64
	code   []byte
	blocks []uint64 // where each begins
	insns  int
}

// maxBlocks is how much of the program is used.
const maxBlocks = 4000

var guests = map[string]*guest{}

// load builds a Go program for goarch and cuts its code into blocks.
func load(tb testing.TB, goarch string) *guest {
	if g := guests[goarch]; g != nil {
		return g
	}
	arch := x86.Arch
	if goarch == "arm64" {
		arch = arm64.Arch()
	}
	dir := tb.TempDir()
	src, exe := filepath.Join(dir, "main.go"), filepath.Join(dir, "main")
	require.NoError(tb, os.WriteFile(src, []byte("package main\nimport \"fmt\"\nfunc main() { fmt.Println(\"hello\") }\n"), 0o666))
	cmd := exec.Command("go", "build", "-o", exe, src)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+goarch)
	out, err := cmd.CombinedOutput()
	require.NoError(tb, err, string(out))
	f, err := elf.Open(exe)
	require.NoError(tb, err)
	defer f.Close()
	text := f.Section(".text")
	g := &guest{arch: arch, pc: text.Addr}
	g.code, err = text.Data()
	require.NoError(tb, err)
	b := ir.NewBuilder(arch.Globals)
	for pc := g.pc; len(g.blocks) < maxBlocks && pc < g.pc+uint64(len(g.code))-256; {
		g.blocks = append(g.blocks, pc)
		g.translate(b, pc)
		g.insns += b.Insns
		pc += uint64(b.Len)
	}
	guests[goarch] = g
	return g
}

// translate fills b with the block at pc, much as the engine does.
func (g *guest) translate(b *ir.Builder, pc uint64) {
	b.Reset(pc)
	at := pc
	for {
		insn := b.Insn(at)
		r := g.arch.Translate(b, at, g.code[at-g.pc:], 0)
		b.Ops[insn].Aux = uint8(r.Len)
		at += uint64(r.Len)
		b.Len = int(at - pc)
		if r.End {
			return
		}
		if b.Insns >= 64 || at>>12 != pc>>12 {
			b.ExitTB(at, false)
			return
		}
	}
}

// stages is everything a block passes through.
type stages struct {
	b     *ir.Builder
	opt   *opt.State
	comp  *amd64.Compiler
	buf   []byte
	arena backend.Arena
}

func newStages(tb testing.TB, g *guest) *stages {
	s := &stages{b: ir.NewBuilder(g.arch.Globals), opt: opt.NewState(), buf: make([]byte, 1<<20)}
	cfg := backend.Config{
		Globals: g.arch.Globals, FPEnvOffset: int32(g.arch.FPEnvOffset), X87: g.arch.X87, Rep: g.arch.Rep,
		JumpCache: int32(g.arch.StateSize+63) &^ 63, GuestLimit: 1 << 45,
	}
	if g.arch.InsnAlign == 4 {
		cfg.PCShift = 2
	}
	s.comp = amd64.New(cfg)
	_, err := s.comp.EmitStubs(s.buf)
	require.NoError(tb, err)
	return s
}

// request places every block at the same offset.
func (s *stages) request() backend.Request {
	return backend.Request{Buf: s.buf[4096:], Off: 4096, Loop: true}
}

// BenchmarkTranslation takes blocks from guest code to the stage it is named after, with all stages before
// it. An op is a guest instruction.
func BenchmarkTranslation(b *testing.B) {
	for _, arch := range []string{"amd64", "arm64"} {
		for stage, name := range []string{"translate", "optimize", "compile", "pack"} {
			b.Run(arch+"/"+name, func(b *testing.B) {
				g := load(b, arch)
				s := newStages(b, g)
				for n := 0; n < min(b.N, 20000); n += s.b.Insns { // caches and buffers warm up
					s.run(b, g, g.blocks[n%len(g.blocks)], stage)
				}
				b.ReportAllocs()
				start := cpuTime()
				b.ResetTimer()
				for n, i := 0, 0; n < b.N; i++ {
					s.run(b, g, g.blocks[i%len(g.blocks)], stage)
					n += s.b.Insns
				}
				b.ReportMetric(float64(cpuTime()-start)/float64(b.N), "cpu-ns/op")
			})
		}
	}
}

func (s *stages) run(tb testing.TB, g *guest, pc uint64, stage int) {
	g.translate(s.b, pc)
	if stage == 0 {
		return
	}
	s.opt.Run(&s.b.Block)
	if stage == 1 {
		return
	}
	c, err := s.comp.Compile(&s.b.Block, s.request())
	if err != nil {
		tb.Fatal(err)
	}
	if stage == 2 {
		return
	}
	var p backend.Packed
	s.arena.Pack(&p, &c.Table, 4096)
}

// cpuTime is the CPU time of the process so far, in nanoseconds: what other programs on the machine do is
// not in it.
func cpuTime() int64 {
	var ru syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &ru)
	return ru.Utime.Nano() + ru.Stime.Nano()
}

// BenchmarkDecode decodes only.
func BenchmarkDecode(b *testing.B) {
	b.Run("amd64", func(b *testing.B) {
		g := load(b, "amd64")
		var in x86.Inst
		b.ReportAllocs()
		off := 0
		start := cpuTime()
		for b.Loop() {
			if off >= len(g.code)/2 {
				off = 0
			}
			if err := in.Decode(g.code[off:], x86.Mode64); err != nil {
				b.Fatal(err)
			}
			off += int(in.Len)
		}
		b.ReportMetric(float64(cpuTime()-start)/float64(b.N), "cpu-ns/op")
	})
}

// TestSizes says what blocks come to, in a table for docs/performance.md, and holds it to bounds.
func TestSizes(t *testing.T) {
	for _, arch := range []string{"amd64", "arm64"} {
		g := load(t, arch)
		s := newStages(t, g)
		guest, host, tables, sites := 0, 0, 0, 0
		for _, pc := range g.blocks {
			g.translate(s.b, pc)
			s.opt.Run(&s.b.Block)
			c, err := s.comp.Compile(&s.b.Block, s.request())
			require.NoError(t, err)
			var p backend.Packed
			s.arena.Pack(&p, &c.Table, 4096)
			guest, host, tables, sites = guest+s.b.Len, host+c.Len, tables+p.Bytes(), sites+len(c.Sites)
		}
		t.Logf("%s: %d blocks, %d instructions; %.2f bytes of host code a byte of guest code; %.1f bytes of table a site",
			arch, len(g.blocks), g.insns, float64(host)/float64(guest), float64(tables)/float64(sites))
		require.Less(t, float64(host)/float64(guest), 7.0)
		require.Less(t, float64(tables)/float64(sites), 80.0)
	}
}

// TestDeterministic compiles every block twice: equal bytes.
func TestDeterministic(t *testing.T) {
	for _, arch := range []string{"amd64", "arm64"} {
		g := load(t, arch)
		s, again := newStages(t, g), newStages(t, g)
		for i := range g.blocks {
			// The second goes through the blocks in another order.
			code := func(s *stages, pc uint64) string {
				g.translate(s.b, pc)
				s.opt.Run(&s.b.Block)
				c, err := s.comp.Compile(&s.b.Block, s.request())
				require.NoError(t, err)
				return string(s.buf[4096 : 4096+c.Len])
			}
			pc := g.blocks[i]
			first := code(s, pc)
			code(again, g.blocks[len(g.blocks)-1-i])
			require.Equal(t, first, code(again, pc), "%s %#x", arch, pc)
		}
	}
}
