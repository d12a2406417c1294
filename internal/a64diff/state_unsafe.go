package a64diff

import (
	"encoding/binary"
	"unsafe"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/cpu/arm64"
)

func setReg(r *cpu.RegInfo, s *arm64.State, v uint64) {
	var buf [8]byte
	binary.LittleEndian.PutUint64(buf[:], v)
	r.Write(unsafe.Pointer(s), buf[:])
}

func getReg(r *cpu.RegInfo, s *arm64.State) uint64 {
	var buf [8]byte
	r.Read(unsafe.Pointer(s), buf[:])
	return binary.LittleEndian.Uint64(buf[:])
}
