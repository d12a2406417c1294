package arm64

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	"github.com/gotcg/gotcg/internal/decodegen"
	"github.com/gotcg/gotcg/tcg/interp"
	"github.com/gotcg/gotcg/tcg/ir"
	"github.com/stretchr/testify/require"
)

// The differential test runs random instructions on the interpreter and on testdata/a64oracle under
// qemu-aarch64, and compares the states. It needs the oracle's binary:
//
//	GOTCG_A64_ORACLE=/path/oracle GOTCG_A64_INSNS=1000000 go test -run TestOracle ./cpu/arm64
//
// GOTCG_A64_ROWS is a regular expression of the rows to use, GOTCG_A64_SEED the seed.

// oracleCPU has no half-precision arithmetic, as our guest.
const oracleCPU = "cortex-a72"

const (
	oracleWindow  = 0x10000000 + 32768
	oracleMem     = 1024
	oracleBatch   = 64
	oracleMaxInsn = 8
)

// oracleRecord is struct record of oracle.c.
type oracleRecord struct {
	X                [31]uint64
	SP               uint64
	V                [32][2]uint64
	NZCV, FPCR, FPSR uint64
	Fault            uint64
	Signo, At, N     uint32
	Insn             [oracleMaxInsn]uint32
	Pad              uint32
	Mem              [oracleMem]byte
}

// windowMem is guest memory that consists of the oracle's window.
type windowMem struct{ b *[oracleMem]byte }

func (m windowMem) at(addr uint64, n uint64) ([]byte, ir.Fault) {
	if addr < oracleWindow || addr > oracleWindow+oracleMem-n {
		return nil, ir.Fault{Addr: addr, Kind: ir.FaultUnmapped}
	}
	return m.b[addr-oracleWindow:][:n], ir.Fault{}
}

func (m windowMem) Load(addr uint64, w ir.Width) (v ir.Val, f ir.Fault) {
	var buf [16]byte
	b, f := m.at(addr, uint64(w.Bytes()))
	copy(buf[:], b)
	return ir.Val{Lo: binary.LittleEndian.Uint64(buf[:]), Hi: binary.LittleEndian.Uint64(buf[8:])}, f
}

func (m windowMem) Store(addr uint64, w ir.Width, v ir.Val) ir.Fault {
	var buf [16]byte
	binary.LittleEndian.PutUint64(buf[:], v.Lo)
	binary.LittleEndian.PutUint64(buf[8:], v.Hi)
	b, f := m.at(addr, uint64(w.Bytes()))
	copy(b, buf[:])
	return f
}

func (m windowMem) Atomic(op ir.Opcode, addr uint64, w ir.Width, arg, cmp ir.Val) (ir.Val, ir.Fault) {
	return ir.Val{}, ir.Fault{Addr: addr, Kind: ir.FaultUnmapped}
}

func (m windowMem) Read(addr uint64, p []byte) ir.Fault {
	b, f := m.at(addr, uint64(len(p)))
	copy(p, b)
	return f
}

func (m windowMem) Write(addr uint64, p []byte) ir.Fault {
	b, f := m.at(addr, uint64(len(p)))
	copy(b, p)
	return f
}

// oracleRun executes r on the interpreter. It reports false when the record is of no use: it left
// the window or the block in another way than an undefined instruction.
func oracleRun(b *ir.Builder, r *oracleRecord) bool {
	var s State
	initState(unsafe.Pointer(&s))
	s.X, s.SP, s.V = r.X, r.SP, r.V
	s.SetNZCV(r.NZCV)
	s.WriteFPCR(r.FPCR)
	s.WriteFPSR(r.FPSR)
	env := ir.Env{State: unsafe.Pointer(&s), FPEnv: &s.FPEnv, Mem: windowMem{&r.Mem}}
	th := interp.Thread{Env: &env}
	r.Signo, r.At = 0, 0
	for k := range r.N {
		const pc = 0x400000
		b.Reset(pc)
		b.Insn(pc)
		var code [4]byte
		binary.LittleEndian.PutUint32(code[:], r.Insn[k])
		if res := translate(b, pc, code[:], s.fpMode()); !res.End {
			b.ExitTB(pc+4, false)
		}
		x := th.Run(&b.Block)
		switch {
		case x.Kind == interp.ExitExc && x.Exc.Kind == ir.ExcIllegal:
			r.Signo, r.At = 4, k
		case x.Kind > interp.ExitPtr || x.PC != pc+4:
			return false
		}
		if r.Signo != 0 {
			break
		}
	}
	r.X, r.SP, r.V = s.X, s.SP, s.V
	r.NZCV, r.FPCR, r.FPSR = s.NZCV(), s.FPCR, s.ReadFPSR()
	return true
}

