package stages

import (
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

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

// stages is everything a block passes through, and how long each took.
type stages struct {
	b     *ir.Builder
	opt   *opt.State
	comp  *amd64.Compiler
	buf   []byte
	arena backend.Arena
	times [4]time.Duration
}

func newStages(tb testing.TB, g *guest) *stages {
	s := &stages{b: ir.NewBuilder(g.arch.Globals), opt: opt.NewState(), buf: make([]byte, 1<<20)}
	cfg := backend.Config{
		Globals: g.arch.Globals, FPEnvOffset: int32(g.arch.FPEnvOffset), X87: g.arch.X87,
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

// BenchmarkTranslation is a block's way from guest code to host code; an op is a guest instruction. The
// stages' shares are measured apart, once around each block.
func BenchmarkTranslation(b *testing.B) {
	for _, arch := range []string{"amd64", "arm64"} {
		b.Run(arch, func(b *testing.B) {
			g := load(b, arch)
			s := newStages(b, g)
			host, bytes, tables, sites := 0, 0, 0, 0
			b.ReportAllocs()
			b.ResetTimer()
			for n := 0; n < b.N; {
				for _, pc := range g.blocks {
					t0 := time.Now()
					g.translate(s.b, pc)
					t1 := time.Now()
					s.opt.Run(&s.b.Block)
					t2 := time.Now()
					c, err := s.comp.Compile(&s.b.Block, s.request())
					if err != nil {
						b.Fatal(err)
					}
					t3 := time.Now()
					var p backend.Packed
					s.arena.Pack(&p, &c.Table, 4096)
					t4 := time.Now()
					for i, d := range [...]time.Duration{t1.Sub(t0), t2.Sub(t1), t3.Sub(t2), t4.Sub(t3)} {
						s.times[i] += d
					}
					n += s.b.Insns
					bytes += s.b.Len
					host += c.Len
					tables += p.Bytes()
					sites += len(c.Sites)
					if n >= b.N {
						break
					}
				}
			}
			for i, name := range []string{"translate", "opt", "compile", "pack"} {
				b.ReportMetric(float64(s.times[i].Nanoseconds())/float64(b.N), name+"-ns/op")
			}
			b.ReportMetric(float64(host)/float64(bytes), "host/guest-bytes")
			b.ReportMetric(float64(tables)/float64(max(sites, 1)), "B/site")
		})
	}
}

// BenchmarkDecode decodes only.
func BenchmarkDecode(b *testing.B) {
	b.Run("amd64", func(b *testing.B) {
		g := load(b, "amd64")
		var in x86.Inst
		b.ReportAllocs()
		off := 0
		for b.Loop() {
			if off >= len(g.code)/2 {
				off = 0
			}
			if err := in.Decode(g.code[off:], x86.Mode64); err != nil {
				b.Fatal(err)
			}
			off += int(in.Len)
		}
	})
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
