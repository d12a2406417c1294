//go:build linux

package gotcg_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg"
)

// framed makes packets of lines; a line that is ^C is the interrupt byte.
func framed(lines []string) []byte {
	var out []byte
	for _, l := range lines {
		if l == "^C" {
			out = append(out, 3)
			continue
		}
		sum := byte(0)
		for i := range len(l) {
			sum += l[i]
		}
		out = fmt.Appendf(out, "$%s#%02x", l, sum)
	}
	return out
}

// realSession is what a debugger says, with a bit of everything.
func realSession() []string {
	id := fmt.Sprintf("p%x.%x", os.Getpid(), os.Getpid())
	return []string{"QStartNoAckMode", "qSupported:multiprocess+;swbreak+;error-message+", "!", "?", "Hgp0.0", "qXfer:features:read:target.xml:0,3ff", "vCont?", "g",
		"qXfer:threads:read::0,1000", "m400000,40", "Z0,401000,1;X3,220027", "Z2,7fff0000,8", "QCatchSyscalls:1;1", "QThreadEvents:1", "QPassSignals:e;14", "vCont;s:" + id,
		"vCont;r400000,500000:" + id + ";t", "vCont;c", "^C", "g", "vCont;s:" + id + ";c", "^C", "qXfer:siginfo:read::0,80", "z2,7fff0000,8", "X400000,0:", "vCont;c", "^C", "D"}
}

// within wants something on a channel soon.
func within[T any](t testing.TB, c <-chan T, format string, args ...any) T {
	select {
	case v := <-c:
		return v
	case <-time.After(20 * time.Second):
		buf := make([]byte, 1<<20)
		t.Fatalf("%s\n%s", fmt.Sprintf(format, args...), buf[:runtime.Stack(buf, true)])
		panic("not reached")
	}
}

// survive has a real guest's server read a client's bytes, until the client vanishes. Then another client must find
// the guest (or how it ended), let it do a step, and be able to kill it; and nothing is left running.
func survive(t testing.TB, name string, cfg gotcg.Config, input []byte) {
	before := runtime.NumGoroutine()
	c := debugGuest(t, name, cfg)
	drained := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, c.conn)
		close(drained)
	}()
	_ = c.conn.SetWriteDeadline(time.Now().Add(20 * time.Second))
	if _, err := c.conn.Write(input); err != nil && !errors.Is(err, io.ErrClosedPipe) {
		t.Fatalf("%v after %.2000q", err, input)
	}
	_ = c.conn.Close()
	err := within(t, c.done, "the server hangs after %.2000q", input)
	c.done <- err
	<-drained

	a, b := net.Pipe()
	done := make(chan error, 1)
	go func() { done <- c.m.Debug().ServeConn(context.Background(), b) }()
	next := &gdbClient{t: t, conn: a, r: bufio.NewReader(a)}
	require.Equal(t, "OK", next.ask("QStartNoAckMode"))
	stop := next.ask("?")
	require.Contains(t, "TWX", stop[:1], "%q after %.2000q", stop, input)
	if stop[0] == 'T' {
		stop = next.ask("vCont;s")
		require.Contains(t, "TWX", stop[:1], "%q after %.2000q", stop, input)
	}
	next.send("k")
	within(t, done, "the second session hangs after %.2000q", input)
	_ = a.Close()
	x := within(t, c.exit, "Run does not return after %.2000q", input)
	c.exit <- x
	c.close()
	for end := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			buf := make([]byte, 1<<20)
			t.Fatalf("goroutines are left after %.2000q:\n%s", input, buf[:runtime.Stack(buf, true)])
		}
	}
}

// hostileGuests are guests for clients that do what they should not: one thread, several, code that changes itself.
var hostileGuests = []string{"hello.x64", "pthreads.a64", "compute.a64", "pthreads.x64", "rep.x64", "hello.a64", "selfmod.x64", "signals.a64"}

// hostileConfigs are how they run.
var hostileConfigs = []gotcg.Config{{}, {Tier2: 1}, {Accel: gotcg.Interp}}

// TestGDBVanishesAnywhere: a client goes away at any byte of a session.
func TestGDBVanishesAnywhere(t *testing.T) {
	all := framed(realSession())
	step := 1
	if testing.Short() {
		step = 37
	}
	for n := 0; n <= len(all); n += step {
		survive(t, hostileGuests[n%len(hostileGuests)], hostileConfigs[n/8%len(hostileConfigs)], all[:n])
	}
}

