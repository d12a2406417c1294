package gdbstub

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the transcripts in testdata")

// client is the other end of a connection.
type client struct {
	t    testing.TB
	conn net.Conn
	r    *bufio.Reader
	ack  bool
}

// connect serves target to a client over a pipe. The server's error comes out of done.
func connect(t testing.TB, target Target) (c *client, done chan error) {
	a, b := net.Pipe()
	done = make(chan error, 1)
	srv := &Server{Target: target}
	go func() { done <- srv.ServeConn(context.Background(), b) }()
	t.Cleanup(func() { _ = a.Close() })
	return &client{t: t, conn: a, r: bufio.NewReader(a), ack: true}, done
}

func (c *client) write(b []byte) {
	require.NoError(c.t, c.conn.SetDeadline(time.Now().Add(20*time.Second)))
	_, err := c.conn.Write(b)
	require.NoError(c.t, err)
}

// send sends a packet, escaping nothing.
func (c *client) send(s string) {
	sum := byte(0)
	for i := range len(s) {
		sum += s[i]
	}
	c.write(fmt.Appendf(nil, "$%s#%02x", s, sum))
	if c.ack {
		b, err := c.r.ReadByte()
		require.NoError(c.t, err)
		require.Equal(c.t, "+", string(b))
	}
}

// recv returns the next packet's contents, its runs expanded.
func (c *client) recv() string {
	s, err := c.packet()
	require.NoError(c.t, err)
	if c.ack {
		_, _ = c.conn.Write([]byte{'+'}) // who detached has gone already
	}
	return s
}

func (c *client) packet() (string, error) {
	raw, err := c.r.ReadBytes('#')
	if err != nil {
		return "", err
	}
	var sum [2]byte
	if _, err := io.ReadFull(c.r, sum[:]); err != nil {
		return "", err
	}
	body := raw[1 : len(raw)-1]
	have := byte(0)
	for _, x := range body {
		have += x
	}
	if want, _ := hexByte(sum[0], sum[1]); raw[0] != '$' || want != have {
		return "", fmt.Errorf("damaged packet %q", raw)
	}
	var out []byte
	for i := 0; i < len(body); i++ {
		if body[i] == '*' && len(out) > 0 {
			i++
			out = append(out, bytes.Repeat(out[len(out)-1:], int(body[i])-29)...)
			continue
		}
		out = append(out, body[i])
	}
	return string(out), nil
}

// transcript plays a file of lines: "> packet" is sent, "< packet" is expected; "> ^C" is the interrupt byte and
// "> raw TEXT" goes as it is; "# ..." is a comment. Everything is quoted as Go strings are, without the quotes.
// A reply may end in * for anything. "= ..." ends acknowledgements, "! what" checks the fake.
func transcript(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	f := newFake()
	c, done := connect(t, f)
	var out strings.Builder
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\n")
		kind, arg, _ := strings.Cut(line, " ")
		unquoted, err := strconv.Unquote(`"` + strings.ReplaceAll(arg, `"`, `\"`) + `"`)
		require.NoError(t, err, line)
		switch {
		case kind == ">" && arg == "^C":
			c.write([]byte{interruptByte})
		case kind == ">" && strings.HasPrefix(arg, "raw "):
			c.write([]byte(unquoted[4:]))
		case kind == ">" && arg == "close":
			require.NoError(t, c.conn.Close())
			require.NoError(t, <-done)
		case kind == ">":
			c.send(unquoted)
		case kind == "<" && (arg == "+" || arg == "-"):
			b, err := c.r.ReadByte()
			require.NoError(t, err)
			require.Equal(t, arg, string(b), line)
		case kind == "<":
			got := c.recv()
			q := strconv.Quote(got)
			q = strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`)
			if len(q) > 400 {
				q = q[:300] + fmt.Sprintf("... %d bytes", len(got))
			}
			if start, ok := strings.CutSuffix(arg, "*"); ok {
				require.True(t, strings.HasPrefix(q, start), "%s after\n%s", q, out.String())
				break
			}
			if !*update {
				require.Equal(t, arg, q, "after\n%s", out.String())
			}
			line = "< " + q
		case kind == "=":
			c.ack = false
		case kind == "!":
			got := fmt.Sprintf("attached %d detached %d killed %d breaks %d %s", f.attached, f.detached, f.killed, len(f.breaks), strings.Join(f.log, " | "))
			if !*update {
				require.Equal(t, arg, got)
			}
			line = "! " + got
		default:
			require.True(t, line == "" || kind == "#", line)
		}
		out.WriteString(line + "\n")
	}
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(out.String()), 0o666))
	}
}

func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) { transcript(t, f) })
	}
}

func newReader(r io.Reader) *bufio.Reader { return bufio.NewReader(r) }
