package instrument

import "fmt"

// pair is an interface of two methods, of which one alone is a mistake.
type pair struct {
	first, second string
	has           func(p any) (first, second bool)
}

func has[A, B any](p any) (first, second bool) {
	_, first = p.(A)
	_, second = p.(B)
	return first, second
}

var pairs = [...]pair{
	{"NeedsBeforeInsn", "BeforeInsn", has[interface{ NeedsBeforeInsn(uint64, *CPU) bool }, interface{ BeforeInsn(uint64, *CPU) }]},
	{"NeedsBeforeMem", "BeforeMem", has[interface{ NeedsBeforeMem(uint64, *CPU) bool }, interface{ BeforeMem(uint64, *CPU, Access) }]},
	{"NeedsAfterMem", "AfterMem", has[interface{ NeedsAfterMem(uint64, *CPU) bool }, interface{ AfterMem(uint64, *CPU, Access) }]},
	{"NeedsBeforeBlock", "BeforeBlock", has[interface{ NeedsBeforeBlock(uint64, *CPU) bool }, interface{ BeforeBlock(uint64, *CPU) }]},
	{"ThreadStart", "ThreadExit", has[interface{ ThreadStart(*CPU) }, interface{ ThreadExit(*CPU) }]},
	{"Idle", "Resume", has[interface{ Idle(*CPU) }, interface{ Resume(*CPU) }]},
	{"BeforeSyscall", "AfterSyscall", has[interface{ BeforeSyscall(*CPU, *Syscall) }, interface{ AfterSyscall(*CPU, *Syscall) }]},
}

// checkEvents says what is wrong with a plugin's methods, as far as a compiler would if the interfaces were not optional.
func checkEvents(p any) error {
	any := false
	for i := range pairs {
		first, second := pairs[i].has(p)
		have, want := pairs[i].first, pairs[i].second
		switch {
		case first && second:
			any = true
			continue
		case second:
			have, want = want, have
		case !first:
			continue
		}
		return fmt.Errorf("%T has %s but no %s (with the parameters it should have)", p, have, want)
	}
	switch p.(type) {
	case Inliner, SignalPlugin, Exiter:
		any = true
	}
	if !any {
		return fmt.Errorf("%T has no event's methods (with the parameters they should have)", p)
	}
	return nil
}