// specials are the operands that matter to some instruction, by lane width (log2 bytes).
var specials = [4][]uint64{
	{0, 1, 2, 0x7f, 0x80, 0x81, 0xff, 0xfe, 0x40, 0xc0, 0x10},
	{0, 1, 0x7fff, 0x8000, 0xffff, 0x7c00, 0xfc00, 0x7e00, 0xfe01, 0x7c01, 0xfd00, 0x0001, 0x03ff, 0x8400, 0x3c00,
		0xbc00, 0x7bff, 0x3555, 0x4000},
	{0, 0x80000000, 1, 0x80000001, 0x007fffff, 0x00800000, 0x80800000, 0x00800001, 0x3f800000, 0xbf800000, 0x7f7fffff,
		0xff7fffff, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc12345, 0x7f800001, 0xffa00000, 0x7fffffff, 0xffffffff,
		0x3f000000, 0x3effffff, 0x4b000000, 0x4b7fffff, 0x4f000000, 0xcf000000, 0x4effffff, 0x4f800000, 0x5f000000,
		0x5f800000, 0x3fc00000, 0x40200000, 0x33000000, 0x33800000, 0x38800000, 0x387fe000, 0x477fe000, 0x477ff000,
		0x00400000, 0x7e800000, 0x7f000000, 0x00200000, 0x7e000000, 0x20000000, 0x5e800000},
	{0, 1 << 63, 1, 1<<63 | 1, 0x000fffffffffffff, 0x0010000000000000, 0x8010000000000000, 0x3ff0000000000000,
		0xbff0000000000000, 0x7fefffffffffffff, 0xffefffffffffffff, 0x7ff0000000000000, 0xfff0000000000000,
		0x7ff8000000000000, 0xfff8000000012345, 0x7ff0000000000001, 0xfff4000000000000, 0x7fffffffffffffff,
		0xffffffffffffffff, 0x3fe0000000000000, 0x3fdfffffffffffff, 0x4330000000000000, 0x433fffffffffffff,
		0x41e0000000000000, 0xc1e0000000000000, 0x41dfffffffc00000, 0x43e0000000000000, 0x43f0000000000000,
		0xc3e0000000000000, 0x3ff8000000000000, 0x4004000000000000, 0x36a0000000000000, 0x3690000000000000,
		0x3810000000000000, 0x380fffffffffffff, 0x47efffffe0000000, 0x47effffff0000000, 0x3f10000000000000,
		0x3e60000000000000, 0x7fd0000000000000, 0x0008000000000000, 0x0004000000000000, 0x2000000000000000,
		0x5ff0000000000000, 0x1ff0000000000000},
}

func randLanes(rnd *rand.Rand, w int) uint64 {
	var v uint64
	n := 8 << w
	for at := 0; at < 64; at += n {
		var x uint64
		switch rnd.IntN(4) {
		case 0:
			x = rnd.Uint64()
		case 1:
			// A special value and its neighbours.
			x = specials[w][rnd.IntN(len(specials[w]))] + uint64(rnd.IntN(5)) - 2
		case 2:
			x = specials[w][rnd.IntN(len(specials[w]))]
		default:
			x = specials[w][rnd.IntN(len(specials[w]))] ^ 1<<rnd.IntN(n)
		}
		if n < 64 {
			x &= 1<<n - 1
		}
		v |= x << at
	}
	return v
}

