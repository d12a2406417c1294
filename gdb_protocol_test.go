//go:build linux

package gotcg_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg"
)

// gdbClient speaks the protocol to a machine.
type gdbClient struct {
	t    testing.TB
	m    *gotcg.Machine
	conn net.Conn
	r    *bufio.Reader
	// exit is how the machine's Run ends; done, the server.
	exit chan gotcg.Exit
	done chan error
	stop context.CancelFunc
	// close ends everything.
	close func()
}

// debugGuest loads a program of testdata/elf/bin, has it wait for a debugger, and attaches.
func debugGuest(t testing.TB, name string, cfg gotcg.Config) *gdbClient {
	return debugFile(t, filepath.Join("testdata/elf/bin", name), cfg)
}

// debugFile does the same with any program.
func debugFile(t testing.TB, path string, cfg gotcg.Config) *gdbClient {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	require.NoError(t, err)
	t.Cleanup(func() { null.Close() })
	cfg.AddressBits = 36
	cfg.Stdin, cfg.Stdout, cfg.Stderr = null, null, null
	cfg.Args, cfg.Env = []string{filepath.Base(path)}, []string{"A=1"}
	m, err := gotcg.Load(path, cfg)
	require.NoError(t, err)
	m.Debug().Hold()
	return attach(t, m)
}

// attach attaches to a machine, and runs it.
func attach(t testing.TB, m *gotcg.Machine) *gdbClient {
	a, b := net.Pipe()
	ctx, cancel := context.WithCancel(context.Background())
	c := &gdbClient{t: t, m: m, conn: a, r: bufio.NewReader(a), exit: make(chan gotcg.Exit, 1), done: make(chan error, 1), stop: cancel}
	go func() { c.done <- m.Debug().ServeConn(ctx, b) }()
	go func() {
		x, _ := m.Run(ctx)
		c.exit <- x
	}()
	c.close = sync.OnceFunc(func() {
		cancel()
		_ = a.Close()
		<-c.done
		<-c.exit
		_ = m.Close()
	})
	t.Cleanup(c.close)
	return c
}

// serveAgain attaches another client to a machine that somebody runs.
func serveAgain(t testing.TB, m *gotcg.Machine) *gdbClient {
	a, b := net.Pipe()
	c := &gdbClient{t: t, m: m, conn: a, r: bufio.NewReader(a), done: make(chan error, 1)}
	go func() { c.done <- m.Debug().ServeConn(context.Background(), b) }()
	t.Cleanup(func() { _ = a.Close() })
	return c
}

// ended waits for the guest's end.
func (c *gdbClient) ended() gotcg.Exit {
	select {
	case x := <-c.exit:
		c.exit <- x
		return x
	case <-time.After(30 * time.Second):
		c.t.Fatal("the guest has not ended")
	}
	panic("not reached")
}

// begin goes without acknowledgements, as all clients do.
func (c *gdbClient) begin() {
	require.Equal(c.t, "OK", c.ask("QStartNoAckMode"))
	require.Contains(c.t, c.ask("qSupported:multiprocess+;swbreak+;hwbreak+;error-message+"), "qXfer:features:read+")
}

func (c *gdbClient) send(s string) {
	sum := byte(0)
	for i := range len(s) {
		sum += s[i]
	}
	require.NoError(c.t, c.conn.SetDeadline(time.Now().Add(30*time.Second)))
	_, err := fmt.Fprintf(c.conn, "$%s#%02x", s, sum)
	require.NoError(c.t, err)
}

// recv returns the next packet, its runs expanded.
func (c *gdbClient) recv() string {
	_, err := c.r.ReadBytes('$')
	require.NoError(c.t, err)
	body, err := c.r.ReadBytes('#')
	require.NoError(c.t, err)
	_, err = io.ReadFull(c.r, make([]byte, 2))
	require.NoError(c.t, err)
	var out []byte
	for i := 0; i < len(body)-1; i++ {
		if body[i] == '*' && len(out) > 0 {
			i++
			out = append(out, bytes.Repeat(out[len(out)-1:], int(body[i])-29)...)
			continue
		}
		out = append(out, body[i])
	}
	return string(out)
}

func (c *gdbClient) ask(s string) string {
	c.send(s)
	return c.recv()
}

