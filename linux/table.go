package linux

import (
	"sync"

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

var (
	tableX64 = sync.OnceValue(func() []Syscall { return makeTable(abi.X64) })
	tableA64 = sync.OnceValue(func() []Syscall { return makeTable(abi.A64) })
)

// syscallTable returns the system calls of an ABI, indexed by number. The caller does not
// change it.
func syscallTable(a abi.Arch) []Syscall {
	if a == abi.X64 {
		return tableX64()
	}
	return tableA64()
}

func makeTable(a abi.Arch) []Syscall {
	rows := make(map[string]*sysRow, len(sysRows))
	for i := range sysRows {
		rows[sysRows[i].name] = &sysRows[i]
	}
	t := make([]Syscall, a.SyscallCount())
	for nr := range t {
		t[nr] = Syscall{Number: nr, Name: a.SyscallName(uint64(nr))}
		if r := rows[t[nr].Name]; r != nil && r.fn != nil {
			t[nr].fn, t[nr].Support, t[nr].Note = r.fn, r.support, r.note
		} else if r != nil {
			t[nr].Note = r.note
		}
	}
	return t
}

// Syscalls returns the system calls of an ABI with their support, in order of number. Numbers
// never given out are left out.
func Syscalls(a abi.Arch) []Syscall {
	var out []Syscall
	for _, s := range syscallTable(a) {
		if s.Name != "" {
			out = append(out, s)
		}
	}
	return out
}
