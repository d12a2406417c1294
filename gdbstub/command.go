package gdbstub

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
)

// Support says how much of a packet works.
type Support uint8

// Levels of support.
const (
	Unsupported Support = iota // an empty reply
	Partial
	Full
)

// String names the level.
func (s Support) String() string { return [...]string{"no", "partial", "yes"}[s%3] }

// command is a packet that clients send.
type command struct {
	name string
	// what it is, for the documentation, with what is missing from a Partial one.
	support Support
	what    string
	// live: needs a guest that has not ended.
	live bool
	// running: allowed while the guest runs.
	running bool
	do      func(c *session, p *parser) ([]byte, error)
}

// Replies that are not data.
var (
	replyOK    = []byte("OK")
	errNoReply = errors.New("no reply")
)

// codedError is an error with the number that old clients get.
type codedError struct {
	code int
	text string
}

func (e *codedError) Error() string { return e.text }

// Numbers are those of errno(3), as gdb's File-I/O has them.
var (
	errMemory  = &codedError{0x0e, "cannot access memory there"}
	errGone    = &codedError{0x03, "the program is not being run"}
	errRunning = &codedError{0x10, "the program is running"}
)

// commands are found by name.
var commands = sync.OnceValue(func() map[string]*command {
	m := map[string]*command{}
	for i, t := 0, allCommands(); i < len(t); i++ {
		if k := &t[i]; k.do != nil {
			m[k.name] = k
		}
	}
	return m
})

// allCommands returns commandTable, which refers to functions that look at commands.
var allCommands func() []command

func init() { allCommands = func() []command { return commandTable[:] } }

// nameEnd are the characters that end the names of q, Q, v and j packets.
const nameEnd = ":;,"

// glued are names that their argument follows at once.
var glued = []string{"qRegisterInfo", "qThreadStopInfo"}

// split parts a packet's name from its arguments.
func split(b []byte) (name string, args []byte) {
	if len(b) == 0 {
		return "", nil
	}
	if !strings.ContainsRune("qQvj_", rune(b[0])) {
		return string(b[:1]), b[1:]
	}
	for _, g := range glued {
		if bytes.HasPrefix(b, []byte(g)) {
			return g, b[len(g):]
		}
	}
	if i := bytes.IndexAny(b, nameEnd); i >= 0 {
		return string(b[:i]), b[i+1:]
	}
	return string(b), nil
}

// packet acts on a packet and returns the reply's contents; answer is false when there is none (yet).
func (c *session) packet(b []byte) (reply []byte, answer bool) {
	name, args := split(b)
	k := commands()[name]
	if k == nil {
		return c.body[:0], true
	}
	var err error
	switch {
	case c.running && !k.running:
		err = errRunning
	case c.gone && k.live:
		err = errGone
	default:
		reply, err = k.do(c, &parser{s: args})
	}
	switch {
	case err == nil:
		return reply, true
	case errors.Is(err, errNoReply):
		return nil, false
	case errors.Is(err, ErrUnsupported):
		return c.body[:0], true
	}
	return c.appendError(c.body[:0], err), true
}

// appendError appends an error reply: with text for clients that take it.
func (c *session) appendError(b []byte, err error) []byte {
	code := 1
	var coded *codedError
	if errors.As(err, &coded) {
		code = coded.code
	}
	text := strings.ReplaceAll(strings.TrimPrefix(err.Error(), "gdbstub: "), "\n", " ")
	switch {
	case c.feature["error-message"]:
		b = append(b, "E."...)
		return appendEscaped(b, []byte(text))
	case c.errorStrings:
		return appendHex(fmt.Appendf(b, "E%02x;", code), []byte(text))
	}
	return fmt.Appendf(b, "E%02x", code)
}

// text is a reply of text.
func (c *session) text(format string, args ...any) ([]byte, error) {
	return fmt.Appendf(c.body[:0], format, args...), nil
}

// one returns the thread that a packet about one thread means.
func (c *session) one(id ThreadID) ThreadID {
	if id.TID > 0 {
		if id.PID <= 0 {
			id.PID = c.stop.Thread.PID
		}
		return id
	}
	if id.matches(c.stop.Thread) {
		return c.stop.Thread
	}
	for _, t := range c.srv.Target.Threads() {
		if id.matches(t.ID) {
			return t.ID
		}
	}
	return c.stop.Thread
}
