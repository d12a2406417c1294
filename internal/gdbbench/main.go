// Gdbbench compares gdb stubs: single steps per second, hits of a conditional breakpoint per second, memory read
// per second, and what an attached client and a watchpoint cost a running program. It speaks the protocol as gdb
// does, to gotcg's stub and, where it is installed, to qemu-user's.
//
//	gcc -O2 -static -o /tmp/guest internal/gdbbench/guest/guest.c
//	go run ./internal/gdbbench -gotcg bin/gotcg -qemu qemu-x86_64 /tmp/guest
//
// and the same with aarch64-linux-gnu-gcc and qemu-aarch64.
package main

import (
	"bufio"
	"bytes"
	"debug/elf"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// stub is a program being debugged.
type stub struct {
	cmd  *exec.Cmd
	conn net.Conn
	r    *bufio.Reader
	ack  bool
	size int // PacketSize
}

// start runs a command whose stub listens at a unix socket, and attaches.
func start(dir string, argv []string) (*stub, error) {
	sock := filepath.Join(dir, fmt.Sprintf("s%d", time.Now().UnixNano()))
	for i := range argv {
		argv[i] = strings.ReplaceAll(argv[i], "SOCKET", sock)
	}
	s := &stub{cmd: exec.Command(argv[0], argv[1:]...)}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	var err error
	for range 500 {
		if s.conn, err = net.Dial("unix", sock); err == nil {
			s.r = bufio.NewReaderSize(s.conn, 1<<20)
			s.ack = true
			s.ack = s.ask("QStartNoAckMode") != "OK" // qemu-user wants acknowledgements
			_, size, _ := strings.Cut(s.ask("qSupported:multiprocess+;swbreak+;hwbreak+;vContSupported+"), "PacketSize=")
			if _, err := fmt.Sscanf(size, "%x", &s.size); err != nil {
				return nil, fmt.Errorf("no PacketSize: %w", err)
			}
			return s, nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return nil, err
}

func (s *stub) end() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
	_ = s.conn.Close()
}

// finish waits for the end of the program, and returns the CPU time it took.
func (s *stub) finish() time.Duration {
	_ = s.conn.Close()
	_ = s.cmd.Wait()
	return s.cmd.ProcessState.UserTime() + s.cmd.ProcessState.SystemTime()
}

func (s *stub) ask(p string) string {
	sum := byte(0)
	for i := range len(p) {
		sum += p[i]
	}
	fmt.Fprintf(s.conn, "$%s#%02x", p, sum)
	if _, err := s.r.ReadBytes('$'); err != nil {
		return ""
	}
	b, err := s.r.ReadBytes('#')
	if err != nil {
		return ""
	}
	_, _ = io.ReadFull(s.r, make([]byte, 2))
	if s.ack {
		_, _ = s.conn.Write([]byte{'+'})
	}
	return expand(string(bytes.TrimSuffix(b, []byte{'#'})))
}

// expand undoes run-length encoding.
func expand(s string) string {
	for {
		before, after, ok := strings.Cut(s, "*")
		if !ok || before == "" || after == "" {
			return s
		}
		s = before + strings.Repeat(before[len(before)-1:], int(after[0])-29) + after[1:]
	}
}

// rate calls f for a while and returns calls per second.
func rate(f func()) float64 {
	begin, n := time.Now(), 0
	for time.Since(begin) < time.Second/2 {
		for range 20 {
			f()
		}
		n += 20
	}
	return float64(n) / time.Since(begin).Seconds()
}

// speed is what a stub does per second: single steps, hits of a condition that is false, bytes read; the most of
// several runs each.
type speed struct{ steps, hits, bytes float64 }

// round measures each once more. own: the stub evaluates conditions itself.
func (v *speed) round(dir string, argv []string, syms map[string]uint64, own bool) error {
	s, err := start(dir, append([]string(nil), argv...))
	if err != nil {
		return err
	}
	thread := strings.TrimPrefix(s.ask("qC"), "QC")
	v.steps = max(v.steps, rate(func() { s.ask("vCont;s:" + thread) }))
	chunk := s.size/2 - 16 // as gdb reads
	for at := 0; at < 1<<18; at += 256 {
		s.ask(fmt.Sprintf("M%x,100:%s", syms["big"]+uint64(at), strings.Repeat(fmt.Sprintf("%02x5a", at>>8&255), 128)))
	}
	at := fmt.Sprintf("m%x,%x", syms["big"], chunk)
	v.bytes = max(v.bytes, rate(func() { s.ask(at) })*float64(chunk))
	s.end()
	if s, err = start(dir, append([]string(nil), argv...)); err != nil {
		return err
	}
	v.hits = max(v.hits, conditional(s, syms, own))
	s.end()
	return nil
}

func (v *speed) print(name string) {
	fmt.Printf("%-10s %12.0f steps/s %12.0f conditional hits/s %10.1f MB/s read\n", name, v.steps, v.hits, v.bytes/1e6)
}

// cost is the CPU time of a program: without a stub, with a client attached, and with a watchpoint on a global
// that is written now and then; the least of several runs each.
type cost struct{ plain, attached, watched time.Duration }

// round measures each once more.
func (c *cost) round(dir string, plain, stubbed []string, syms map[string]uint64) error {
	least := func(d *time.Duration, t time.Duration) {
		if *d == 0 || t < *d {
			*d = t
		}
	}
	cmd := exec.Command(plain[0], plain[1:]...)
	if err := cmd.Run(); err != nil {
		return err
	}
	least(&c.plain, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime())
	for _, w := range []bool{false, true} {
		s, err := start(dir, append([]string(nil), stubbed...))
		if err != nil {
			return err
		}
		if w {
			s.ask(fmt.Sprintf("Z2,%x,8", syms["watched"]))
		}
		for strings.HasPrefix(s.ask("vCont;c"), "T05") {
		}
		if t := s.finish(); w {
			least(&c.watched, t)
		} else {
			least(&c.attached, t)
		}
	}
	return nil
}

func (c *cost) print(name string) {
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	fmt.Printf("%-10s takes %.0f ms of CPU without a stub, %.0f attached (%.3f times), %.0f with a write watchpoint (%.2f times)\n", name,
		ms(c.plain), ms(c.attached), float64(c.attached)/float64(c.plain), ms(c.watched), float64(c.watched)/float64(c.plain))
}

func timed(f func()) time.Duration {
	begin := time.Now()
	f()
	return time.Since(begin)
}

// firstArg is the name under which the number of the first argument's register is kept.
const firstArg = "the first argument"

// conditional returns how often per second a breakpoint at hit is come to whose condition (the argument is the
// last one) is false all along. A stub without conditions stops each time: the client reads the register,
// takes the breakpoint out, steps over it, puts it in and goes on, as gdb does.
func conditional(s *stub, syms map[string]uint64, own bool) float64 {
	bp := fmt.Sprintf("0,%x,1", syms["hit"])
	const total = 800000
	if own {
		// The first argument, rdi or x0, is -1.
		s.ask(fmt.Sprintf("Z%s;Xd,26%04x25ffffffffffffffff1327", bp, syms[firstArg]))
		d := timed(func() { s.ask("vCont;c") })
		return total / d.Seconds()
	}
	thread := strings.TrimPrefix(s.ask("qC"), "QC")
	s.ask("Z" + bp)
	s.ask("vCont;c")
	return rate(func() {
		s.ask("g")
		s.ask("z" + bp)
		s.ask("vCont;s:" + thread)
		s.ask("Z" + bp)
		s.ask("vCont;c")
	})
}

func main() {
	gotcg := flag.String("gotcg", "bin/gotcg", "gotcg's command")
	qemu := flag.String("qemu", "qemu-x86_64", "qemu-user's command")
	rounds := flag.Int("rounds", 15, "how often everything is measured, in turn; the best counts")
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*gotcg, *qemu, flag.Arg(0), *rounds); err != nil {
		fmt.Fprintln(os.Stderr, "gdbbench:", err)
		os.Exit(1)
	}
}

func run(gotcg, qemu, guest string, rounds int) error {
	f, err := elf.Open(guest)
	if err != nil {
		return err
	}
	defer f.Close()
	table, err := f.Symbols()
	if err != nil {
		return err
	}
	syms := map[string]uint64{firstArg: 5} // rdi
	if f.Machine == elf.EM_AARCH64 {
		syms[firstArg] = 0
	}
	for _, s := range table {
		syms[s.Name] = s.Value
	}
	dir, err := os.MkdirTemp("", "gdbbench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	stubs := []struct {
		name           string
		plain, stubbed []string
		own            bool
		speed          speed
		cost           cost
	}{
		{name: "gotcg", plain: []string{gotcg, "run", guest}, stubbed: []string{gotcg, "run", "-g", "SOCKET", guest}, own: true},
		{name: "qemu-user", plain: []string{qemu, guest}, stubbed: []string{qemu, "-g", "SOCKET", guest}},
	}
	if _, err := exec.LookPath(qemu); err != nil {
		stubs = stubs[:1]
	}
	for range rounds {
		for i := range stubs {
			s := &stubs[i]
			if err := s.speed.round(dir, s.stubbed, syms, s.own); err != nil {
				return err
			}
			if err := s.cost.round(dir, s.plain, s.stubbed, syms); err != nil {
				return err
			}
		}
	}
	for i := range stubs {
		stubs[i].speed.print(stubs[i].name)
	}
	for i := range stubs {
		stubs[i].cost.print(stubs[i].name)
	}
	return nil
}