// pcReg is the program counter's number, and its place in g, in digits.
func pcReg(name string) (num, at int) {
	if strings.HasSuffix(name, ".a64") {
		return 32, 32 * 16
	}
	return 16, 16 * 16
}

// pc takes the program counter out of a g reply.
func pc(t testing.TB, name, regs string) uint64 {
	_, at := pcReg(name)
	return regValue(t, regs[at:at+16])
}

// TestGDBSteps: single steps, from random places that the guest gets to at full speed, leave the same registers
// and memory on the JIT as on the interpreter.
func TestGDBSteps(t *testing.T) {
	steps := 10000
	if testing.Short() {
		steps = 1500
	}
	names := []string{"compute.x64", "memory.x64", "selfmod.x64", "rep.x64", "hello.x64", "compute.a64", "memory.a64", "selfmod.a64", "primes.a64", "hello.a64"}
	for i, name := range names {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(5, uint64(i)))
			for left, try := steps/len(names), 0; left > 0; try++ {
				// With and without regions from the first time on, and those that form by themselves.
				left -= stepTogether(t, name, gotcg.Config{Tier2: []int{1, 0, 3}[try%3]}, rng, left)
			}
		})
	}
}

// stepTogether steps through a program on both executors, and returns how many steps it did.
func stepTogether(t *testing.T, name string, cfg gotcg.Config, rng *rand.Rand, most int) int {
	one, two := debugGuest(t, name, cfg), debugGuest(t, name, gotcg.Config{Accel: gotcg.Interp})
	defer one.close()
	defer two.close()
	one.begin()
	two.begin()
	both := func(s string) string {
		a, b := one.ask(s), two.ask(s)
		require.Equal(t, b, a, s)
		return a
	}
	var seen []uint64
	times := map[uint64]int{}
	n := 0
	for n < most {
		for range 1 + rng.IntN(60) {
			if stop := both("vCont;s:p" + fmt.Sprintf("%x.%x", os.Getpid(), os.Getpid())); stop[0] != 'T' {
				return n + 1
			}
			n++
			regs := both("g")
			seen = append(seen, pc(t, name, regs))
			times[seen[len(seen)-1]]++
			if rng.IntN(10) == 0 {
				sp := both(map[bool]string{true: "p1f", false: "p7"}[strings.HasSuffix(name, ".a64")])
				v := regValue(t, sp)
				both(fmt.Sprintf("m%x,100", v-0x100)) // above the stack pointer there are random bytes at first
			}
		}
		// On at full speed to a place that it has been at, the so-manyeth time.
		// In a loop, unless there is time for the interpreter to go through all of the program.
		near := seen[max(0, len(seen)-40):]
		to := near[rng.IntN(len(near))]
		for try := 0; try < 20 && times[to] < 2; try++ {
			to = near[rng.IntN(len(near))]
		}
		if times[to] < 2 && !*long {
			continue
		}
		at := fmt.Sprintf("0,%x,4", to)
		require.Equal(t, "OK", both("Z"+at))
		for range 1 + rng.IntN(5) {
			if stop := both("vCont;c"); stop[0] != 'T' {
				return n + 1
			}
			both("g")
			require.Equal(t, "OK", both("z"+at))
			both("vCont;s")
			n++
			require.Equal(t, "OK", both("Z"+at))
		}
		require.Equal(t, "OK", both("z"+at))
	}
	return n
}

