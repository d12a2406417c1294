package softmmu

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

func benchSpace(b *testing.B, m Mode) *AddressSpace {
	as, err := New(Config{Mode: m})
	if errors.Is(err, ErrUnsupported) || errors.Is(err, ErrNoMemory) {
		b.Skip("no direct mode on this host, or no room for its addresses")
	}
	require.NoError(b, err)
	for i := range Addr(50) {
		_ = as.Map(0x10000+i*0x10000, 0x8000, RW, Info{})
	}
	return as
}

func BenchmarkAccess(b *testing.B) {
	buf := make([]byte, 64)
	for _, m := range []Mode{Direct, TLB} {
		as := benchSpace(b, m)
		for _, c := range []struct {
			name string
			f    func()
		}{
			{"Load", func() { _, _, _ = as.Load(0x50008, 8) }},
			{"Store", func() { as.Store(0x50008, 8, 1, 2) }},
			{"RMW", func() { as.RMW(0x50008, 8, func(o uint64) uint64 { return o + 1 }) }},
			{"Read64", func() { as.Read(0x50008, buf) }},
			{"Write64", func() { as.Write(0x50008, buf) }},
			{"Slice", func() { s, _ := as.Slice(0x50008, 64, W); s.Done() }},
			{"Fault", func() { _, _, _ = as.Load(0x8, 8) }},
		} {
			b.Run(m.String()+"/"+c.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					c.f()
				}
			})
		}
	}
}

func BenchmarkMapUnmap(b *testing.B) {
	for _, m := range []Mode{Direct, TLB} {
		as := benchSpace(b, m)
		b.Run(m.String(), func(b *testing.B) {
			for b.Loop() {
				_ = as.Map(0x1000000, 0x10000, RW, Info{})
				_ = as.Unmap(0x1000000, 0x10000)
			}
		})
	}
}
