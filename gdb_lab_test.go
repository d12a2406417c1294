//go:build linux

package gotcg_test

import (
	"debug/elf"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg"
)

// lab is a client of testdata/gdb/lab.c.
type lab struct {
	*gdbClient
	sym map[string]uint64
}

// eachLab runs a test with the program on both guests, on the JIT without and with regions and on the interpreter. Threads
// that spin take long: without -long they do so in regions only.
func eachLab(t *testing.T, mode string, f func(t *testing.T, l *lab)) {
	for _, arch := range []string{"x64", "a64"} {
		for _, how := range []struct {
			name  string
			accel gotcg.Accel
			tier2 int
		}{{"jit", gotcg.JIT, -1}, {"regions", gotcg.JIT, 1}, {"interp", gotcg.Interp, 0}} {
			if mode == "threads" && how.tier2 != 1 && !*long {
				continue
			}
			t.Run(arch+"/"+how.name, func(t *testing.T) {
				path := debugged(t, "lab", arch)
				file, err := elf.Open(path)
				require.NoError(t, err)
				defer file.Close()
				syms, err := file.Symbols()
				require.NoError(t, err)
				null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
				require.NoError(t, err)
				defer null.Close()
				m, err := gotcg.Load(path, gotcg.Config{Accel: how.accel, Tier2: how.tier2, AddressBits: 36, Stdin: null, Stdout: null, Stderr: null, Args: []string{"lab", mode}})
				require.NoError(t, err)
				m.Debug().Hold()
				l := &lab{attach(t, m), map[string]uint64{}}
				for _, s := range syms {
					l.sym[s.Name] = s.Value
				}
				l.begin()
				f(t, l)
				l.close()
			})
		}
	}
}

// addr is the address of a symbol.
func (l *lab) addr(name string) uint64 {
	require.NotZero(l.t, l.sym[name], name)
	return l.sym[name]
}

// to goes on to a function.
func (l *lab) to(name string) {
	at := fmt.Sprintf("0,%x,4", l.addr(name))
	require.Equal(l.t, "OK", l.ask("Z"+at))
	require.Contains(l.t, l.ask("vCont;c"), "T05swbreak")
	require.Equal(l.t, "OK", l.ask("z"+at))
}

// mem reads memory.
func (l *lab) mem(addr uint64, n int) []byte {
	b, err := hex.DecodeString(l.ask(fmt.Sprintf("m%x,%x", addr, n)))
	require.NoError(l.t, err)
	return b
}

func (l *lab) ok(packet string) { require.Equal(l.t, "OK", l.ask(packet), packet) }

