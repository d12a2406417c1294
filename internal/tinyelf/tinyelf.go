// Package tinyelf makes small static executables for tests.
package tinyelf

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
)

// Segment is a range of memory to load.
type Segment struct {
	Addr uint64 // a multiple of 64 KiB
	Data []byte
	// Size is the length in memory in bytes, when it is more than Data's.
	Size  uint64
	Flags elf.ProgFlag
}

// Static makes a static executable. ELF gABI ch. 4 and 5.
func Static(machine elf.Machine, entry uint64, segs []Segment) []byte {
	const ehdr, phdr, page = 64, 56, 0x10000
	le := binary.LittleEndian
	h := append([]byte("\x7fELF\x02\x01\x01"), make([]byte, 9)...)
	for _, v := range []uint16{uint16(elf.ET_EXEC), uint16(machine)} {
		h = le.AppendUint16(h, v)
	}
	h = le.AppendUint32(h, 1)
	for _, v := range []uint64{entry, ehdr, 0} {
		h = le.AppendUint64(h, v)
	}
	h = le.AppendUint32(h, 0)
	for _, v := range []uint16{ehdr, phdr, uint16(len(segs)), 64, 0, 0} {
		h = le.AppendUint16(h, v)
	}
	var body bytes.Buffer
	off := uint64(page)
	for _, s := range segs {
		h = le.AppendUint32(le.AppendUint32(h, uint32(elf.PT_LOAD)), uint32(s.Flags))
		size := max(s.Size, uint64(len(s.Data)))
		for _, v := range []uint64{off, s.Addr, s.Addr, uint64(len(s.Data)), size, page} {
			h = le.AppendUint64(h, v)
		}
		pad := (page - len(s.Data)%page) % page
		body.Write(s.Data)
		body.Write(make([]byte, pad))
		off += uint64(len(s.Data) + pad)
	}
	h = append(h, make([]byte, page-len(h))...)
	return append(h, body.Bytes()...)
}
