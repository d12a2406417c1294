package linux

import (
	"github.com/gotcg/gotcg/linux/abi"
	"github.com/gotcg/gotcg/softmmu"
)

// AArch64 pointers with a tag in the top byte. The program's own accesses ignore it; system calls take such pointers for what
// they access themselves only once a thread has asked for it by PR_SET_TAGGED_ADDR_CTRL, which its threads to come inherit, and for
// mappings that they manage always, new ones excepted. Linux, Documentation/arch/arm64/tagged-pointers.rst and
// tagged-address-abi.rst.

// untagged is the kernel's untagged_addr: a user address without its tag; those of the other half stay as they are.
func untagged(addr uint64) uint64 { return addr & uint64(int64(addr)<<8>>8) }

// userMem is guest memory as a thread's system calls access it.
type userMem struct {
	as     *softmmu.AddressSpace
	tagged bool
}

// at returns where pointer a leads.
func (m userMem) at(a uint64) softmmu.Addr {
	if m.tagged {
		a = untagged(a)
	}
	return softmmu.Addr(a)
}

// user is t's view of guest memory, userAt its at.
func (t *Task) user() userMem          { return userMem{t.p.as, t.tagged} }
func (t *Task) userAt(a uint64) uint64 { return uint64(t.user().at(a)) }

// mapping is the start of a mapping that a system call is to change.
func (t *Task) mapping(a uint64) uint64 {
	if t.p.abi == abi.A64 {
		return untagged(a)
	}
	return a
}

// tagControl is prctl(2) PR_SET_TAGGED_ADDR_CTRL and PR_GET_TAGGED_ADDR_CTRL on a processor without MTE.
func (t *Task) tagControl(set bool, a *Args) (uint64, abi.Errno) {
	switch {
	case t.p.abi != abi.A64 || a[2]|a[3]|a[4] != 0,
		set && a[1]&^abi.PR_TAGGED_ADDR_ENABLE != 0, !set && a[1] != 0:
		return 0, abi.EINVAL
	case set:
		t.tagged = a[1] != 0
	case t.tagged:
		return abi.PR_TAGGED_ADDR_ENABLE, 0
	}
	return 0, 0
}

// hideTag takes the tag off si_addr before act's handler sees it. Linux, kernel/signal.c hide_si_addr_tag_bits.
func (t *Task) hideTag(i *abi.Siginfo, act abi.Sigaction) {
	if t.p.abi != abi.A64 || i.Form() != abi.FormFault || act.Flags&abi.SA_EXPOSE_TAGBITS != 0 {
		return
	}
	if a := untagged(i.Addr()); a != i.Addr() {
		i.SetFault(a)
	}
}
