package linux

import (
	"sync"
	"sync/atomic"

	"github.com/gotcg/gotcg/linux/abi"
)

type handler = func(*Task, *Args) (uint64, abi.Errno)

// sysRow is one system call for every ABI that has one of its name.
type sysRow struct {
	name    string
	fn      handler
	support Support
	note    string
}

// callTable is the system calls of an ABI by number. A row is made when it is first asked for: a program uses few.
type callTable struct {
	abi  abi.Arch
	all  []sysRow // sysRows, whose handlers come here: Go would see a cycle
	rows []atomic.Pointer[Syscall]
}

var (
	tableX64 = sync.OnceValue(func() *callTable { return makeTable(abi.X64) })
	tableA64 = sync.OnceValue(func() *callTable { return makeTable(abi.A64) })
)

func makeTable(a abi.Arch) *callTable {
	return &callTable{abi: a, all: sysRows, rows: make([]atomic.Pointer[Syscall], a.SyscallCount())}
}

// syscallTable returns the system calls of an ABI.
func syscallTable(a abi.Arch) *callTable {
	if a == abi.X64 {
		return tableX64()
	}
	return tableA64()
}

// row returns the system call with that number, nil if the number was never given out. The caller does not change it.
func (t *callTable) row(nr uint64) *Syscall {
	if nr >= uint64(len(t.rows)) {
		return nil
	}
	if s := t.rows[nr].Load(); s != nil {
		return s
	}
	name := t.abi.SyscallName(nr)
	if name == "" {
		return nil
	}
	s := &Syscall{Number: int(nr), Name: name}
	for i := range t.all {
		if r := &t.all[i]; r.name == name {
			if s.Note = r.note; r.fn != nil {
				s.fn, s.Support = r.fn, r.support
			}
			break
		}
	}
	t.rows[nr].Store(s)
	return s
}

// Syscalls returns the system calls of an ABI with their support, in order of number. Numbers
// never given out are left out.
func Syscalls(a abi.Arch) []Syscall {
	var out []Syscall
	t := syscallTable(a)
	for nr := range t.rows {
		if s := t.row(uint64(nr)); s != nil {
			out = append(out, *s)
		}
	}
	return out
}