// TestGDBTranscript: a session over a pipe with a real guest of each architecture.
func TestGDBTranscript(t *testing.T) {
	for _, name := range []string{"hello.x64", "hello.a64"} {
		t.Run(name, func(t *testing.T) {
			every(t, func(t *testing.T, cfg gotcg.Config) {
				c := debugGuest(t, name, cfg)
				c.begin()
				num, _ := pcReg(name)
				id := fmt.Sprintf("p%x.%x", os.Getpid(), os.Getpid())
				require.Contains(t, c.ask("?"), "T05thread:"+id)
				require.Contains(t, c.ask("qXfer:features:read:target.xml:0,10000"), "org.gnu.gdb.")
				require.Equal(t, "l", c.ask("qXfer:auxv:read::1000,10000"))
				require.Contains(t, c.ask("qXfer:exec-file:read::0,1000"), name)
				require.Contains(t, c.ask("qXfer:threads:read::0,1000"), id)
				entry := pc(t, name, c.ask("g"))
				code := c.ask(fmt.Sprintf("m%x,10", entry))
				require.Len(t, code, 32)
				require.Equal(t, "E.cannot access memory there", c.ask("m0,4"))
				require.Equal(t, "OK", c.ask(fmt.Sprintf("P%x=%s", num, leHex(entry))))
				require.Equal(t, leHex(entry), c.ask(fmt.Sprintf("p%x", num)))
				require.Contains(t, c.ask("vCont;s:"+id), "T05thread:"+id)
				next := pc(t, name, c.ask("g"))
				require.NotEqual(t, entry, next)
				// Back to where it was, and on to a breakpoint one instruction further.
				require.Equal(t, "OK", c.ask(fmt.Sprintf("Z0,%x,1", next)))
				require.Equal(t, "OK", c.ask(fmt.Sprintf("P%x=%s", num, leHex(entry))))
				require.Contains(t, c.ask("vCont;c"), "T05swbreak:;thread:"+id)
				require.Equal(t, next, pc(t, name, c.ask("g")))
				require.Contains(t, c.ask("vCont;c"), "T05swbreak:;thread:"+id, "it has not gone past it")
				require.Equal(t, "OK", c.ask(fmt.Sprintf("z0,%x,1", next)))
				require.Equal(t, code, c.ask(fmt.Sprintf("m%x,10", entry)), "nothing is written into the code")
				// A condition that is never true.
				require.Equal(t, "OK", c.ask(fmt.Sprintf("Z0,%x,1;X3,220027", next)))
				require.Equal(t, "OK", c.ask(fmt.Sprintf("P%x=%s", num, leHex(entry))))
				write := map[bool]int{true: 64, false: 1}[strings.HasSuffix(name, ".a64")]
				require.Equal(t, "OK", c.ask(fmt.Sprintf("QCatchSyscalls:1;%x", write)))
				require.Contains(t, c.ask("vCont;c"), fmt.Sprintf("T05syscall_entry:%x;", write))
				require.Contains(t, c.ask("vCont;c"), fmt.Sprintf("T05syscall_return:%x;", write))
				require.Equal(t, "OK", c.ask("QCatchSyscalls:0"))
				require.Equal(t, hex.EncodeToString([]byte("usage: monitor info tb ADDR\n")), c.ask("qRcmd,"+hex.EncodeToString([]byte("info tb"))))
				require.Regexp(t, "^W00;process:", c.ask("vCont;c"))
				require.Equal(t, gotcg.Exited, c.ended().Kind)
			})
		})
	}
}

func leHex(v uint64) string {
	var b [8]byte
	for i := range b {
		b[i] = byte(v >> (8 * i))
	}
	return hex.EncodeToString(b[:])
}

// TestGDBMonitor: every monitor command says something sensible.
func TestGDBMonitor(t *testing.T) {
	c := debugGuest(t, "compute.x64", gotcg.Config{Accel: gotcg.JIT, Log: io.Discard})
	c.begin()
	ask := func(line string) string {
		s := c.ask("qRcmd," + hex.EncodeToString([]byte(line)))
		if s == "OK" {
			return ""
		}
		b, err := hex.DecodeString(s)
		require.NoError(t, err, s)
		return string(b)
	}
	for _, r := range [][2]string{
		{"help", "info tb ADDR"}, {"plugin list", "none is loaded"}, {"plugin load insn-count", ""}, {"plugin list", "loaded: insn-count"},
		{"plugin load nothing", "error: "}, {"plugin unload insn-count", ""}, {"plugin unload insn-count", "no plugin"}, {"info maps", "[stack]"},
		{"insns", "counting begins now"}, {"log in_asm,op", ""}, {"log none", ""}, {"log rubbish", "error: "}, {"", "no command"}, {"flush", ""},
		{"flush it", "usage: monitor flush"}, {"info tb zz", "no address"}, {"info tb 0", "nothing is translated"},
	} {
		require.Contains(t, ask(r[0]), r[1], r[0])
	}
	for range 5 {
		c.ask("vCont;s")
	}
	require.Equal(t, "5\n", ask("insns"))
	require.Contains(t, ask("info jit"), "blocks translated")
	at := pc(t, "compute.x64", c.ask("g"))
	require.Equal(t, "OK", c.ask("QCatchSyscalls:1"))
	c.ask("vCont;c")
	require.Contains(t, ask(fmt.Sprintf("info tb %#x", at)), "instructions, mode")
}

