package gdbstub

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"
)

// fake is a guest of two threads. Its code is at 0x1000 to 0x1fff, instructions are 4 bytes long, and each
// stores its address at 0x3000 + r0%256. It ends with status 7 when a PC gets to 0x2000; with r1 set, a thread
// goes back to 0x1000 instead. Registers: r0, r1, sp, pc, each 64 bits, and v0 of 128.
type fake struct {
	regs     map[int][]byte // by TID
	mem      []byte         // from 0x1000 on
	breaks   []*Breakpoint
	stops    chan Stop
	stopNow  chan struct{}
	done     chan struct{} // closed when the run has ended
	resumed  bool
	ended    bool
	attached int
	detached int
	killed   int
	log      []string
	keep     bool
	catch    []int
	files    map[string]string
}

const fakeBase = 0x1000

func newFake() *fake {
	f := &fake{stops: make(chan Stop, 1), stopNow: make(chan struct{}, 1), files: map[string]string{"/bin/prog": "an image"}}
	f.reset()
	return f
}

func (f *fake) reset() {
	f.regs = map[int][]byte{1: make([]byte, 48), 2: make([]byte, 48)}
	for tid := range f.regs {
		f.set(tid, 3, 0x1000+uint64(tid-1)*0x100)
		f.set(tid, 2, 0x3f00)
	}
	f.mem = make([]byte, 0x4000)
	f.ended = false
}

func (f *fake) get(tid, n int) uint64 { return binary.LittleEndian.Uint64(f.regs[tid][8*n:]) }
func (f *fake) set(tid, n int, v uint64) {
	binary.LittleEndian.PutUint64(f.regs[tid][8*n:], v)
}

func (f *fake) Info() Info {
	const core = "org.example.core"
	return Info{Arch: "i386:x86-64", Triple: "x86_64-unknown-linux-gnu", OSABI: "GNU/Linux", PointerSize: 8, Watchpoints: 4, Expedite: []int{3, 2}, Regs: []Reg{
		{Name: "r0", Num: 0, Bits: 64, Feature: core, Type: "int64"}, {Name: "r1", Num: 1, Bits: 64, Feature: core, Type: "int64"},
		{Name: "sp", Num: 2, Bits: 64, Feature: core, Type: "data_ptr", Generic: "sp"},
		{Name: "pc", Num: 3, Bits: 64, Feature: core, Type: "code_ptr", Generic: "pc"},
		{Name: "v0", Num: 4, Bits: 128, Feature: "org.example.vec", Type: "vec128"},
	}}
}

func fakeID(tid int) ThreadID { return ThreadID{1, tid} }

func (f *fake) Attach(context.Context) (Stop, error) {
	f.attached++
	f.halt()
	if f.ended {
		return Stop{Kind: StopExited, Code: 7, Thread: fakeID(1)}, nil
	}
	return Stop{Thread: fakeID(1)}, nil
}

// halt ends a run and throws its stop away.
func (f *fake) halt() {
	if f.resumed {
		f.Interrupt()
		<-f.done
		f.resumed = false
	}
	select {
	case <-f.stops:
	default:
	}
	select {
	case <-f.stopNow:
	default:
	}
}

func (f *fake) Detach() {
	f.halt()
	f.detached++
	f.breaks = nil
}

func (f *fake) Kill() {
	f.halt()
	f.killed++
	f.ended = true
}

func (f *fake) Threads() []Thread {
	return []Thread{{ID: fakeID(1), Name: "main"}, {ID: fakeID(2), Name: "a<b", State: "waits"}}
}

func (f *fake) ReadRegister(t ThreadID, num int, b []byte) (int, error) {
	r := f.regs[t.TID]
	switch {
	case r == nil || t.PID != 1:
		return 0, ErrThread
	case num < 4:
		return copy(b, r[8*num:8*num+8]), nil
	case num == 4:
		return copy(b, r[32:48]), nil
	}
	return 0, errors.New("no such register")
}

func (f *fake) WriteRegister(t ThreadID, num int, b []byte) error {
	r := f.regs[t.TID]
	if r == nil || t.PID != 1 || num > 4 {
		return ErrThread
	}
	copy(r[8*num:], b)
	return nil
}

func (f *fake) at(addr uint64, b []byte) []byte {
	if addr < fakeBase || addr >= fakeBase+uint64(len(f.mem)) {
		return nil
	}
	m := f.mem[addr-fakeBase:]
	return m[:min(len(m), len(b))]
}

func (f *fake) ReadMemory(addr uint64, b []byte) int  { return copy(b, f.at(addr, b)) }
func (f *fake) WriteMemory(addr uint64, b []byte) int { return copy(f.at(addr, b), b) }

func (f *fake) Insert(b *Breakpoint) error {
	_ = f.Remove(b.Kind, b.Addr, b.Size)
	if b.Kind == WatchRead {
		return ErrUnsupported
	}
	f.breaks = append(f.breaks, b)
	return nil
}

func (f *fake) Remove(kind BreakKind, addr uint64, size int) error {
	f.breaks = slices.DeleteFunc(f.breaks, func(b *Breakpoint) bool { return b.Kind == kind && b.Addr == addr && b.Size == size })
	return nil
}

// fakeThread is a thread to a condition.
type fakeThread struct {
	f   *fake
	tid int
}

func (t fakeThread) Register(n int) (uint64, bool) {
	if n > 4 {
		return 0, false
	}
	return t.f.get(t.tid, n), true
}
func (t fakeThread) Memory(a uint64, b []byte) bool { return t.f.ReadMemory(a, b) == len(b) }