func randRecord(rnd *rand.Rand, r *oracleRecord) {
	*r = oracleRecord{}
	for i := range r.X {
		switch rnd.IntN(4) {
		case 0, 1:
			r.X[i] = oracleWindow + oracleMem/2 + uint64(rnd.IntN(64))
		case 2:
			r.X[i] = uint64(rnd.IntN(64)) - 32
		default:
			r.X[i] = randLanes(rnd, rnd.IntN(4))
		}
	}
	r.SP = oracleWindow + oracleMem/2 + uint64(rnd.IntN(4))*16
	w := rnd.IntN(4)
	for i := range r.V {
		if rnd.IntN(8) == 0 {
			w = rnd.IntN(4)
		}
		r.V[i] = [2]uint64{randLanes(rnd, w), randLanes(rnd, w)}
	}
	r.NZCV = uint64(rnd.IntN(16)) << 28
	switch rnd.IntN(4) {
	case 0, 1:
	case 2:
		r.FPCR = uint64(rnd.IntN(4)) << 22
	default:
		r.FPCR = uint64(rnd.IntN(32)) << 22
	}
	if rnd.IntN(4) == 0 {
		r.FPSR = uint64(rnd.Uint32()) & 0x0800009f
	}
	for i := range r.Mem {
		r.Mem[i] = byte(rnd.Uint32())
	}
	r.N = 1
}

type oracle struct {
	in  io.WriteCloser
	out io.Reader
	cmd *exec.Cmd
}

func startOracle(t *testing.T) *oracle {
	path := os.Getenv("GOTCG_A64_ORACLE")
	if path == "" {
		t.Skip("GOTCG_A64_ORACLE is not set: needs testdata/a64oracle built and qemu-aarch64")
	}
	o := &oracle{cmd: exec.Command("qemu-aarch64", "-cpu", oracleCPU, path)}
	var err error
	o.in, err = o.cmd.StdinPipe()
	require.NoError(t, err)
	o.out, err = o.cmd.StdoutPipe()
	require.NoError(t, err)
	o.cmd.Stderr = os.Stderr
	require.NoError(t, o.cmd.Start())
	t.Cleanup(func() { o.in.Close(); _ = o.cmd.Wait() })
	return o
}

func (o *oracle) run(t *testing.T, batch []oracleRecord) {
	var buf bytes.Buffer
	require.NoError(t, binary.Write(&buf, binary.LittleEndian, batch))
	done := make(chan error, 1)
	go func() { _, err := o.in.Write(buf.Bytes()); done <- err }()
	raw := make([]byte, buf.Len())
	_, err := io.ReadFull(o.out, raw)
	require.NoError(t, err)
	require.NoError(t, <-done)
	require.NoError(t, binary.Read(bytes.NewReader(raw), binary.LittleEndian, batch))
}

func envInt(name string, def int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return def
}

// diffRecords describes where the states differ.
func diffRecords(in, want, got *oracleRecord) string {
	var s strings.Builder
	if want.Signo != got.Signo || want.At != got.At {
		fmt.Fprintf(&s, " signal %d@%d want %d@%d", got.Signo, got.At, want.Signo, want.At)
	}
	for i := range want.X {
		if want.X[i] != got.X[i] {
			fmt.Fprintf(&s, " x%d=%x want %x (was %x)", i, got.X[i], want.X[i], in.X[i])
		}
	}
	for i := range want.V {
		if want.V[i] != got.V[i] {
			fmt.Fprintf(&s, " v%d=%016x%016x want %016x%016x (was %016x%016x)", i, got.V[i][1], got.V[i][0],
				want.V[i][1], want.V[i][0], in.V[i][1], in.V[i][0])
		}
	}
	for _, r := range []struct {
		name      string
		want, got uint64
	}{{"sp", want.SP, got.SP}, {"nzcv", want.NZCV, got.NZCV}, {"fpcr", want.FPCR, got.FPCR}, {"fpsr", want.FPSR, got.FPSR}} {
		if r.want != r.got {
			fmt.Fprintf(&s, " %s=%x want %x", r.name, r.got, r.want)
		}
	}
	if want.Mem != got.Mem {
		s.WriteString(" memory")
	}
	return s.String()
}