// TestGDBAttachRunning: a debugger attaches to a running guest, looks, goes, and another comes; the guest's result is
// what it is without.
func TestGDBAttachRunning(t *testing.T) {
	for _, name := range []string{"compute.x64", "compute.a64"} {
		null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
		require.NoError(t, err)
		defer null.Close()
		m, err := gotcg.Load(filepath.Join("testdata/elf/bin", name), gotcg.Config{Stdin: null, Stdout: null, Stderr: null})
		require.NoError(t, err)
		exit := make(chan gotcg.Exit, 1)
		go func() {
			x, err := m.Run(context.Background())
			require.NoError(t, err)
			exit <- x
		}()
		for i := range 20 {
			a, b := net.Pipe()
			done := make(chan error, 1)
			go func() { done <- m.Debug().ServeConn(context.Background(), b) }()
			c := &gdbClient{t: t, conn: a, r: bufio.NewReader(a)}
			c.begin()
			if c.ask("?")[0] == 'T' && i%3 > 0 {
				c.ask("Z0,400000,1")
				if s := c.ask("vCont;s"); i%3 > 1 && s[0] == 'T' {
					c.send("vCont;c") // and goes while it runs
				}
			}
			require.NoError(t, a.Close())
			<-done // perhaps with the error that the client did not read its last reply
		}
		require.Equal(t, gotcg.Exited, (<-exit).Kind)
		require.NoError(t, m.Close())
	}
}

// TestGDBVanishes: a client that sends rubbish to a real guest, and goes, leaves a machine that can be stopped and closed.
func TestGDBVanishes(t *testing.T) {
	packets := []string{"g", "vCont;s", "vCont;c", "\x03", "Z0,401000,1", "Z2,400000,100000", "Z4,7ff000000000,8", "z2,400000,100000", "vCont;r0,ffffffffffffffff",
		"P10=0000000000000000", "m400000,1000", "M400000,4:00000000", "D", "k", "R00", "!", "vRun;", "QCatchSyscalls:1", "vCont;C0b", "vCont;S0a:-1", "qXfer:siginfo:read::0,100",
		"c", "s", "vKill;1", "QPassSignals:b", "G00", "vFile:open:2f70726f632f73656c662f6d617073,0,0", "vFile:pread:3,1000,0", "QThreadEvents:1", "qXfer:siginfo:write::0:abc", "?"}
	rounds := 60
	if testing.Short() {
		rounds = 15
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range rounds {
		name := []string{"hello.x64", "compute.a64", "rep.x64", "selfmod.a64"}[i%4]
		c := debugGuest(t, name, gotcg.Config{Accel: []gotcg.Accel{gotcg.Auto, gotcg.Interp}[i%2]})
		go func() { _, _ = io.Copy(io.Discard, c.conn) }()
		var sent []string
		for range rng.IntN(12) {
			p := packets[rng.IntN(len(packets))]
			sent = append(sent, p)
			_ = c.conn.SetDeadline(time.Now().Add(20 * time.Second))
			if p == "\x03" {
				_, _ = c.conn.Write([]byte(p))
				continue
			}
			sum := byte(0)
			for i := range len(p) {
				sum += p[i]
			}
			if _, err := fmt.Fprintf(c.conn, "$%s#%02x", p, sum); err != nil {
				require.NotErrorIs(t, err, os.ErrDeadlineExceeded, "%q", sent)
				break
			}
		}
		_ = c.conn.Close()
		select {
		case err := <-c.done:
			c.done <- err
		case <-time.After(20 * time.Second):
			t.Fatalf("the server hangs after %q", sent)
		}
		c.stop()
		select {
		case x := <-c.exit:
			c.exit <- x
		case <-time.After(20 * time.Second):
			t.Fatalf("Run does not return after %q", sent)
		}
		c.close()
	}
}