// counts are the threads' counters.
func (l *lab) counts() (c [4]uint64) {
	b := l.mem(l.addr("count"), 32)
	for i := range c {
		c[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	return c
}

// threads are the ids, in the order of their creation.
func (l *lab) threads() []string {
	s := l.ask("qfThreadInfo")
	require.Equal(l.t, "m", s[:1])
	require.Equal(l.t, "l", l.ask("qsThreadInfo"))
	return strings.Split(s[1:], ",")
}

// moment lets threads go for a moment, until some of those that are to count have, and interrupts them.
func (l *lab) moment(resume string) string {
	l.send(resume)
	time.Sleep(20 * time.Millisecond)
	_, err := l.conn.Write([]byte{3, 3}) // the second has nothing to stop
	require.NoError(l.t, err)
	return l.recv()
}

// spinning starts the program's threads, with an event for each, and lets all count.
func (l *lab) spinning() []string {
	l.ok("QThreadEvents:1")
	seen := map[string]bool{}
	for range 3 {
		s := l.ask("vCont;c")
		require.Contains(l.t, s, "T05create:;thread:")
		id, _, _ := strings.Cut(s[strings.Index(s, "thread:")+7:], ";")
		require.False(l.t, seen[id], "two events for one thread")
		seen[id] = true
	}
	for l.counts() == [4]uint64{} || slices.Min(fourOf(l.counts())) == 0 {
		require.Contains(l.t, l.moment("vCont;c"), "T02thread:")
	}
	ids := l.threads()
	require.Len(l.t, ids, 4)
	require.Equal(l.t, fmt.Sprintf("p%x.%x", os.Getpid(), os.Getpid()), ids[0])
	for _, id := range ids[1:] {
		require.True(l.t, seen[id], id)
	}
	return ids
}

func fourOf(c [4]uint64) []uint64 { return c[:] }

// counting wants exactly the threads of a mask to have counted.
func (l *lab) counting(before [4]uint64, mask string) {
	after := l.counts()
	for i, c := range mask {
		require.Equal(l.t, c == '1', after[i] != before[i], "thread %d, %v then %v", i, before, after)
	}
}

// TestGDBThreadActions: threads begin and end with events; each does what vCont has for it: run, step, step a range,
// nothing; the mixtures too.
func TestGDBThreadActions(t *testing.T) {
	eachLab(t, "threads", func(t *testing.T, l *lab) {
		id := l.spinning()
		lo := l.addr("spin")
		for _, r := range []struct{ resume, mask, stop string }{
			{"vCont;c:%[2]s;t", "0100", "T02"},
			{"vCont;t:%[2]s;c", "1011", "T02"},
			{"vCont;c:%[1]s;c:%[4]s", "1001", "T02"},
			{"vCont;t:%[1]s;t:%[2]s;c:%[3]s;t:%[4]s", "0010", "T02"},
			{"vCont;r%[5]x,%[6]x:%[3]s;t", "0010", "T02"}, // spin is never left
			{"vCont;r%[5]x,%[6]x:%[3]s;c", "1111", "T02"},
		} {
			for try := 0; ; try++ {
				before := l.counts()
				s := l.moment(fmt.Sprintf(r.resume, id[0], id[1], id[2], id[3], lo, lo+0x100))
				require.True(t, strings.HasPrefix(s, r.stop), "%s: %s", r.resume, s)
				after, ready := l.counts(), true
				for i, c := range r.mask {
					ready = ready && (c == '0' || after[i] != before[i])
				}
				if !ready && try < 100 { // the machine is busy
					continue
				}
				l.counting(before, r.mask)
				break
			}
		}
		// A step of one thread, the others held; then with another one running.
		for _, r := range []struct {
			resume, mask string
			steps        int
		}{{"vCont;s:%[3]s;t", "xx1x", 40}, {"vCont;s:%[3]s;c:%[2]s", "x?1x", 5}, {"vCont;s:%[3]s;c", "??1?", 5}} {
			stepped := r.steps < 40
			for range r.steps {
				before := l.counts()
				require.Contains(t, l.ask(fmt.Sprintf("Hg%s", id[2])), "OK")
				was := l.ask("g")
				s := l.ask(fmt.Sprintf(r.resume, id[0], id[1], id[2]))
				require.Contains(t, s, "T05thread:"+id[2])
				require.NotEqual(t, was, l.ask("g"))
				after := l.counts()
				stepped = stepped || after[2] != before[2]
				require.LessOrEqual(t, after[2]-before[2], uint64(1))
				for i, c := range r.mask {
					if c == 'x' {
						require.Equal(t, before[i], after[i], "%s: thread %d", r.resume, i)
					}
				}
			}
			require.True(t, stepped, r.resume)
		}
		require.Contains(t, l.ask("vCont;t"), "no thread would go on")
		// The end: an event for each thread, and the status.
		l.ok(fmt.Sprintf("M%x,4:01000000", l.addr("stop")))
		gone := map[string]bool{}
		for range 3 {
			s := l.ask("vCont;c")
			require.True(t, strings.HasPrefix(s, "w00;"), s)
			gone[s[4:]] = true
		}
		require.Len(t, gone, 3)
		require.Regexp(t, "^W05;process:", l.ask("vCont;c"))
	})
}

// TestGDBDetachRunning: a client detaches while threads run; they run on, another client finds them.
func TestGDBDetachRunning(t *testing.T) {
	eachLab(t, "threads", func(t *testing.T, l *lab) {
		id := l.spinning()
		before := l.counts()
		l.ok(fmt.Sprintf("Z0,%x,4", l.addr("handler")))
		l.ok(fmt.Sprintf("Z2,%x,4", l.addr("handled")))
		// One is held, one steps through a range, the others run: all run afterwards.
		l.send(fmt.Sprintf("vCont;t:%s;r%x,%x:%s;c", id[1], l.addr("spin"), l.addr("spin")+0x100, id[2]))
		l.ok("D")
		require.NoError(t, within(t, l.done, "the session does not end"))
		for range 2 {
			next := &lab{serveAgain(t, l.m), l.sym}
			next.begin()
			for after := next.counts(); slices.ContainsFunc([]int{0, 1, 2, 3}, func(i int) bool { return after[i] == before[i] }); after = next.counts() {
				require.Contains(t, next.moment("vCont;c"), "T02")
			}
			before = next.counts()
			require.Len(t, next.threads(), 4)
			next.ok("D")
			require.NoError(t, within(t, next.done, "the session does not end"))
		}
		last := &lab{serveAgain(t, l.m), l.sym}
		last.begin()
		last.ok(fmt.Sprintf("M%x,4:01000000", l.addr("stop")))
		last.ok("D")
		require.NoError(t, within(t, last.done, "the session does not end"))
		x := within(t, l.exit, "the program does not end")
		require.Equal(t, 5, x.Code)
		l.exit <- x
		l.done <- nil
	})
}

// TestGDBRestartThreads: R and vRun begin the program anew while it has threads; the old ones are gone.
func TestGDBRestartThreads(t *testing.T) {
	eachLab(t, "threads", func(t *testing.T, l *lab) {
		l.ok("!")
		for i := range 2 {
			l.spinning()
			if i%2 == 0 {
				l.send("R00")
			} else {
				require.Contains(t, l.ask("vRun;;"+hex.EncodeToString([]byte("threads"))), "T05thread:")
			}
			require.Contains(t, l.ask("?"), "T05thread:")
			require.Len(t, l.threads(), 1)
			require.Equal(t, [4]uint64{}, l.counts())
		}
		require.Contains(t, l.ask("vRun;;"+hex.EncodeToString([]byte("maps"))), "T05thread:")
		l.ok("QThreadEvents:0")
		require.Regexp(t, "^W07;process:", l.ask("vCont;c"))
		require.Contains(t, l.ask("vRun;;"+hex.EncodeToString([]byte("calls"))), "T05thread:")
		l.ok("vKill;1")
	})
}

// TestGDBWatchCalls: a watchpoint is hit by what a system call writes, after the call; one for reads is not.
func TestGDBWatchCalls(t *testing.T) {
	eachLab(t, "calls", func(t *testing.T, l *lab) {
		buf := l.addr("buffer")
		l.to("main")
		l.ok(fmt.Sprintf("Z3,%x,8", buf+40))
		for _, w := range []struct {
			kind, off, size, hit int
			text                 string
		}{{2, 3, 1, 3, "l"}, {4, 8, 4, 8, "cdef"}, {2, 16, 8, 16, "socket"}, {4, 24, 2, 24, "/"}} {
			l.ok(fmt.Sprintf("Z%d,%x,%x", w.kind, buf+uint64(w.off), w.size))
			s := l.ask("vCont;c")
			require.Contains(t, s, fmt.Sprintf("T05%s:%x;", map[int]string{2: "watch", 4: "awatch"}[w.kind], buf+uint64(w.hit)))
			require.Equal(t, w.text, string(l.mem(buf+uint64(w.off), len(w.text))))
			l.ok(fmt.Sprintf("z%d,%x,%x", w.kind, buf+uint64(w.off), w.size))
		}
		require.Regexp(t, "^W06;", l.ask("vCont;c"))
	})
}

// TestGDBPassSignals: a signal that the client does not want to hear of is delivered without a stop; a step that it
// comes in ends before the handler's first instruction. Others stop, and go with S, or not with s.
func TestGDBPassSignals(t *testing.T) {
	eachLab(t, "signals", func(t *testing.T, l *lab) {
		handler, name := l.addr("handler"), "x."+map[bool]string{true: "a64", false: "x64"}[strings.Contains(t.Name(), "a64")]
		handled := func() byte { return l.mem(l.addr("handled"), 1)[0] }
		// raise steps to where the signal comes.
		raise := func() string {
			for range 3000 {
				if s := l.ask("vCont;s"); !strings.HasPrefix(s, "T05") || pc(t, name, l.ask("g")) == handler {
					return s
				}
			}
			t.Fatal("no signal comes")
			return ""
		}
		l.to("signals")
		l.ok("QPassSignals:1e") // gdb's SIGUSR1
		require.Contains(t, raise(), "T05thread:")
		require.Equal(t, handler, pc(t, name, l.ask("g")))
		require.Zero(t, handled())
		l.ok("QPassSignals:")
		require.Contains(t, raise(), "T1ethread:")
		require.NotEqual(t, handler, pc(t, name, l.ask("g")))
		require.Equal(t, byte(10), handled(), "the first one has been")
		require.Contains(t, l.ask("vCont;S1e"), "T05thread:")
		require.Equal(t, handler, pc(t, name, l.ask("g")))
		require.Contains(t, raise(), "T1ethread:")
		require.Contains(t, l.ask("vCont;s"), "T05thread:")
		require.NotEqual(t, handler, pc(t, name, l.ask("g")))
		require.Equal(t, byte(20), handled(), "the third is dropped")
		require.Regexp(t, "^W14;", l.ask("vCont;c"))
	})
}

// TestGDBReads: memory is read whatever its permissions, short where it ends, and nothing comes into being by it.
func TestGDBReads(t *testing.T) {
	eachLab(t, "maps", func(t *testing.T, l *lab) {
		l.to("mapped")
		word := func(name string) uint64 { return binary.LittleEndian.Uint64(l.mem(l.addr(name), 8)) }
		none, fresh, short := word("none"), word("fresh"), word("shortfile")
		require.Equal(t, make([]byte, 4096), l.mem(none+2048, 4096))
		l.ok(fmt.Sprintf("M%x,2:abcd", none+4095))
		require.Equal(t, []byte{0xab, 0xcd}, l.mem(none+4095, 2))
		require.Equal(t, append([]byte("x"), make([]byte, 4095)...), l.mem(short, 4096))
		s := l.ask(fmt.Sprintf("m%x,10", short+4096))
		require.Contains(t, []string{"E.cannot access memory there", strings.Repeat("0", 32)}, s, "behind the file's end")
		before := resident(t)
		for at := uint64(0); at < 1<<25; at += 4096 {
			require.Equal(t, "0000000000000000", l.ask(fmt.Sprintf("m%x,8", fresh+at)))
		}
		require.Less(t, resident(t), before+(16<<20), "32 MiB of which nothing was touched")
		for _, a := range []uint64{0, 8, 0x1000, 1 << 35, 1<<63 - 8, 1<<64 - 8} {
			require.Equal(t, "E.cannot access memory there", l.ask(fmt.Sprintf("m%x,10", a)), "%#x", a)
			require.Equal(t, "E.cannot access memory there", l.ask(fmt.Sprintf("X%x,1:a", a)), "%#x", a)
		}
		require.Regexp(t, "^W07;", l.ask("vCont;c"))
	})
}

// resident is the process's resident memory in bytes.
func resident(t *testing.T) uint64 {
	b, err := os.ReadFile("/proc/self/statm")
	require.NoError(t, err)
	var size, rss uint64
	_, err = fmt.Sscan(string(b), &size, &rss)
	require.NoError(t, err)
	return rss * 4096
}

// TestGDBIntoLoops: break- and watchpoints come into loops that have long been running, in code of both tiers, hit
// at once and where they should, and leave nothing when they are taken out.
func TestGDBIntoLoops(t *testing.T) {
	eachLab(t, "threads", func(t *testing.T, l *lab) {
		name := "x." + map[bool]string{true: "a64", false: "x64"}[strings.Contains(t.Name(), "a64")]
		id := l.spinning()
		l.ok("QThreadEvents:0")
		for round := range 2 {
			for i := range 3 {
				before := l.counts()
				at := fmt.Sprintf("%x,8", l.addr("count")+8*uint64(i))
				for _, kind := range []string{"2", "4"} {
					l.ok("Z" + kind + "," + at)
					s := l.ask("vCont;c")
					require.Regexp(t, "^T05a?watch:"+at[:len(at)-2]+";thread:"+id[i], s)
					l.ok("z" + kind + "," + at)
				}
				require.LessOrEqual(t, l.counts()[i]-before[i], uint64(2))
			}
			// Where one of them is, all come.
			l.ok("Hg" + id[1+round])
			addr := pc(t, name, l.ask("g"))
			if addr < l.addr("spin") || addr > l.addr("spin")+0x100 {
				continue
			}
			l.ok(fmt.Sprintf("Z0,%x,4", addr))
			for range 4 {
				s := l.ask("vCont;c")
				require.Contains(t, s, "T05swbreak:;thread:")
				who, _, _ := strings.Cut(s[strings.Index(s, "thread:")+7:], ";")
				l.ok("Hg" + who)
				require.Equal(t, addr, pc(t, name, l.ask("g")))
				require.Contains(t, l.ask("vCont;s:"+who), "T05thread:"+who)
			}
			l.ok(fmt.Sprintf("z0,%x,4", addr))
			before := l.counts()
			for slices.ContainsFunc([]int{0, 1, 2, 3}, func(i int) bool { return l.counts()[i] == before[i] }) {
				require.Contains(t, l.moment("vCont;c"), "T02thread:")
			}
		}
		l.ok(fmt.Sprintf("M%x,4:01000000", l.addr("stop")))
		require.Regexp(t, "^W05;process:", l.ask("vCont;c"))
	})
}