func oracleRows(t *testing.T) []decodegen.Row {
	re := regexp.MustCompile(os.Getenv("GOTCG_A64_ROWS"))
	var rows []decodegen.Row
	for _, r := range patternRows(t) {
		if !r.Todo && !r.Refused && r.Value>>26&3 == 3 && re.MatchString(r.Name) && !strings.HasPrefix(r.Name, "LDRflit") {
			rows = append(rows, r)
		}
	}
	return rows
}

func TestOracle(t *testing.T) {
	o := startOracle(t)
	rnd := rand.New(rand.NewPCG(uint64(envInt("GOTCG_A64_SEED", 1)), 2))
	total, perRow := envInt("GOTCG_A64_INSNS", 20000), map[string]int{}
	rows := oracleRows(t)
	maxLen := envInt("GOTCG_A64_LEN", 1)
	b := ir.NewBuilder(globals)
	bad, dropped := map[string]int{}, map[string]int{}
	var in, got, want [oracleBatch]oracleRecord
	for done := 0; done < total; {
		for k := range in {
			for {
				randRecord(rnd, &in[k])
				n := 1 + rnd.IntN(maxLen)
				in[k].N = uint32(n)
				var name string
				for j := range n {
					row := &rows[rnd.IntN(len(rows))]
					name = row.Name
					in[k].Insn[j] = randInsn(rnd, row)
				}
				got[k] = in[k]
				if oracleRun(b, &got[k]) {
					perRow[name] += n
					break
				}
				dropped[name]++
			}
			done += int(in[k].N)
		}
		want = in
		o.run(t, want[:])
		for k := range in {
			want[k].Fault, want[k].Pad = 0, 0
			if got[k] == want[k] {
				continue
			}
			name := decode(insn(in[k].Insn[in[k].N-1])).name
			if bad[name]++; bad[name] <= 2 {
				t.Errorf("%s\n%s", describe(&in[k]), diffRecords(&in[k], &want[k], &got[k]))
			}
		}
	}
	report(t, "mismatches", bad)
	for name, n := range dropped {
		if n > 20*perRow[name] {
			t.Logf("%s: %d of %d dropped", name, n, n+perRow[name])
		}
	}
}

// randInsn fills a row's fields; large immediate offsets are kept small, so that accesses stay in
// the window.
func randInsn(rnd *rand.Rand, row *decodegen.Row) uint32 {
	w := row.Value | rnd.Uint32()&^row.Mask
	for _, f := range row.Fields {
		if f.Name == "imm12" {
			w &^= 0xff0 << f.Lsb
		}
	}
	return w
}

func describe(r *oracleRecord) string {
	var s strings.Builder
	for _, w := range r.Insn[:r.N] {
		var code [4]byte
		binary.LittleEndian.PutUint32(code[:], w)
		text, _ := disas(code[:], 0)
		i := insn(w)
		fmt.Fprintf(&s, "%08x %s: %s [n=%016x%016x m=%016x%016x d=%016x%016x]\n", w, decode(i).name, text,
			r.V[i.rn()][1], r.V[i.rn()][0], r.V[i.rm()][1], r.V[i.rm()][0], r.V[i.rd()][1], r.V[i.rd()][0])
	}
	fmt.Fprintf(&s, "fpcr=%x fpsr=%x", r.FPCR, r.FPSR)
	return s.String()
}

func report(t *testing.T, what string, m map[string]int) {
	var names []string
	for n := range m {
		names = append(names, n)
	}
	sort.Slice(names, func(i, j int) bool { return m[names[i]] > m[names[j]] })
	for _, n := range names {
		t.Logf("%s %s: %d", what, n, m[n])
	}
}
