// Gdbbench compares gdb stubs: single steps per second, hits of a conditional breakpoint per second, memory read
// per second, and what an attached client and a watchpoint cost a running program. It speaks the protocol as gdb
// does, to gotcg's stub and, where it is installed, to qemu-user's.
//
//	gcc -O2 -static -o /tmp/guest internal/gdbbench/guest/guest.c
//	go run ./internal/gdbbench -gotcg bin/gotcg -qemu qemu-x86_64 /tmp/guest
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
	for time.Since(begin) < 2*time.Second {
		for range 100 {
			f()
		}
		n += 100
	}
	return float64(n) / time.Since(begin).Seconds()
}

// bench measures one stub. ownConditions: it evaluates conditions itself.
func bench(name string, argv []string, syms map[string]uint64, ownConditions bool) error {
	dir, err := os.MkdirTemp("", "gdbbench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	with := func(f func(s *stub)) error {
		s, err := start(dir, append([]string(nil), argv...))
		if err != nil {
			return err
		}
		defer s.end()
		f(s)
		return nil
	}
	var steps, hits, mb float64
	err = with(func(s *stub) {
		thread := strings.TrimPrefix(s.ask("qC"), "QC")
		steps = rate(func() { s.ask("vCont;s:" + thread) })
		chunk := s.size/2 - 16 // as gdb reads
		for at := 0; at < 1<<18; at += 256 {
			s.ask(fmt.Sprintf("M%x,100:%s", syms["big"]+uint64(at), strings.Repeat(fmt.Sprintf("%02x5a", at>>8&255), 128)))
		}
		at := fmt.Sprintf("m%x,%x", syms["big"], chunk)
		mb = rate(func() { s.ask(at) }) * float64(chunk) / 1e6
	})
	if err != nil {
		return err
	}
	err = with(func(s *stub) { hits = conditional(s, syms, ownConditions) })
	if err != nil {
		return err
	}
	fmt.Printf("%-10s %12.0f steps/s %12.0f conditional hits/s %10.1f MB/s read\n", name, steps, hits, mb)
	var free, watch time.Duration
	_ = with(func(s *stub) {
		s.ask("vCont;c")
		free = s.finish()
	})
	_ = with(func(s *stub) {
		s.ask(fmt.Sprintf("Z2,%x,8", syms["watched"]))
		for strings.HasPrefix(s.ask("vCont;c"), "T05") {
		}
		watch = s.finish()
	})
	fmt.Printf("%-10s takes %v of CPU attached, %v with a write watchpoint\n", name, free.Round(time.Millisecond), watch.Round(time.Millisecond))
	return nil
}

func timed(f func()) time.Duration {
	begin := time.Now()
	f()
	return time.Since(begin)
}

// conditional returns how often per second a breakpoint at hit is come to whose condition (the argument is the
// last one) is false all along. A stub without conditions stops each time: the client reads the register,
// takes the breakpoint out, steps over it, puts it in and goes on, as gdb does.
func conditional(s *stub, syms map[string]uint64, own bool) float64 {
	bp := fmt.Sprintf("0,%x,1", syms["hit"])
	const total = 200000
	if own {
		// rdi == -1
		s.ask("Z" + bp + ";Xd,26000525ffffffffffffffff1327")
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
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*gotcg, *qemu, flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "gdbbench:", err)
		os.Exit(1)
	}
}

// plain prints the CPU time of a run without a stub.
func plain(name string, argv ...string) {
	c := exec.Command(argv[0], argv[1:]...)
	if err := c.Run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	fmt.Printf("%-10s takes %v of CPU without a stub\n", name, (c.ProcessState.UserTime() + c.ProcessState.SystemTime()).Round(time.Millisecond))
}

func run(gotcg, qemu, guest string) error {
	f, err := elf.Open(guest)
	if err != nil {
		return err
	}
	defer f.Close()
	table, err := f.Symbols()
	if err != nil {
		return err
	}
	syms := map[string]uint64{}
	for _, s := range table {
		syms[s.Name] = s.Value
	}
	for range 2 {
		plain("gotcg", gotcg, "run", guest)
	}
	if err := bench("gotcg", []string{gotcg, "run", "-g", "SOCKET", guest}, syms, true); err != nil {
		return err
	}
	if _, err := exec.LookPath(qemu); err != nil {
		return nil
	}
	plain("qemu-user", qemu, guest)
	return bench("qemu-user", []string{qemu, "-g", "SOCKET", guest}, syms, false)
}