func (f *fake) Resume(r Resume) error {
	if f.resumed {
		<-f.done // its stop has been taken
	}
	f.log = append(f.log, fmt.Sprint(r.Actions))
	f.resumed, f.done = true, make(chan struct{})
	go func() {
		f.stops <- f.run(r)
		close(f.done)
	}()
	return nil
}

func (f *fake) run(r Resume) Stop {
	for {
		for tid := 1; tid <= 2; tid++ {
			a := r.For(fakeID(tid))
			if a.Kind == Hold {
				continue
			}
			if s, ok := f.step(tid, a); ok {
				return s
			}
		}
		select {
		case <-f.stopNow:
			return Stop{Signal: 2, Thread: fakeID(1)}
		default:
		}
		time.Sleep(10 * time.Microsecond)
	}
}

func (f *fake) step(tid int, a Action) (Stop, bool) {
	pc := f.get(tid, 3)
	if pc < fakeBase || pc >= 0x2000 {
		return Stop{Signal: 11, Thread: fakeID(tid)}, true
	}
	to := 0x3000 + f.get(tid, 0)%256
	binary.LittleEndian.PutUint64(f.at(to, make([]byte, 8)), pc)
	pc += 4
	if pc == 0x2000 {
		if f.get(tid, 1) == 0 {
			f.ended = true
			return Stop{Kind: StopExited, Code: 7, Thread: fakeID(tid)}, true
		}
		pc = 0x1000
	}
	f.set(tid, 3, pc)
	for _, b := range f.breaks {
		switch {
		case b.Kind <= HardBreak && b.Addr == pc && b.Wanted(fakeThread{f, tid}):
			return Stop{Kind: StopBreak, Hard: b.Kind == HardBreak, Thread: fakeID(tid)}, true
		case b.Kind > HardBreak && to < b.Addr+uint64(b.Size) && to+8 > b.Addr:
			return Stop{Kind: StopWatch, Watch: b.Kind, Addr: b.Addr, Thread: fakeID(tid)}, true
		}
	}
	if len(f.catch) > 0 && pc == 0x1080 {
		return Stop{Kind: StopSyscallEntry, Number: f.catch[0], Thread: fakeID(tid)}, true
	}
	return Stop{Signal: 5, Thread: fakeID(tid)}, a.Kind == Step || a.Kind == StepRange && (pc < a.Lo || pc >= a.Hi)
}

func (f *fake) Interrupt() {
	select {
	case f.stopNow <- struct{}{}:
	default:
	}
}

func (f *fake) Stops() <-chan Stop { return f.stops }

func (f *fake) Objects() []string { return []string{"auxv", "siginfo"} }

func (f *fake) ReadObject(t ThreadID, object string) ([]byte, error) {
	if object == "auxv" {
		return bytes.Repeat([]byte{3, 0, '}', '#'}, 50000), nil
	}
	return []byte{11, 0, 0, 0}, nil
}

func (f *fake) WriteObject(_ ThreadID, object string, offset int, data []byte) error {
	if object != "siginfo" || offset+len(data) > 4 {
		return ErrUnsupported
	}
	return nil
}

type fakeFile struct {
	*bytes.Reader
}

func (fakeFile) Close() error                 { return nil }
func (f fakeFile) Stat() (fs.FileInfo, error) { return fakeStat{f.Size()}, nil }

type fakeStat struct{ size int64 }

func (s fakeStat) Name() string       { return "" }
func (s fakeStat) Size() int64        { return s.size }
func (s fakeStat) Mode() fs.FileMode  { return 0o755 }
func (s fakeStat) ModTime() time.Time { return time.Unix(1e9, 0) }
func (s fakeStat) IsDir() bool        { return false }
func (s fakeStat) Sys() any           { return nil }

func (f *fake) OpenFile(name string) (File, error) {
	if text, ok := f.files[name]; ok {
		return fakeFile{bytes.NewReader([]byte(text))}, nil
	}
	return nil, fs.ErrNotExist
}

func (f *fake) ReadLink(name string) (string, error) {
	if name == "/proc/1/exe" {
		return "/bin/prog", nil
	}
	return "", fs.ErrInvalid
}

func (f *fake) Restart(file string, args []string) (Stop, error) {
	if file != "" && file != "/bin/prog" {
		return Stop{}, fs.ErrNotExist
	}
	f.halt()
	f.log = append(f.log, fmt.Sprint("restart ", args))
	f.reset()
	return Stop{Signal: 5, Thread: fakeID(1)}, nil
}

func (f *fake) KeepAfterExit(keep bool) { f.keep = keep }

func (f *fake) CatchSyscalls(on bool, n []int) {
	f.catch = n
	if on && n == nil {
		f.catch = []int{1}
	}
}

func (f *fake) PassSignals(n []int)        { f.log = append(f.log, fmt.Sprint("pass ", n)) }
func (f *fake) ThreadEvents(on bool)       { f.log = append(f.log, fmt.Sprint("thread events ", on)) }
func (f *fake) Monitor(line string) string { return "you said " + line + "\n" }
func (f *fake) LoadBase() uint64           { return 0x555555554000 }
func (f *fake) Region(addr uint64) Region {
	if addr < fakeBase {
		return Region{Lo: 0, Hi: fakeBase - 1}
	}
	return Region{Lo: fakeBase, Hi: 0x4fff, Mapped: true, Read: true, Exec: true, Name: "/bin/prog"}
}

func (f *fake) TLSAddress(t ThreadID, offset, lm uint64) (uint64, error) {
	if lm != 0 {
		return 0, ErrUnsupported
	}
	return 0x3000 + uint64(t.TID)*0x100 + offset, nil
}
