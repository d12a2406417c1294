package gdbstub

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// play has a server read input as fast as it can, from a client that then goes away, and waits for its end.
func play(t testing.TB, f *fake, input []byte) {
	a, b := net.Pipe()
	done := make(chan error, 1)
	srv := &Server{Target: f}
	go func() { done <- srv.ServeConn(context.Background(), b) }()
	go func() { _, _ = io.Copy(io.Discard, a) }()
	_ = a.SetWriteDeadline(time.Now().Add(10 * time.Second))
	_, err := a.Write(input)
	if err != nil && !errors.Is(err, io.ErrClosedPipe) && !errors.Is(err, io.EOF) {
		require.NoError(t, err)
	}
	_ = a.Close()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatalf("the server hangs after %.2000q", input)
	}
}

// checkLetGo: whatever a client did, at its end the guest is detached or dead, without breakpoints.
func checkLetGo(t testing.TB, f *fake, input []byte) {
	require.Positive(t, f.detached+f.killed, "%.2000q", input)
	if f.killed == 0 {
		require.Empty(t, f.breaks, "%.2000q", input)
	}
}

// sent is what the clients of the transcripts send, as bytes.
func sent(t testing.TB) (all [][]byte) {
	files, err := filepath.Glob("testdata/*.txt")
	require.NoError(t, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var b []byte
		for line := range strings.Lines(string(text)) {
			if arg, ok := strings.CutPrefix(strings.TrimRight(line, "\n"), "> "); ok && !strings.HasPrefix(arg, "raw ") {
				if arg == "^C" {
					b = append(b, interruptByte)
					continue
				}
				b = appendPacket(b, []byte(arg))
			}
		}
		all = append(all, b)
	}
	return all
}

// TestVanish: a client goes away after any byte.
func TestVanish(t *testing.T) {
	step := 1
	if testing.Short() {
		step = 7
	}
	for _, all := range sent(t) {
		for n := 0; n <= len(all); n += step {
			f := newFake()
			play(t, f, all[:n])
			checkLetGo(t, f, all[:n])
		}
	}
}

// FuzzServer: no input makes the server panic, hang or lose the guest.
func FuzzServer(f *testing.F) {
	for _, b := range sent(f) {
		f.Add(b)
	}
	f.Add([]byte("$vCont;c#a8\x03$g#67$vCont;c:p1.1#00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		fk := newFake()
		// Bytes as they are, and as packets with right checksums.
		play(t, fk, b)
		checkLetGo(t, fk, b)
		var good []byte
		for line := range bytes.SplitSeq(b, []byte{'$'}) {
			body, _, _ := bytes.Cut(line, []byte{'#'})
			good = append(appendPacket(good, body), interruptByte)
		}
		fk = newFake()
		play(t, fk, good)
		checkLetGo(t, fk, good)
	})
}

func TestOversized(t *testing.T) {
	c, _ := connect(t, newFake())
	long := strings.Repeat("a", PacketSize+100)
	c.ack = false
	c.send("m" + long)
	b, err := c.r.ReadByte()
	require.NoError(t, err)
	require.Equal(t, byte('-'), b)
	c.ack = true
	c.send("?")
	require.Equal(t, "T00thread:1;03:0010000000000000;02:003f000000000000;", c.recv())
	// The longest there may be.
	c.send("X3000,1ff0:" + strings.Repeat("b", 0x1ff0))
	require.Equal(t, "OK", c.recv())
	c.send("m1000,4000")
	require.Len(t, c.recv(), 0x8000)
}

// TestRunning: packets while the guest runs do not disturb it.
func TestRunning(t *testing.T) {
	f := newFake()
	f.set(1, 1, 1)
	f.set(2, 1, 1)
	c, done := connect(t, f)
	c.send("vCont;c")
	for _, p := range []string{"g", "m1000,4", "Z0,1000,1", "vCont;c", "?"} {
		c.send(p)
		require.Equal(t, "E10", c.recv(), p)
	}
	c.send("vCtrlC")
	require.Equal(t, "OK", c.recv())
	require.True(t, strings.HasPrefix(c.recv(), "T02"))
	c.send("vCont;c")
	c.send("D;1")
	require.Equal(t, "OK", c.recv())
	require.NoError(t, <-done)
	require.Equal(t, 1, f.detached)
}

// TestKillRunning: k ends a running guest and the session.
func TestKillRunning(t *testing.T) {
	f := newFake()
	f.set(1, 1, 1)
	c, done := connect(t, f)
	c.send("vCont;c:p1.1")
	c.send("k")
	require.NoError(t, <-done)
	require.Equal(t, 1, f.killed)
}

// TestSecondClient: while one client is attached others are refused, afterwards they are served.
func TestSecondClient(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	f := newFake()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	srv := &Server{Target: f}
	go func() { done <- srv.Serve(ctx, l) }()
	dial := func() *client {
		c, err := net.Dial("tcp", l.Addr().String())
		require.NoError(t, err)
		cl := &client{t: t, conn: c, ack: true}
		cl.r = newReader(c)
		return cl
	}
	one := dial()
	one.send("qC")
	require.Equal(t, "QC1", one.recv())
	two := dial()
	_, err = two.r.ReadByte()
	require.Error(t, err)
	require.NoError(t, two.conn.Close())
	one.send("qC")
	require.Equal(t, "QC1", one.recv())
	require.NoError(t, one.conn.Close())
	require.Eventually(t, func() bool { return !srv.busy.Load() }, 10*time.Second, time.Millisecond)
	three := dial()
	three.send("qC")
	require.Equal(t, "QC1", three.recv())
	cancel()
	require.NoError(t, <-done)
	require.Equal(t, 2, f.detached)
	require.Error(t, srv.Serve(context.Background(), l), "the listener is closed")
}

// TestRuns: run-length encoding is undone by what a client does, for every length.
func TestRuns(t *testing.T) {
	for n := range 300 {
		want := "x" + strings.Repeat("0", n) + "y"
		c := &client{t: t}
		c.r = newReader(strings.NewReader(string(appendPacket(nil, []byte(want)))))
		got, err := c.packet()
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

// TestCommandTable: names are unique, and what is supported is done by something.
func TestCommandTable(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range commandTable {
		require.False(t, seen[k.name], k.name)
		seen[k.name] = true
		require.Equal(t, k.support != Unsupported, k.do != nil, k.name)
		require.NotEmpty(t, k.what)
		name, _ := split([]byte(k.name + ":x"))
		require.True(t, strings.HasPrefix(name, k.name[:1]))
	}
}

func TestSignals(t *testing.T) {
	for n := 1; n <= 64; n++ {
		if g := gdbSignal(n); g != unknownSignal {
			require.Equal(t, n, guestSignal(g), "signal %d", n)
		}
	}
	for guest, gdb := range map[int]int{0: 0, 2: 2, 5: 5, 7: 10, 10: 30, 11: 11, 17: 20, 23: 16, 34: 46, 64: 78, 65: 143, -1: 143} {
		require.Equal(t, gdb, gdbSignal(guest), fmt.Sprint(guest))
	}
	require.Zero(t, guestSignal(143))
}
