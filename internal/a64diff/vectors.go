package a64diff

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
)

// Vectors are cases with their recorded results. The file form is a gzip stream: the text lines of provenance
// and of the inputs' hash, then per case: seed, flags (1: memory, 2: by tagged pointers) and number of words as varints, the words, a mask of changed scalar
// registers (X0-X30, SP, NZCV, FPCR, FPSR, Sum from bit 0), a mask of changed vector registers, and the new
// values in that order, all little-endian.
type Vectors struct {
	Provenance string
	Cases      []*Case
	Want       []Block
}

// inputHash tells whether Input still makes the blocks that it made when vectors were recorded.
func inputHash() uint64 {
	h := fnv.New64a()
	for seed := range uint64(32) {
		h.Write(Input(seed, seed&1 != 0).append(nil))
	}
	h.Write(scratchInit)
	return h.Sum64()
}

// scalars lists the block's 64-bit registers in mask order.
func (b *Block) scalars() []*uint64 {
	var p []*uint64
	for i := range b.X {
		p = append(p, &b.X[i])
	}
	return append(p, &b.SP, &b.NZCV, &b.FPCR, &b.FPSR, &b.Sum)
}

// Encode returns the file form.
func (v *Vectors) Encode() ([]byte, error) {
	p := append([]byte(v.Provenance), '\n')
	p = fmt.Appendf(p, "%016x\n", inputHash())
	le := binary.LittleEndian
	for i, c := range v.Cases {
		flags := uint64(0)
		if c.Mem {
			flags = 1
		}
		if c.Tags {
			flags |= 2
		}
		for _, n := range []uint64{c.Seed, flags, uint64(len(c.Words))} {
			p = binary.AppendUvarint(p, n)
		}
		for _, w := range c.Words {
			p = le.AppendUint32(p, w)
		}
		var values []byte
		var smask, vmask uint64
		in, out := c.Input().scalars(), v.Want[i].scalars()
		for k := range in {
			if *in[k] != *out[k] {
				smask |= 1 << k
				values = le.AppendUint64(values, *out[k])
			}
		}
		for k, x := range v.Want[i].V {
			if c.Input().V[k] != x {
				vmask |= 1 << k
				values = le.AppendUint64(le.AppendUint64(values, x[0]), x[1])
			}
		}
		p = binary.AppendUvarint(binary.AppendUvarint(p, smask), vmask)
		p = append(p, values...)
	}
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(p); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// ReadVectors reads the file form.
func ReadVectors(r io.Reader) (*Vectors, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("a64diff: vectors: %w", err)
	}
	d := vecReader{r: bufio.NewReader(z)}
	v := &Vectors{}
	if v.Provenance, err = d.r.ReadString('\n'); err != nil {
		return nil, fmt.Errorf("a64diff: vectors: %w", err)
	}
	if hash, _ := d.r.ReadString('\n'); hash != fmt.Sprintf("%016x\n", inputHash()) {
		return nil, errors.New("a64diff: vectors are stale: Input makes other blocks than when they were recorded")
	}
	for {
		if _, err := d.r.Peek(1); err == io.EOF {
			return v, nil
		}
		c := &Case{Seed: d.varint()}
		flags := d.varint()
		c.Mem, c.Tags = flags&1 != 0, flags&2 != 0
		for n := d.varint(); n > 0 && d.err == nil; n-- {
			c.Words = append(c.Words, uint32(d.fixed(4)))
		}
		smask, vmask := d.varint(), d.varint()
		want := *c.Input()
		for k, p := range want.scalars() {
			if smask>>k&1 != 0 {
				*p = d.fixed(8)
			}
		}
		for k := range want.V {
			if vmask>>k&1 != 0 {
				want.V[k] = [2]uint64{d.fixed(8), d.fixed(8)}
			}
		}
		if d.err != nil {
			return nil, fmt.Errorf("a64diff: vectors, case %d: %w", len(v.Cases), d.err)
		}
		v.Cases, v.Want = append(v.Cases, c), append(v.Want, want)
	}
}

// vecReader reads numbers and keeps the first error.
type vecReader struct {
	r   *bufio.Reader
	err error
}

func (d *vecReader) varint() uint64 {
	n, err := binary.ReadUvarint(d.r)
	if err != nil && d.err == nil {
		d.err = err
	}
	return n
}

func (d *vecReader) fixed(n int) uint64 {
	var p [8]byte
	if _, err := io.ReadFull(d.r, p[:n]); err != nil && d.err == nil {
		d.err = err
	}
	return binary.LittleEndian.Uint64(p[:])
}
