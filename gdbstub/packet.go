package gdbstub

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// PacketSize is the length in bytes of the longest packet that the stub takes, as qSupported says.
const PacketSize = 1 << 17

// event is what a client sends: a packet's contents, or the interrupt byte.
type event struct {
	packet    []byte
	interrupt bool
	// bad: the packet was damaged or too long.
	bad bool
}

const interruptByte = 3

// packetReader takes packets off a stream. gdb manual E.1.
type packetReader struct {
	r *bufio.Reader
	// nak: the client said that it could not read the last packet.
	nak bool
}

// next returns the next packet or interrupt. Acknowledgements are taken off, other bytes between packets
// are ignored. After a negative acknowledgement it returns with nak set and an event without packet.
func (p *packetReader) next() (event, error) {
	for {
		c, err := p.r.ReadByte()
		if err != nil {
			return event{}, err
		}
		switch c {
		case interruptByte:
			return event{interrupt: true}, nil
		case '-':
			p.nak = true
			return event{}, nil
		case '$':
			return p.packet()
		}
	}
}

// packet reads from behind the $ to the checksum. A $ inside begins anew: the client gave the
// first packet up.
func (p *packetReader) packet() (event, error) {
	buf := make([]byte, 0, 64)
	var sum byte
	long := false
	for {
		c, err := p.r.ReadByte()
		if err != nil {
			return event{}, err
		}
		switch c {
		case '$':
			buf, sum, long = buf[:0], 0, false
			continue
		case '#':
			var text [2]byte
			if _, err := io.ReadFull(p.r, text[:]); err != nil {
				return event{}, err
			}
			want, ok := hexByte(text[0], text[1])
			if !ok || want != sum || long {
				return event{bad: true}, nil
			}
			data, ok := unescape(buf)
			return event{packet: data, bad: !ok}, nil
		}
		sum += c
		if long = long || len(buf) >= PacketSize; !long {
			buf = append(buf, c)
		}
	}
}

const escape = '}'

// unescape undoes the escapes of binary data, in place.
func unescape(b []byte) ([]byte, bool) {
	i := bytes.IndexByte(b, escape)
	if i < 0 {
		return b, true
	}
	out := b[:i]
	for ; i < len(b); i++ {
		if b[i] != escape {
			out = append(out, b[i])
			continue
		}
		if i++; i == len(b) {
			return nil, false
		}
		out = append(out, b[i]^0x20)
	}
	return out, true
}

// appendEscaped appends binary data as a reply carries it.
func appendEscaped(dst, b []byte) []byte {
	for _, c := range b {
		if c == '#' || c == '$' || c == escape || c == '*' {
			dst = append(dst, escape, c^0x20)
		} else {
			dst = append(dst, c)
		}
	}
	return dst
}

// appendPacket appends a packet with data, compressed by run lengths: n more of a character are "*" and
// the character n + 29. gdb manual E.1.
func appendPacket(dst, data []byte) []byte {
	dst = append(dst, '$')
	start := len(dst)
	for i := 0; i < len(data); {
		c := data[i]
		if i+3 < len(data) && data[i+1] != c { // most have no run
			dst = append(dst, c)
			i++
			continue
		}
		n := 1
		for i+n < len(data) && data[i+n] == c && n < 98 {
			n++
		}
		i += n
		dst = append(dst, c)
		n--
		if n == 6 || n == 7 { // '#' and '$' may not be counts
			dst = append(dst, '*', 5+29)
			n -= 5
			for ; n > 0; n-- {
				dst = append(dst, c)
			}
			continue
		}
		if n >= 3 {
			dst = append(dst, '*', byte(n)+29)
			continue
		}
		for ; n > 0; n-- {
			dst = append(dst, c)
		}
	}
	var sum byte
	for _, c := range dst[start:] {
		sum += c
	}
	return append(dst, '#', hexDigits[sum>>4], hexDigits[sum&15])
}

const hexDigits = "0123456789abcdef"

func hexVal(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

func hexByte(hi, lo byte) (byte, bool) {
	h, ok1 := hexVal(hi)
	l, ok2 := hexVal(lo)
	return h<<4 | l, ok1 && ok2
}

func appendHex(dst, b []byte) []byte {
	n := len(dst)
	dst = append(dst, make([]byte, 2*len(b))...)
	for i, c := range b {
		dst[n+2*i], dst[n+2*i+1] = hexDigits[c>>4], hexDigits[c&15]
	}
	return dst
}

var errHex = errors.New("not hexadecimal")

// decodeHex decodes pairs of digits.
func decodeHex(s []byte) ([]byte, error) {
	if len(s)%2 != 0 {
		return nil, errHex
	}
	out := make([]byte, len(s)/2)
	for i := range out {
		c, ok := hexByte(s[2*i], s[2*i+1])
		if !ok {
			return nil, errHex
		}
		out[i] = c
	}
	return out, nil
}

// parser takes a packet apart. Its methods note the first failure, so that one check at the end does.
type parser struct {
	s   []byte
	err error
}

func (p *parser) fail(what string) {
	if p.err == nil {
		p.err = fmt.Errorf("%s expected before %.20q", what, p.s)
	}
}

// hex takes a number.
func (p *parser) hex() (v uint64) {
	n := 0
	for n < len(p.s) {
		d, ok := hexVal(p.s[n])
		if !ok {
			break
		}
		if n >= 16 && v>>60 != 0 {
			p.fail("a number of 64 bits")
			return 0
		}
		v = v<<4 | uint64(d)
		n++
	}
	if n == 0 {
		p.fail("a number")
	}
	p.s = p.s[n:]
	return v
}

// size takes a number that is a length of memory: one that is too large is an error.
func (p *parser) size(limit int) int {
	v := p.hex()
	if v > uint64(limit) {
		p.fail("a smaller length")
		return 0
	}
	return int(v)
}

// lit takes a character that must be there; try, one that may be.
func (p *parser) lit(c byte) {
	if !p.try(c) {
		p.fail(fmt.Sprintf("%q", c))
	}
}

func (p *parser) try(c byte) bool {
	if len(p.s) > 0 && p.s[0] == c {
		p.s = p.s[1:]
		return true
	}
	return false
}

// until takes what comes before c, and c if it is there.
func (p *parser) until(c byte) string {
	a, b, _ := bytes.Cut(p.s, []byte{c})
	p.s = b
	return string(a)
}

// hexString takes text in hexadecimal up to c.
func (p *parser) hexString(c byte) string {
	b, err := decodeHex([]byte(p.until(c)))
	if err != nil {
		p.fail("hexadecimal text")
	}
	return string(b)
}

// thread takes a thread id: TID, pPID, pPID.TID; -1 is all, 0 any. gdb manual E.2.
func (p *parser) thread() (id ThreadID) {
	num := func() int {
		if p.try('-') {
			p.lit('1')
			return -1
		}
		v := p.hex()
		if v > 1<<31-1 {
			p.fail("a thread id")
			return 0
		}
		return int(v)
	}
	if !p.try('p') {
		return ThreadID{TID: num()}
	}
	id = ThreadID{PID: num(), TID: -1}
	if p.try('.') {
		id.TID = num()
	}
	return id
}

// end checks that nothing is left.
func (p *parser) end() error {
	if len(p.s) > 0 {
		p.fail("nothing more")
	}
	return p.err
}
