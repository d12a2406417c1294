package tcg_test

import (
	"bytes"
	"runtime"
	"runtime/pprof"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/tcg"
)

// endless are guest loops that never leave generated code by themselves.
func endless(g hostileGuest) map[string][]byte {
	if g.arch == arm64.Arch() {
		return map[string][]byte{
			"self":     words(0x14000000),                                     // b .
			"forward":  words(0x14000001, 0x17ffffff),                         // b 1f; 1: b 0
			"indirect": words(0x10000000, 0xd61f0000),                         // adr x0, .; br x0
			"call":     words(0x94000002, 0x17ffffff, 0xd65f03c0),             // bl 1f; b 0; 1: ret
			"memory":   words(0xd2a00041, 0xf9400020, 0xf9000020, 0x17fffffd), // mov x1, #0x20000; ldr, str; b
		}
	}
	return map[string][]byte{
		"self":     {0xeb, 0xfe},                                                                   // jmp .
		"forward":  {0xeb, 0x01, 0x90, 0xeb, 0xfb},                                                 // jmp 1f; 1: jmp 0
		"indirect": {0x48, 0x8d, 0x05, 0xf9, 0xff, 0xff, 0xff, 0xff, 0xe0},                         // lea rax, [rip-7]; jmp rax
		"memory":   {0xbe, 0x00, 0x00, 0x02, 0x00, 0x48, 0xff, 0x06, 0xeb, 0xfb},                   // mov esi, 0x20000; inc [rsi]; jmp
		"call":     {0xbc, 0x00, 0x08, 0x02, 0x00, 0xe8, 0x02, 0x00, 0x00, 0x00, 0xeb, 0xf9, 0xc3}, // mov esp; call 1f; jmp; 1: ret
	}
}

// TestEndlessLoops runs guest loops while the host collects garbage and profiles itself, and then
// interrupts them.
func TestEndlessLoops(t *testing.T) {
	for _, g := range hostileGuests(t) {
		for name, code := range endless(g) {
			for _, c := range hostileConfigs(t, g) {
				t.Run(c.name+"/"+name, func(t *testing.T) { endlessLoop(t, c, code) })
			}
		}
	}
}

func endlessLoop(t *testing.T, c hostileVCPU, code []byte) {
	defer watch(t.Name(), 30*time.Second).Stop()
	require.Equal(t, len(code), c.as.Poke(hostileMap[0].at, code))
	c.v.SetPC(uint64(hostileMap[0].at))
	stopped := make(chan tcg.Stop)
	go func() { stopped <- c.v.Run() }()
	time.Sleep(2 * time.Millisecond)
	for range 3 {
		runtime.GC()
	}
	c.v.Interrupt()
	require.Equal(t, tcg.StopInterrupt, (<-stopped).Kind)
	pc := c.v.PC() - uint64(hostileMap[0].at)
	require.Less(t, pc, uint64(len(code)))
}

// TestProfileWhileGuestsLoop takes a CPU profile while several machines of both guests run at once.
func TestProfileWhileGuestsLoop(t *testing.T) {
	defer watch(t.Name(), 60*time.Second).Stop()
	var wg sync.WaitGroup
	var cs []hostileVCPU
	for _, g := range hostileGuests(t) {
		for _, c := range hostileConfigs(t, g) {
			c.as.Poke(hostileMap[0].at, endless(g)["memory"])
			c.v.SetPC(uint64(hostileMap[0].at))
			cs = append(cs, c)
			wg.Go(func() { c.v.Run() })
		}
	}
	var prof bytes.Buffer
	require.NoError(t, pprof.StartCPUProfile(&prof))
	for end := time.Now().Add(200 * time.Millisecond); time.Now().Before(end); {
		runtime.GC()
	}
	pprof.StopCPUProfile()
	for _, c := range cs {
		c.v.Interrupt()
	}
	wg.Wait()
	require.Greater(t, prof.Len(), 100)
}