// hostileInput is what a client may say: packets of a real session, in any order, some damaged, begun and not ended,
// of the wrong length, one inside the other, and rubbish between them.
func hostileInput(rng *rand.Rand) []byte {
	lines := append(realSession(), "G00", "c", "s", "C0b", "S0e;400000", "R00", "vRun;", "vKill;1", "k", "P10=0000000000000000", "P20=0000000000000000", "Z4,0,100000", "Z2,0,ffffffff",
		"vCont;C0b", "vCont;c:p1.1", "vCont;s:-1;t", "vCont;t", "Hc-1", "T1", "qCRC:400000,1000", "qSearch:memory:400000;1000;ELF", "vFile:open:2f70726f632f73656c662f6d617073,0,0",
		"vFile:pread:3,1000,0", "vAttach;1", "qRcmd,696e666f206d617073", "qRcmd,666c757368", "qXfer:siginfo:write::0:abc", "M400000,4:00000000", "m0,ffffffff", "mffffffffffffffff,2",
		"QNonStop:1", "vCtrlC", "qThreadStopInfo1", "qRegisterInfo0", "QThreadSuffixSupported", "g;thread:1;", "jThreadsInfo", "x400000,ffff", "", "z0,401000,1", "qGetTLSAddr:1,0,0")
	var out []byte
	for range 1 + rng.IntN(14) {
		p := framed(lines[rng.IntN(len(lines)):][:1])
		switch at := rng.IntN(len(p)); rng.IntN(12) {
		case 0:
			p[at] = byte(rng.Uint32())
		case 1:
			p = p[:at]
		case 2:
			p = append(p[:at:at], append(framed(lines[rng.IntN(len(lines)):][:1]), p[at:]...)...)
		case 3:
			p = append(p[:at:at], append(bytes.Repeat([]byte{"+-$#}*\x03\x00"[rng.IntN(8)]}, 1+rng.IntN(40)), p[at:]...)...)
		case 4:
			p = framed([]string{string(p[1:at+1]) + strings.Repeat("f", 1<<rng.IntN(18))})
		case 5:
			for range rng.IntN(64) {
				p = append(p, byte(rng.Uint32()))
			}
		}
		out = append(out, p...)
	}
	return out
}

// TestGDBHostile: whatever a client says, a real guest survives it. FuzzGDB does the same for as long as one likes.
func TestGDBHostile(t *testing.T) {
	rounds := 500
	if testing.Short() {
		rounds = 30
	}
	if *long {
		rounds = 10000
	}
	for seed := range uint64(rounds) {
		rng := rand.New(rand.NewPCG(*gdbSeed, seed))
		survive(t, hostileGuests[rng.IntN(len(hostileGuests))], hostileConfigs[rng.IntN(len(hostileConfigs))], hostileInput(rng))
	}
}

// FuzzGDB: no bytes that a client sends make the server panic, hang or lose a real guest. The first byte chooses the
// guest; the others are sent as they are, or, by the second, as lines of which packets are made.
func FuzzGDB(f *testing.F) {
	f.Add(append([]byte{1, 1}, strings.Join(realSession(), "\n")...))
	f.Add(append([]byte{2, 0}, framed(realSession())...))
	for seed := range uint64(8) {
		f.Add(append([]byte{byte(seed), 0}, hostileInput(rand.New(rand.NewPCG(9, seed)))...))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < 2 || len(b) > 1<<18 {
			return
		}
		input := b[2:]
		if b[1]&1 != 0 {
			input = framed(strings.Split(string(input), "\n"))
		}
		survive(t, hostileGuests[int(b[0])%len(hostileGuests)], hostileConfigs[int(b[1]>>1)%len(hostileConfigs)], input)
	})
}

// TestGDBSecondClient: while a client has a real guest, running or stopped, others are turned away and disturb nothing;
// when it has gone the next is served.
func TestGDBSecondClient(t *testing.T) {
	m := loadQuiet(t, "pthreads.a64")
	m.Debug().Hold()
	sock := filepath.Join(t.TempDir(), "gdb")
	l, err := net.Listen("unix", sock)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	served, ran := make(chan error, 1), make(chan gotcg.Exit, 1)
	go func() { served <- m.Debug().Serve(ctx, l) }()
	go func() {
		x, _ := m.Run(ctx)
		ran <- x
	}()
	dial := func() *gdbClient {
		a, err := net.Dial("unix", sock)
		require.NoError(t, err)
		return &gdbClient{t: t, m: m, conn: a, r: bufio.NewReader(a)}
	}
	refused := func() {
		c := dial()
		_ = c.conn.SetDeadline(time.Now().Add(20 * time.Second))
		_, _ = c.conn.Write(framed([]string{"k", "vCont;c", "g"}))
		_, err := c.r.ReadByte()
		require.Error(t, err)
		require.NotErrorIs(t, err, os.ErrDeadlineExceeded)
		_ = c.conn.Close()
	}
	one := dial()
	one.begin()
	regs := one.ask("g")
	refused()
	require.Equal(t, regs, one.ask("g"))
	one.send("vCont;c")
	refused()
	_, _ = one.conn.Write([]byte{3})
	require.Contains(t, "TW", one.recv()[:1])
	require.NoError(t, one.conn.Close())
	two := dial()
	two.begin()
	require.Contains(t, "TW", two.ask("?")[:1])
	two.send("k")
	within(t, ran, "Run does not return")
	cancel()
	require.NoError(t, within(t, served, "Serve does not return"))
	require.NoError(t, m.Close())
}

// loadQuiet loads a program of testdata/elf/bin whose input and output is /dev/null.
func loadQuiet(t testing.TB, name string) *gotcg.Machine {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	require.NoError(t, err)
	t.Cleanup(func() { null.Close() })
	m, err := gotcg.Load(filepath.Join("testdata/elf/bin", name), gotcg.Config{AddressBits: 36, Stdin: null, Stdout: null, Stderr: null, Args: []string{name}})
	require.NoError(t, err)
	return m
}
