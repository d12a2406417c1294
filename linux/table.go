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
	tableOnce   sync.Once
	tablesByABI map[abi.Arch][]Syscall
)

// syscallTable returns the system calls of an ABI, indexed by number. The caller does not
// change it.
func syscallTable(a abi.Arch) []Syscall {
	tableOnce.Do(func() {
		tablesByABI = map[abi.Arch][]Syscall{}
		rows := map[string]*sysRow{}
		for i := range sysRows {
			rows[sysRows[i].name] = &sysRows[i]
		}
		for _, a := range []abi.Arch{abi.X64, abi.A64} {
			t := make([]Syscall, a.SyscallCount())
			for nr := range t {
				t[nr] = Syscall{Number: nr, Name: a.SyscallName(uint64(nr))}
				if r := rows[t[nr].Name]; r != nil && r.fn != nil {
					t[nr].fn, t[nr].Support, t[nr].Note = r.fn, r.support, r.note
				} else if r != nil {
					t[nr].Note = r.note
				}
				t[nr].kind = argKinds(t[nr].Name)
			}
			tablesByABI[a] = t
		}
	})
	return tablesByABI[a]
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
